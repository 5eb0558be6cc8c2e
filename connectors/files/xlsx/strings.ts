// Owns the texts that the cells of a workbook share: held as bytes in large blocks, so that a million of them are no burden.
import { ConnectorError } from 'heysync/connector'
import type { Parts } from './parts.ts'
import { Length, parse, unescapeText } from './xml.ts'

const BLOCK_BYTES = 1_048_576
const MAX_BLOCKS = 1_024
const LENGTH_BYTES = 4

/** Texts by their number. */
export class Strings {
  readonly #blocks: Buffer[] = []
  #starts = new Uint32Array(1_024)
  #count = 0
  #used = BLOCK_BYTES

  /** @throws RangeError when they are too many or too long. */
  add(text: string): void {
    const bytes = Buffer.from(text)
    const needed = LENGTH_BYTES + bytes.length
    if (needed > BLOCK_BYTES) throw new RangeError(`a text of ${bytes.length} bytes`)
    if (this.#used + needed > BLOCK_BYTES) {
      if (this.#blocks.length === MAX_BLOCKS)
        throw new RangeError(`texts of more than ${MAX_BLOCKS * BLOCK_BYTES} bytes`)
      this.#blocks.push(Buffer.allocUnsafe(BLOCK_BYTES))
      this.#used = 0
    }
    if (this.#count === this.#starts.length) {
      const longer = new Uint32Array(this.#count * 2)
      longer.set(this.#starts)
      this.#starts = longer
    }
    const block = this.#blocks.length - 1
    this.#starts[this.#count] = block * BLOCK_BYTES + this.#used
    this.#blocks[block]?.writeUInt32LE(bytes.length, this.#used)
    bytes.copy(this.#blocks[block] ?? bytes, this.#used + LENGTH_BYTES)
    this.#used += needed
    this.#count += 1
  }

  /** Undefined when there is no such number. */
  get(index: number): string | undefined {
    if (!(index >= 0 && index < this.#count)) return undefined
    const start = this.#starts[index] ?? 0
    const block = this.#blocks[Math.floor(start / BLOCK_BYTES)]
    const at = start % BLOCK_BYTES
    const length = block?.readUInt32LE(at) ?? 0
    return block?.toString('utf8', at + LENGTH_BYTES, at + LENGTH_BYTES + length)
  }
}

export async function readStrings(parts: Parts, name: string | null, label: string): Promise<Strings> {
  const strings = new Strings()
  if (name === null) return strings
  let text = ''
  const length = new Length(label)
  let inText = false
  // How words are pronounced stands beside them, and is not theirs.
  let inReading = false
  await parse(parts.read(name), label, {
    open: (element) => {
      if (element === 'si') {
        text = ''
        length.reset()
      } else if (element === 'rPh') inReading = true
      else if (element === 't') inText = !inReading
    },
    text: (more) => {
      if (!inText) return
      length.add(more)
      text += more
    },
    close: (element) => {
      if (element === 't') inText = false
      else if (element === 'rPh') inReading = false
      else if (element === 'si') keep(strings, unescapeText(text), label)
    },
  })
  return strings
}

function keep(strings: Strings, text: string, label: string): void {
  try {
    strings.add(text)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new ConnectorError('failed', {
      message: `${label} holds ${cause.message}, which is more than heysync keeps in memory.`,
      hint: 'Export it as CSV, which needs hardly any memory.',
      cause,
    })
  }
}
