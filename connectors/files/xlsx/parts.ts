// Owns the parts of a workbook: entries of a ZIP file, read as a stream and held against their checksum.
import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { ConnectorError } from 'heysync/connector'
import { type Entry, fromFdPromise } from 'yauzl'
import { tooLarge } from '../content.ts'

export interface Parts {
  has(name: string): boolean
  /**
   * The bytes of a part; none when there is no such part.
   * @throws ConnectorError unreadable when it is damaged, failed when it unpacks to more than it may.
   */
  read(name: string): AsyncGenerator<Buffer>
}

/** A workbook of an office has a few dozen. */
const MAX_PARTS = 10_000

/**
 * @param maxBytes of one part, unpacked.
 * @throws ConnectorError unreadable when this is no whole ZIP file, or one that is locked.
 */
export async function openParts(
  label: string,
  copy: FileHandle,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Parts> {
  const entries = new Map<string, Entry>()
  const zip = await fromFdPromise(copy.fd, { autoClose: false }).catch((cause: unknown) => {
    throw damaged(label, cause)
  })
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.size === MAX_PARTS) throw new Error(`it has more than ${MAX_PARTS} parts`)
      entries.set(keyOf(entry.fileName), entry)
    }
  } catch (cause) {
    throw damaged(label, cause)
  }
  return {
    has: (name) => entries.has(keyOf(name)),
    read: async function* (name) {
      const entry = entries.get(keyOf(name))
      if (entry === undefined) return
      if (entry.isEncrypted()) throw locked(label)
      // What comes is held against this size while it is unpacked.
      if (entry.uncompressedSize > maxBytes) throw tooLarge(label, maxBytes)
      let sum = 0
      try {
        for await (const chunk of await zip.openReadStreamPromise(entry)) {
          signal.throwIfAborted()
          sum = crc32(chunk as Buffer, sum)
          yield chunk as Buffer
        }
      } catch (cause) {
        signal.throwIfAborted()
        throw damaged(label, cause)
      }
      if (sum !== entry.crc32) throw damaged(label, new Error(`the checksum of ${name} is another one`))
    },
  }
}

function keyOf(name: string): string {
  return name.replace(/^\//, '').toLowerCase()
}

export function damaged(label: string, cause: unknown): ConnectorError {
  if (cause instanceof ConnectorError) return cause
  const said = cause instanceof Error ? ` (${cause.message})` : ''
  return new ConnectorError('unreadable', {
    message: `${label} is a damaged Excel workbook, or only a part of one${said}.`,
    hint: 'Have it exported or uploaded again. Nobody is removed because of this pull.',
    cause,
  })
}

function locked(label: string): ConnectorError {
  return new ConnectorError('unreadable', {
    message: `${label} is a ZIP file that is locked with a password.`,
    hint: 'Save it without a password.',
  })
}
