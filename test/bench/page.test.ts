// The page about speed says what docs/performance.json says, and nothing else does.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

test('docs/performance.md and its plots are what the kept results draw', () => {
  const run = spawnSync(process.execPath, ['scripts/bench.mjs', '--check'], { cwd: ROOT, encoding: 'utf8' })
  expect(run.stderr).toBe('')
  expect(run.status).toBe(0)
})
