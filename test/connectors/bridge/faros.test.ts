// An Airbyte source whose protocol nobody here wrote: the CDK of Faros, installed into a folder that goes away and never into the
// lockfile, because its package names no licence.
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { airbyteConnector } from '../../../connectors/bridge/airbyte.ts'
import { bridge, failureOf } from './harness.ts'

const PACKAGES = ['faros-airbyte-cdk@0.23.19', 'commander', 'lodash', 'ts-essentials', 'faros-js-client']
const folder = mkdtempSync(join(tmpdir(), 'heysync-faros-'))
const install = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', ...PACKAGES]
const program = join(folder, 'source.cjs')
copyFileSync(fileURLToPath(new URL('faros-source.cjs.txt', import.meta.url)), program)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const installed = await promisify(execFile)('npm', install, { timeout: 240_000 }).then(
  () => true,
  (error: Error) => {
    const command = `npm ${install.join(' ')}`
    process.stderr.write(
      `\nNOT TESTED: the CDK of Faros could not be installed (${error.message}). Try: ${command}\n`,
    )
    return false
  },
)

const command = [process.execPath, program]
const person = (n: number) => ({
  id: `a${n}`,
  phone: `1510200000${n}`,
  updated_at: `2030-01-0${n}T00:00:00Z`,
})
const people = [person(1), person(2), person(3)]

test.runIf(installed)('it is looked at, read by its packed state, and read on', async () => {
  const { pull, context } = await bridge(airbyteConnector, '')
  const options = airbyteConnector.options.parse({ command, config: { people }, stream: 'people' })
  const { fields } = await airbyteConnector.discover(options, context)
  expect(fields.find(({ name }) => name === 'phone')?.samples).toHaveLength(3)
  const first = await pull({ people }, { command })
  expect(first.records.map(({ id }) => id)).toEqual(['a1', 'a2', 'a3'])
  expect(first.end?.covers).toBe('changes')
  const token = first.end?.token ?? ''
  expect(token).toContain('base64/gzip')
  const next = await pull({ people: [...people, person(4)] }, { command }, { mode: 'incremental', token })
  expect(next.records.map(({ id }) => id)).toEqual(['a3', 'a4'])
  const whole = await pull({ people }, { command, syncMode: 'full_refresh' })
  expect([whole.records.length, whole.end?.covers]).toEqual([3, 'everything'])
})

test.runIf(installed)('a stream that fails with exit code 0 is seen as a failure', async () => {
  const { pull } = await bridge(airbyteConnector, '')
  const broken = [...people, { fail: true }]
  for (const syncMode of ['incremental', 'full_refresh'])
    expect(await failureOf(pull({ people: broken }, { command, syncMode }))).toMatch(/its run failed/)
  const { context } = await bridge(airbyteConnector, '')
  const options = airbyteConnector.options.parse({ command, config: {}, stream: 'people' })
  expect(await failureOf(airbyteConnector.discover(options, context))).toMatch(/cannot connect/)
})
