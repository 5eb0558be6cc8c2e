// Owns the bytes of a file on an SFTP server: several pieces are asked for at once, as the way there is long.

import { changedMeanwhile, type SourceFile } from '../store.ts'
import type { Connection } from './connection.ts'

/** How a server says that there is no more. */
const END_OF_FILE = 1
/** What every server gives at a time. */
const PIECE_BYTES = 32_768
const PIECES_AHEAD = 16

/** @throws ConnectorError busy when the file is shorter than it was, and what `inOurWords` makes of an error. */
export async function* readBytes(
  connection: Connection,
  file: SourceFile,
  signal: AbortSignal,
  inOurWords: (error: unknown) => unknown,
): AsyncGenerator<Buffer> {
  const { size } = file.state
  try {
    const handle = await connection.ask<Buffer>((sftp, answer) => sftp.open(file.path, 'r', answer))
    try {
      const coming: Promise<Buffer>[] = []
      for (let asked = 0, given = 0; given < size; ) {
        signal.throwIfAborted()
        while (coming.length < PIECES_AHEAD && asked < size) {
          const piece = readPiece(connection, handle, asked, Math.min(PIECE_BYTES, size - asked))
          // Its outcome is awaited in its turn; this keeps an early failure from counting as unhandled.
          piece.catch(() => {})
          coming.push(piece)
          asked += PIECE_BYTES
        }
        const piece = (await coming.shift()) ?? Buffer.alloc(0)
        if (piece.length < Math.min(PIECE_BYTES, size - given)) throw changedMeanwhile(file.label)
        given += piece.length
        yield piece
      }
    } finally {
      await connection.ask<void>((sftp, answer) => sftp.close(handle, answer)).catch(() => {})
    }
  } catch (error) {
    throw inOurWords(error)
  }
}

/** A server may give less than it is asked for; only nothing at all means the end. */
async function readPiece(
  connection: Connection,
  handle: Buffer,
  position: number,
  length: number,
): Promise<Buffer> {
  const piece = Buffer.alloc(length)
  for (let done = 0; done < length; ) {
    const read = await connection.ask<number>((sftp, answer) =>
      sftp.read(handle, piece, done, length - done, position + done, (error, bytes) =>
        isEnd(error) ? answer(null, 0) : answer(error, bytes),
      ),
    )
    if (read === 0) return piece.subarray(0, done)
    done += read
  }
  return piece
}

function isEnd(error: unknown): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === END_OF_FILE
}
