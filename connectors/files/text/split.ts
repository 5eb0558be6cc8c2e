// Owns the short way from text to rows: whole lines, split where they are. It takes lines whose quotes leave no doubt, and
// leaves the first other one, and all that follows it, to csv-parse, which is exact about quotes and five times as slow.
import type { Dialect } from './dialect.ts'
import type { Row } from './row.ts'

const NEWLINE = { lf: 0x0a, cr: 0x0d } as const

export class LineSplitter {
  readonly #dialect: Dialect
  #rest: Buffer = Buffer.alloc(0)
  #line = 1

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  /** What is not split yet, and the line on which it starts. */
  rest(): { readonly bytes: Buffer; readonly line: number } {
    return { bytes: this.#rest, line: this.#line }
  }

  /** Rows that end in this chunk; `doubt`: a line came that is not for this way, and is what the rest begins with. */
  push(chunk: Buffer): { readonly rows: readonly Row[]; readonly doubt: boolean } {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const end = bytes.lastIndexOf(NEWLINE[this.#dialect.newline]) + 1
    this.#rest = bytes.subarray(end)
    return this.#take(bytes.subarray(0, end), true)
  }

  /** The last line, which has no line break. */
  end(): { readonly rows: readonly Row[]; readonly doubt: boolean } {
    const bytes = this.#rest
    this.#rest = Buffer.alloc(0)
    return this.#take(bytes, false)
  }

  #take(bytes: Buffer, ended: boolean): { readonly rows: readonly Row[]; readonly doubt: boolean } {
    const { delimiter, quote, newline } = this.#dialect
    const lineBreak = newline === 'lf' ? '\n' : '\r'
    const text = bytes.toString('utf8')
    const rows: Row[] = []
    for (let at = 0; at < text.length; this.#line++) {
      const next = ended ? text.indexOf(lineBreak, at) : text.length
      const crlf = ended && newline === 'lf' && text[next - 1] === '\r' && next > at
      const line = text.slice(at, crlf ? next - 1 : next)
      if (line !== '') {
        const cells = cellsOf(line, delimiter, quote)
        if (cells === null) {
          this.#rest = Buffer.concat([Buffer.from(text.slice(at)), this.#rest])
          return { rows, doubt: true }
        }
        rows.push(new SplitRow(cells, this.#line, ended, line))
      }
      at = next + 1
    }
    return { rows, doubt: false }
  }
}

class SplitRow implements Row {
  readonly cells: readonly string[]
  readonly line: number
  readonly lines = 1
  readonly ended: boolean
  readonly #text: string

  constructor(cells: readonly string[], line: number, ended: boolean, text: string) {
    this.cells = cells
    this.line = line
    this.ended = ended
    this.#text = text
  }

  get raw(): Buffer {
    return Buffer.from(this.#text)
  }
}

/** Null where a quote is neither around a cell nor doubled in one. */
function cellsOf(line: string, delimiter: string, quote: string): readonly string[] | null {
  if (quote === '' || !line.includes(quote)) return line.split(delimiter)
  const cells: string[] = []
  for (let at = 0; ; at += delimiter.length) {
    if (line[at] === quote) {
      let close = line.indexOf(quote, at + 1)
      while (close >= 0 && line[close + 1] === quote) close = line.indexOf(quote, close + 2)
      if (close < 0) return null
      cells.push(line.slice(at + 1, close).replaceAll(quote + quote, quote))
      at = close + 1
      if (at < line.length && !line.startsWith(delimiter, at)) return null
    } else {
      const next = line.indexOf(delimiter, at)
      const cell = line.slice(at, next < 0 ? undefined : next)
      if (cell.includes(quote)) return null
      cells.push(cell)
      at += cell.length
    }
    if (at === line.length) return cells
  }
}
