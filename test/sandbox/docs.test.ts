// docs/sandbox.md says what the code says.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dialectTableMarkdown } from '../../src/sandbox/dialects.ts'
import { faultTableMarkdown } from '../../src/sandbox/faults.ts'
import { FIELDS, INBOXES, TAGS, TEAM } from '../../src/sandbox/start-data.ts'

const doc = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8')

function generated(name: string): string | undefined {
  return new RegExp(`<!-- generated:${name} -->\\n+([^]*?)\\n+<!-- /generated -->`).exec(doc)?.[1]
}

test.each([
  ['dialects', dialectTableMarkdown],
  ['faults', faultTableMarkdown],
])('the table of %s is the one in the code', (name, table) => {
  expect(generated(name)).toBe(table())
})

test('the start data is told with its ids', () => {
  for (const { id, title } of FIELDS) expect(doc).toContain(`${title} (${id})`)
  for (const { id, tag } of TAGS) expect(doc).toContain(`${tag} (${id})`)
  for (const { id, name } of INBOXES) expect(doc).toContain(`${name} (${id})`)
  for (const { id, name, email } of TEAM.members) expect(doc).toContain(`${name} (${id}, ${email})`)
})
