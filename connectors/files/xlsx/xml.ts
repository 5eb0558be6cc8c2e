// Owns the step from the bytes of a part to its elements, one chunk at a time.
import { SaxesParser } from 'saxes'
import { damaged } from './parts.ts'

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
  parser.on('opentag', ({ name, attributes }) => handlers.open?.(local(name), attributes))
  parser.on('text', (text) => handlers.text?.(text))
  parser.on('cdata', (text) => handlers.text?.(text))
  parser.on('closetag', ({ name }) => handlers.close?.(local(name)))
  let decoder: InstanceType<typeof TextDecoder> | null = null
  for await (const chunk of bytes) {
    decoder ??= new TextDecoder(chunk[0] === 0xff && chunk[1] === 0xfe ? 'utf-16le' : 'utf-8')
    parser.write(decoder.decode(chunk, { stream: true }))
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
