// The script that calls the admin API during a first load, in small: whatever the machine, every call is answered.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../scripts/load-front.mjs', import.meta.url))

test('every call is answered while a first load runs', async () => {
  const args = ['--people', '500', '--rate', '40', '--seconds', '3', '--json']
  const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const code = await new Promise((done) => child.on('close', done))
  const result = JSON.parse(text)
  expect([code, result]).toMatchObject([0, { failed: 0, webhook: { failed: 0 } }])
  // Whatever is called was called, so that nothing that fails can hide behind nothing that was asked.
  expect(result.byPath.map(({ calls }: { calls: number }) => calls > 0)).toEqual(Array(13).fill(true))
  expect(result.webhook.calls).toBeGreaterThan(0)
})
