// Owns the way from bytes to UTF-8 text without NULs, one chunk at a time.
import iconv from 'iconv-lite'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | 'latin1'

/** The same text as UTF-8, without byte order mark and NULs. */
export async function* decode(
  bytes: AsyncIterable<Buffer>,
  encoding: Encoding,
  bomBytes: number,
): AsyncGenerator<Buffer> {
  let skip = bomBytes
  const decoder = encoding === 'utf-8' ? null : iconv.getDecoder(encoding, { stripBOM: false })
  for await (const chunk of bytes) {
    const rest = chunk.subarray(skip)
    skip = Math.max(0, skip - chunk.length)
    const text = decoder === null ? rest : Buffer.from(decoder.write(rest))
    const clean = withoutNuls(text)
    if (clean.length > 0) yield clean
  }
  const tail = decoder?.end()
  if (tail) yield withoutNuls(Buffer.from(tail))
}

function withoutNuls(text: Buffer): Buffer {
  return text.includes(0) ? Buffer.from(text.filter((byte) => byte !== 0)) : text
}
