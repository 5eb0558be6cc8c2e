// Owns the guess at how a file is written, from its first rows.
import type { Dialect } from './dialect.ts'
import { scanRecords } from './quotes.ts'

const CANDIDATES = [',', ';', '\t', '|'] as const
const SAMPLE_ROWS = 30

/**
 * The dialect of a text by its first rows.
 * @param wanted columns that must be in the header: where a delimiter makes them appear, it is the one.
 */
export function sniffDialect(
  sample: string,
  configured: { readonly delimiter: string; readonly quote: string },
  wanted: readonly string[],
): Dialect {
  const newline = sample.includes('\n') || !sample.includes('\r') ? 'lf' : 'cr'
  const base = { quote: configured.quote, newline } as const
  const named = /^\s*"?sep=(.)"?[ \t]*[\r\n]/i.exec(sample)
  const namesSeparator = named !== null
  const text = named === null ? sample : sample.slice(named[0].length)
  if (configured.delimiter !== 'auto') return { ...base, delimiter: configured.delimiter, namesSeparator }
  if (named?.[1] !== undefined) return { ...base, delimiter: named[1], namesSeparator }

  let best = { delimiter: ',', score: 0 }
  for (const delimiter of CANDIDATES) {
    const score = scoreOf(text, { ...base, delimiter, namesSeparator }, wanted)
    if (score > best.score) best = { delimiter, score }
  }
  return { ...base, delimiter: best.delimiter, namesSeparator }
}

/** 0 when the delimiter is not in the first row; more for wanted columns, then for rows of one length, then for more cells. */
function scoreOf(text: string, dialect: Dialect, wanted: readonly string[]): number {
  const rows: string[][] = []
  for (const cells of scanRecords(text, dialect)) {
    if (cells.some((cell) => cell.trim() !== '')) rows.push(cells)
    if (rows.length === SAMPLE_ROWS) break
  }
  const header = rows[0]
  if (header === undefined || header.length < 2) return 0
  const names = new Set(header.map((cell) => cell.trim().normalize('NFC')))
  const found = wanted.length > 0 && wanted.every((name) => names.has(name)) ? 1 : 0
  const even = rows.filter((cells) => cells.length === header.length).length / rows.length
  return found * 1_000 + even * 100 + Math.min(header.length, 99)
}
