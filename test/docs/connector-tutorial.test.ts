// The tutorial of docs/connectors.md works as it is written: its blocks, put into files, are a connector that passes the kit.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { aWorkshop } from '../e2e/outside.ts'

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

/** By file: its blocks in the order of the page. */
function files(page: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', text = ''] of page.matchAll(/<!-- file: (\S+) -->\n```\w+\n([\s\S]*?)^```$/gm)) {
    const before = found.get(name)
    found.set(name, before === undefined ? text : `${before}\n${text}`)
  }
  return found
}

const written = files(read('docs/connectors.md'))

test('the connector of the tutorial passes the kit', async () => {
  const shop = aWorkshop()
  shop.write('package.json', '{ "type": "module" }')
  for (const [name, text] of written) shop.write(name, text)
  const { code, out } = await shop.vitest()
  expect(out).toMatch(/Tests\s+\d\d passed \(\d\d\)/)
  expect(code).toBe(0)
})

test('it is short', () => {
  const lines = ['options.js', 'connector.js'].flatMap((name) => written.get(name)?.split('\n') ?? [])
  expect(lines.length).toBeGreaterThan(50)
  expect(lines.length).toBeLessThan(150)
})

test('it is what `heysync connectors new` writes', () => {
  for (const [name, text] of written) {
    const template = read(`src/cli/scaffold/${name.replace('test/', '')}.txt`)
    expect(text, name).toBe(template.replaceAll('__kind__', 'guestbook'))
  }
})
