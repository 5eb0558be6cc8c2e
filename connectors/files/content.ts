// Owns the bytes of one file while it is read: in place, or as a private copy that nobody else can change.
// A copy has no name any more once it is open, so it goes away with this process, however that ends.
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ConnectorError } from 'heysync/connector'
import { assertUnchanged, type SourceFile, type Store } from './store/store.ts'
import { recognise } from './text/signature.ts'

export interface Content {
  readonly label: string
  readonly size: number
  /** The private copy, for what is not read from its start to its end; null when the file is read in place. */
  readonly copy: FileHandle | null
  /** All bytes from the start, each time anew. */
  bytes(signal: AbortSignal): AsyncGenerator<Buffer>
  /** @throws ConnectorError busy when the file is no longer what these bytes are. */
  assertUnchanged(): Promise<void>
}

const CHUNK_BYTES = 65_536

/** The contents that one pull has open. */
export class Contents {
  readonly #store: Store
  readonly #maxBytes: number
  readonly #signal: AbortSignal
  readonly #open = new Set<FileHandle>()

  /** @param maxBytes of one copy. */
  constructor(store: Store, maxBytes: number, signal: AbortSignal) {
    this.#store = store
    this.#maxBytes = maxBytes
    this.#signal = signal
  }

  /** The file as it lies there; for a file in place nothing is opened yet. */
  inPlace(file: SourceFile): Content {
    const store = this.#store
    return {
      label: file.label,
      size: file.state.size,
      copy: null,
      bytes: (signal) => store.read(file, signal),
      assertUnchanged: () => assertUnchanged(store, file),
    }
  }

  /**
   * The file, copied where it is not at hand, is compressed, or is no text that is read from its start to its end.
   * @throws ConnectorError busy when it changed while it was copied, failed when there is no room or it is too large.
   */
  async open(file: SourceFile): Promise<Content> {
    try {
      return (await this.#isPlain(file)) ? this.inPlace(file) : await this.#copy(file)
    } catch (error) {
      // What looks wrong in a file that changed meanwhile, or is gone, is only half written.
      if (error instanceof ConnectorError) await assertUnchanged(this.#store, file)
      throw error
    }
  }

  async close(): Promise<void> {
    for (const handle of this.#open) await handle.close()
    this.#open.clear()
  }

  async #isPlain(file: SourceFile): Promise<boolean> {
    if (!this.#store.inPlace) return false
    const head = await firstBytes(this.#store.read(file, this.#signal))
    return !isGzip(head) && !recognise(head)?.format
  }

  async #copy(file: SourceFile): Promise<Content> {
    const handle = await this.#temporary(file.label)
    const size = await this.#fill(handle, file)
    if (this.#store.finished !== 'atomic') await assertUnchanged(this.#store, file)
    return {
      label: file.label,
      size,
      copy: handle,
      bytes: (signal) => readHandle(handle, signal),
      assertUnchanged: async () => {},
    }
  }

  async #temporary(label: string): Promise<FileHandle> {
    const folder = await mkdtemp(join(tmpdir(), 'heysync-files-')).catch((cause: unknown) => {
      throw roomError(cause, label)
    })
    try {
      const handle = await open(join(folder, 'copy'), 'wx+', 0o600)
      this.#open.add(handle)
      return handle
    } catch (cause) {
      throw roomError(cause, label)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #fill(handle: FileHandle, file: SourceFile): Promise<number> {
    let size = 0
    for await (const chunk of unpacked(this.#store.read(file, this.#signal), file.label)) {
      if (size + chunk.length > this.#maxBytes) throw tooLarge(file.label, this.#maxBytes)
      await handle.write(chunk, 0, chunk.length, size).catch((cause: unknown) => {
        throw roomError(cause, file.label)
      })
      size += chunk.length
    }
    return size
  }
}

async function* readHandle(handle: FileHandle, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    signal.throwIfAborted()
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

async function firstBytes(bytes: AsyncGenerator<Buffer>): Promise<Buffer> {
  for await (const chunk of bytes) return chunk
  return Buffer.alloc(0)
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

/** The bytes, unpacked when they begin as a gzip file does. */
async function* unpacked(bytes: AsyncGenerator<Buffer>, label: string): AsyncGenerator<Buffer> {
  const first = await bytes.next()
  if (first.done) return
  const whole = chained(first.value, bytes)
  if (!isGzip(first.value)) {
    yield* whole
    return
  }
  const source = Readable.from(whole)
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  source.pipe(gunzip)
  try {
    for await (const chunk of gunzip) yield chunk as Buffer
  } catch (cause) {
    if (!String((cause as { code?: unknown }).code).startsWith('Z_')) throw cause
    throw new ConnectorError('unreadable', {
      message: `${label} is a gzip file that is damaged or cut off.`,
      hint: 'Have it exported or uploaded again.',
      cause,
    })
  } finally {
    source.destroy()
  }
}

async function* chained(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}

function roomError(cause: unknown, label: string): ConnectorError {
  const code = (cause as { code?: unknown } | null)?.code
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  const said = cause instanceof Error ? cause.message : String(cause)
  return new ConnectorError('failed', {
    message: full
      ? `The disk is full: there is no room in ${tmpdir()} for a private copy of ${label}.`
      : `No private copy of ${label} could be made in ${tmpdir()}: ${said}`,
    hint: 'Make room there, or set the environment variable TMPDIR to a folder that has some.',
    cause,
  })
}

export function tooLarge(label: string, maxBytes: number): ConnectorError {
  return new ConnectorError('failed', {
    message: `${label} is larger than ${maxBytes} bytes.`,
    hint: 'If it is meant to be, raise maxBytes in the options of this source. Nothing was taken from it.',
  })
}
