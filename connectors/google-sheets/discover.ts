// Owns what the tab looks like before anything is pulled: its columns with a few samples, and how many rows have an id.
import type { ConnectorContext, DiscoveredField, Discovery } from 'heysync/connector'
import { openGoogle } from './google.ts'
import type { SheetsOptions } from './options.ts'
import { lookAt, rowsOf } from './sheet.ts'

const ROWS = 50
const SAMPLES = 3
const SAMPLE_CHARS = 100

/** Errors: as a pull would. */
export async function discoverColumns(options: SheetsOptions, context: ConnectorContext): Promise<Discovery> {
  const google = await openGoogle(options, context)
  // Also where nothing is pulled yet: an API that is not switched on shows here.
  await google.version()
  const { tab, header, ids } = await lookAt(google, options)
  const first = options.headerRow + 1
  const last = Math.min(first + Math.min(ROWS, ids.length) - 1, tab.rows)
  const [rows = []] = last < first ? [] : await google.cells([rowsOf(tab, first, last)])
  const fields: DiscoveredField[] = header.columns.map(({ name, at }) => {
    const texts = rows.map((row) => String(row[at] ?? '').slice(0, SAMPLE_CHARS))
    return { name, samples: [...new Set(texts)].filter((text) => text !== '').slice(0, SAMPLES) }
  })
  return { fields, count: new Set(ids.filter((id) => id !== null)).size }
}
