// Owns how quotes are read where csv-parse does not tell: for guessing the delimiter, and for finding the quote that went wrong.
import type { Dialect } from './dialect.ts'

export interface QuoteReport {
  /** Position of the quote that opens a cell and is never closed; null when there is none. */
  readonly unclosedAt: number | null
  /** Index of the first cell in which text follows the closing quote; null when there is none. */
  readonly brokenCell: number | null
}

interface Cell {
  readonly text: string
  readonly endsRow: boolean
  readonly broken: boolean
  readonly openAt: number | null
  readonly closed: boolean
}

/** Rows of cells of a text, as the dialect reads them; the last one may be cut off. */
export function* scanRecords(text: string, dialect: Dialect): Generator<string[]> {
  let cells: string[] = []
  for (const cell of scanCells(text, dialect)) {
    cells.push(cell.text)
    if (!cell.endsRow) continue
    yield cells
    cells = []
  }
}

/** What is wrong with the quotes of a text that begins where a row begins. */
export function inspectQuotes(text: string, dialect: Dialect): QuoteReport {
  let brokenCell: number | null = null
  let index = 0
  for (const cell of scanCells(text, dialect)) {
    if (!cell.closed) return { unclosedAt: cell.openAt, brokenCell }
    if (cell.broken) brokenCell ??= index
    index = cell.endsRow ? 0 : index + 1
  }
  return { unclosedAt: null, brokenCell }
}

function* scanCells(text: string, { delimiter, quote, newline }: Dialect): Generator<Cell> {
  let at = 0
  while (at < text.length) {
    const start = at
    let openAt: number | null = null
    let broken = false
    if (quote !== '' && text[at] === quote) {
      openAt = at
      at = closingQuote(text, at + 1, quote)
      if (at < 0) {
        yield { text: text.slice(start + 1), endsRow: true, broken, openAt, closed: false }
        return
      }
      at++
      broken = at < text.length && text[at] !== delimiter && newlineLength(text, at, newline) === 0
    }
    while (at < text.length && text[at] !== delimiter && newlineLength(text, at, newline) === 0) at++
    const raw = text.slice(start, at)
    const value = openAt !== null && !broken ? raw.slice(1, -1).replaceAll(quote + quote, quote) : raw
    const ends = at >= text.length || text[at] !== delimiter
    at += ends ? newlineLength(text, at, newline) : 1
    yield { text: value, endsRow: ends, broken, openAt, closed: true }
  }
}

/** Position of the quote that closes the cell whose text begins at `from`; -1 when none does. */
function closingQuote(text: string, from: number, quote: string): number {
  let at = text.indexOf(quote, from)
  while (at >= 0 && text[at + 1] === quote) at = text.indexOf(quote, at + 2)
  return at
}

function newlineLength(text: string, at: number, newline: Dialect['newline']): number {
  const char = text[at]
  if (newline === 'cr') return char === '\r' ? 1 : 0
  if (char === '\n') return 1
  return char === '\r' && text[at + 1] === '\n' ? 2 : 0
}
