// Owns the way from bytes on disk to UTF-8 text without NULs, one chunk at a time.
import { open } from 'node:fs/promises'
import iconv from 'iconv-lite'
import { fileError, type SourceFile } from './files.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | 'latin1'

const CHUNK_BYTES = 65_536

/**
 * The bytes of the file. The file handle is closed when the reader is done, fails, or leaves early.
 * @throws ConnectorError not-found or failed; the signal's reason when it aborts.
 */
export async function* readBytes(file: SourceFile, signal: AbortSignal): AsyncGenerator<Buffer> {
  signal.throwIfAborted()
  const handle = await open(file.path, 'r').catch((cause: unknown) => {
    throw fileError(cause, file.label)
  })
  try {
    for (;;) {
      signal.throwIfAborted()
      // A new buffer each time: the parser keeps parts of the last ones.
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, null).catch((cause: unknown) => {
        throw fileError(cause, file.label)
      })
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

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
