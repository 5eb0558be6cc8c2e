// Owns the step from the bytes of a part to its elements, one chunk at a time.
import { SaxesParser } from 'saxes'
import { damaged } from './parts.ts'

/** Nothing that a table holds is longer: a text, and all texts of a row. As in text files. */
const MAX_CHARS = 1_000_000

/** Counts what belongs together. @throws ConnectorError unreadable when it is more than anybody can mean. */
export class Length {
  readonly #label: string
  #chars = 0

  constructor(label: string) {
    this.#label = label
  }

  reset(): void {
    this.#chars = 0
  }

  add({ length }: string): void {
    this.#chars += length
    if (this.#chars > MAX_CHARS)
      throw damaged(this.#label, new Error(`a text or row in it has more than ${MAX_CHARS} characters`))
  }
}

export interface Handlers {
  /** Names are without their prefix. */
  open?(name: string, attributes: Readonly<Record<string, string>>): void
  text?(text: string): void
  close?(name: string): void
}

/**
 * Feeds all elements to the handlers, and gives control back after each chunk.
 * @throws ConnectorError unreadable when it is not well-formed.
 */
export async function* feed(
  bytes: AsyncIterable<Buffer>,
  label: string,
  handlers: Handlers,
): AsyncGenerator<void> {
  const parser = new SaxesParser({ xmlns: false as const, position: false })
  parser.on('error', (error) => {
    throw damaged(label, error)
  })
  // The parser holds what it has not seen the end of.
  const pending = new Length(label)
  parser.on('opentag', ({ name, attributes }) => {
    pending.reset()
    handlers.open?.(local(name), attributes)
  })
  parser.on('text', (text) => handlers.text?.(text))
  parser.on('cdata', (text) => handlers.text?.(text))
  parser.on('closetag', ({ name }) => {
    pending.reset()
    handlers.close?.(local(name))
  })
  let decoder: InstanceType<typeof TextDecoder> | null = null
  for await (const chunk of bytes) {
    decoder ??= new TextDecoder(chunk[0] === 0xff && chunk[1] === 0xfe ? 'utf-16le' : 'utf-8')
    const text = decoder.decode(chunk, { stream: true })
    parser.write(text)
    pending.add(text)
    yield
  }
  if (decoder !== null) parser.write(decoder.decode()).close()
}

/** Feeds all elements to the handlers. */
export async function parse(bytes: AsyncIterable<Buffer>, label: string, handlers: Handlers): Promise<void> {
  for await (const _ of feed(bytes, label, handlers));
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** The value of an attribute, whatever its prefix. */
export function attribute(attributes: Readonly<Record<string, string>>, name: string): string | undefined {
  return attributes[name] ?? Object.entries(attributes).find(([key]) => local(key) === name)?.[1]
}

/** Characters that XML cannot hold stand as `_x000D_` in texts of a workbook. */
export function unescapeText(text: string): string {
  return text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text
}
