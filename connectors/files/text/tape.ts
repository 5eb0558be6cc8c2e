// Owns the raw text between the last row handed out and what was fed to the parser: it gives each row its line and its text back.

/** A stretch of raw text that ends a row. */
export interface Stretch {
  /** Line on which the row starts, from 1. */
  readonly line: number
  /** How many lines the row covers, at least 1. */
  readonly lines: number
  /** False for a last line without a line break, which may be cut off. */
  readonly ended: boolean
  /** Raw bytes of the row with its line break, without the blank lines before it. */
  readonly raw: Buffer
}

const LF = 0x0a
const CR = 0x0d

export class Tape {
  readonly #breakByte: number
  #chunks: Buffer[] = []
  #takenTo = 0
  #line: number

  /** @param firstLine number of the line that the text begins with. */
  constructor(newline: 'lf' | 'cr', firstLine: number) {
    this.#breakByte = newline === 'lf' ? LF : CR
    this.#line = firstLine
  }

  /** Adds what the parser is about to read. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  /** Takes everything up to a byte position counted from the start of the text. */
  take(end: number): Stretch {
    const taken = this.#cut(end - this.#takenTo)
    this.#takenTo = end
    let start = 0
    while (taken[start] === LF || taken[start] === CR) start++
    const line = this.#line + this.#count(taken, 0, start)
    const raw = taken.subarray(start)
    const breaks = this.#count(taken, start, taken.length)
    this.#line = line + breaks
    const ended = endsWithBreak(raw)
    return { line, lines: ended ? Math.max(1, breaks) : breaks + 1, ended, raw }
  }

  /** Everything that is left, and the line that it starts on. */
  rest(): { readonly line: number; readonly text: string } {
    return { line: this.#line, text: Buffer.concat(this.#chunks).toString('utf8') }
  }

  #cut(length: number): Buffer {
    const parts: Buffer[] = []
    let missing = length
    while (missing > 0) {
      const first = this.#chunks[0]
      if (first === undefined) break
      if (first.length <= missing) {
        parts.push(first)
        this.#chunks.shift()
      } else {
        parts.push(first.subarray(0, missing))
        this.#chunks[0] = first.subarray(missing)
      }
      missing -= Math.min(first.length, missing)
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
  }

  #count(bytes: Buffer, from: number, to: number): number {
    let count = 0
    for (let at = from; at < to; at++) if (bytes[at] === this.#breakByte) count++
    return count
  }
}

function endsWithBreak(raw: Buffer): boolean {
  const last = raw[raw.length - 1]
  return last === LF || last === CR
}
