// Owns what a source looks like before anything is pulled: its fields, with a few samples of each.
import type { ConnectorContext, Discovery } from 'heysync/connector'
import { ConnectorError } from 'heysync/connector'
import { newestArchived } from './archive.ts'
import type { FilesOptions } from './files-options.ts'
import { inspectFile } from './inspect.ts'
import { isBlankRow } from './record.ts'
import { settleAll } from './settle.ts'
import { type Kind, openContent, type Pulling, withPlace } from './source.ts'
import type { SourceFile } from './store/store.ts'
import { openTable } from './table.ts'

const ROWS = 50
const SAMPLES = 3
const SAMPLE_CHARS = 100
const LOOK_BYTES = 1_048_576

/** Fields with up to three samples out of the first 50 rows; the first megabyte decides the encoding. */
export async function discoverFields(
  kind: Kind,
  options: FilesOptions,
  context: ConnectorContext,
): Promise<Discovery> {
  for await (const found of withPlace(kind, options, context, lookAround)) return found
  throw new Error('A look that ends has found something.')
}

async function* lookAround(pulling: Pulling): AsyncGenerator<Discovery> {
  const { store, options, context } = pulling
  const { files: found, none } = await store.find()
  const archived = found.length === 0 ? await newestArchived(pulling) : null
  if (none !== null && archived === null) {
    if (options.snapshot) throw none
    throw new ConnectorError('not-found', {
      message: `No file matches ${options.path} yet, so its columns are not known.`,
      hint: 'Put a file of changes there, even one that was taken before, and try again.',
    })
  }
  // Changes may be many files of one shape; the newest stands for all.
  const chosen = options.files === 'all' ? found : [archived?.file ?? found.at(-1)].filter((file) => !!file)
  const samples = new Map<string, string[]>()
  for (const file of await settleAll(store, chosen, options, context)) await sample(file, pulling, samples)
  yield { fields: [...samples].map(([name, values]) => ({ name, samples: values })), count: null }
}

async function sample(file: SourceFile, pulling: Pulling, samples: Map<string, string[]>): Promise<void> {
  const { options, context } = pulling
  const content = await openContent(pulling, file)
  const inspection = await inspectFile(content, options.encoding, context.signal, LOOK_BYTES)
  const table = await openTable(content, inspection, options, context.signal)
  for (const name of table.header.names) if (!samples.has(name)) samples.set(name, [])
  let left = ROWS
  for await (const rows of table.rows) {
    for (const { cells } of rows) {
      if (left-- === 0) return
      if (isBlankRow(cells)) continue
      for (const [at, name] of table.header.names.entries()) keep(samples.get(name), cells[at])
    }
  }
}

function keep(values: string[] | undefined, cell: string | undefined): void {
  const value = cell?.trim().slice(0, SAMPLE_CHARS)
  if (values && value && values.length < SAMPLES && !values.includes(value)) values.push(value)
}
