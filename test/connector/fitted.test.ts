// What a connector can do may depend on its options; whoever loads a source gets the answer for that source.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConnector } from 'heysync/connector'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../src/config/load.ts'

const all = { deletes: false, merges: false, consent: false, resumable: false } as const
const ledger = defineConnector({
  kind: 'ledger',
  summary: 'A ledger that may know when a line changed.',
  options: z.strictObject({ changedColumn: z.string().optional().describe('Where it says so.') }),
  capabilities: { ...all, incremental: 'watermark' },
  capabilitiesWith: ({ changedColumn }) => ({
    ...all,
    incremental: changedColumn === undefined ? 'none' : 'watermark',
  }),
  fixedFields: false,
  discover: async () => ({ fields: [], count: null }),
  pull: async function* () {},
})

test.each([
  ['changedColumn: at', 'watermark'],
  ['{}', 'none'],
])('options %s leave incremental: %s', (options, incremental) => {
  const folder = mkdtempSync(join(tmpdir(), 'heysync-fitted-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(
    join(folder, 'heysync.yaml'),
    `heymarket: { auth: { apiKey: none } }
sources:
  - id: book
    connector: ledger
    options: ${options.startsWith('{') ? options : `{ ${options} }`}
    map: { phone: phone }
`,
    { mode: 0o600 },
  )
  const { sources } = loadConfig({
    path: join(folder, 'heysync.yaml'),
    env: {},
    cwd: folder,
    connectors: new Map([['ledger', ledger]]),
  })
  expect(sources.get('book')?.connector.capabilities.incremental).toBe(incremental)
})
