// Owns what a source looks like before anything is pulled: its fields, with a few samples of each.
import type { ConnectorContext, Discovery } from 'heysync/connector'
import { ConnectorError } from 'heysync/connector'
import { findFiles, type SourceFile } from './files.ts'
import { inspectFile } from './inspect.ts'
import type { CsvOptions } from './options.ts'
import { isBlankRow } from './record.ts'
import { settleAll } from './settle.ts'
import { openTable } from './table.ts'

const ROWS = 50
const SAMPLES = 3
const SAMPLE_CHARS = 100
const LOOK_BYTES = 1_048_576

/** Fields with up to three samples out of the first 50 rows; the first megabyte decides the encoding. */
export async function discoverFields(options: CsvOptions, context: ConnectorContext): Promise<Discovery> {
  const found = await findFiles(options, context.baseDir)
  // Changes may be many files of one shape; the newest stands for all.
  const files = await settleAll(options.files === 'all' ? found : found.slice(-1), options, context)
  if (files.length === 0) {
    throw new ConnectorError('not-found', {
      message: `No file matches ${options.path} yet, so its columns are not known.`,
      hint: 'Put a file of changes there, even one that was taken before, and try again.',
    })
  }
  const samples = new Map<string, string[]>()
  for (const file of files) await sample(file, options, context, samples)
  return { fields: [...samples].map(([name, values]) => ({ name, samples: values })), count: null }
}

async function sample(
  file: SourceFile,
  options: CsvOptions,
  context: ConnectorContext,
  samples: Map<string, string[]>,
): Promise<void> {
  const inspection = await inspectFile(file, options.encoding, context.signal, LOOK_BYTES)
  const table = await openTable(file, inspection, options, context.signal)
  for (const name of table.header.names) if (!samples.has(name)) samples.set(name, [])
  let left = ROWS
  for await (const { cells } of table.rows) {
    if (left-- === 0) break
    if (isBlankRow(cells)) continue
    for (const [at, name] of table.header.names.entries()) keep(samples.get(name), cells[at])
  }
}

function keep(values: string[] | undefined, cell: string | undefined): void {
  const value = cell?.trim().slice(0, SAMPLE_CHARS)
  if (values && value && values.length < SAMPLES && !values.includes(value)) values.push(value)
}
