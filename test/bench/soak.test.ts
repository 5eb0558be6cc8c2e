// The soak in small: people are edited, written and counted, and each rule is looked at. Whether memory grew in six seconds says
// nothing.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

test('the soak writes what is edited, and looks at every rule', async () => {
  const args = ['scripts/soak.mjs', '--minutes', '0.1', '--people', '200']
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (said += part))
  await new Promise((done) => child.on('close', done))
  expect(said).toMatch(/^[1-9]\d* writes, \d+ a minute$/m)
  const rules = ['memory, MB', 'open files', 'database, MB', 'write-ahead log, MB', 'refused requests']
  for (const rule of rules) expect(said).toMatch(new RegExp(`^(kept|NOT kept) +${rule}: `, 'm'))
})
