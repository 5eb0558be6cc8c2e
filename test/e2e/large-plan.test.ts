// The script that plans and applies 50,000 changes, here with 600: one screen, a complete file, and exactly what moved refused.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../scripts/plan-50000.mjs', import.meta.url))

test('a plan of 600 changes and two lists is readable, complete, and applied but for what people moved meanwhile', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '600'])
  expect(stdout).toContain('no difference')
  expect(stdout).toMatch(/the file holds all 600 changes/)
  expect(stdout).toMatch(/refused is exactly what moved \(1\d\)/)
})
