// The bugs that scripts/planted-bugs.mjs plants must stay where they can be planted, also when the code around them changes.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../scripts/planted-bugs.mjs', import.meta.url))

test('each planted bug still finds the text that it replaces', () => {
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
