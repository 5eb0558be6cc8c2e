// Owns one look at the tab: where it is, its header, and the ids of all of its rows at one instant.
import { closest } from 'fastest-levenshtein'
import { ConnectorError } from 'heysync/connector'
import { isLoadingCell } from './cells.ts'
import type { Google, Tab } from './google.ts'
import { type Header, letters, readHeader } from './header.ts'
import { idColumns, type SheetsOptions } from './options.ts'
import { idOf } from './row.ts'

export interface Sheet {
  readonly tab: Tab
  readonly header: Header
  /** The id of each row behind the header; null where a row has none. Rows without an id at the end are not in it. */
  readonly ids: readonly (string | null)[]
}

/** A tab's rows in A1 notation, both ends inclusive. */
export function rowsOf({ title }: Tab, from: number, to: number): string {
  return `${quoted(title)}!${from}:${to}`
}

export async function lookAt(google: Google, options: SheetsOptions): Promise<Sheet> {
  const { headerRow } = options
  const tab = chooseTab(await google.tabs(), options)
  const place = `${tab.title}!${headerRow}`
  const first = headerRow > tab.rows ? [] : await google.cells([rowsOf(tab, headerRow, headerRow)])
  const header = readHeader(first[0]?.[0] ?? [], idColumns(options), place)
  if (headerRow >= tab.rows) return { tab, header, ids: [] }
  const ranges = header.idAt.map((at) => {
    const column = letters(at)
    return `${quoted(tab.title)}!${column}${headerRow + 1}:${column}${tab.rows}`
  })
  const columns = await google.columns(ranges)
  const last = Math.max(...columns.map((cells) => cells.length))
  const ids = Array.from({ length: last }, (_, row) => {
    const parts = columns.map((cells) => cells[row] ?? '')
    if (parts.some(isLoadingCell))
      throw new ConnectorError('busy', {
        message: `${tab.title}!${headerRow + 1 + row} is still loading what a formula brings from elsewhere.`,
        hint: 'Nothing was taken; the next run reads again.',
      })
    return idOf(parts)
  })
  return { tab, header, ids }
}

/** Errors: a ConnectorError `not-found` when the tab of the options is not there, or none is named among several. */
function chooseTab(tabs: readonly Tab[], { sheet }: SheetsOptions): Tab {
  const found =
    sheet === undefined
      ? tabs
      : tabs.filter(({ id, title }) => (typeof sheet === 'number' ? id : title) === sheet)
  if (found[0] !== undefined && found.length === 1) return found[0]
  const shown = tabs.map(({ id, title }) => `"${title}" (gid ${id})`).join(', ')
  const titles = tabs.map(({ title }) => title)
  const nearest =
    typeof sheet === 'string' && titles.length > 0 ? `Did you mean "${closest(sheet, titles)}"? ` : ''
  throw new ConnectorError('not-found', {
    message:
      sheet === undefined
        ? `The spreadsheet has ${tabs.length} tabs and the options name none: ${shown}`
        : `The spreadsheet has no tab ${typeof sheet === 'number' ? `with gid ${sheet}` : `"${sheet}"`}. It has: ${shown}`,
    hint: `${nearest}Set sheet in the options of this source; a gid outlives a new name.`,
  })
}

function quoted(title: string): string {
  return `'${title.replaceAll("'", "''")}'`
}
