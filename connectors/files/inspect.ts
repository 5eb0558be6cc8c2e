// Owns the first look at a file: what its content hashes to, and in which encoding all of it can be read.
import { createHash } from 'node:crypto'
import { ConnectorError } from 'heysync/connector'
import type { Content } from './content.ts'
import type { CsvOptions } from './options.ts'
import type { Encoding } from './text/decode.ts'
import { recognise } from './text/signature.ts'
import { compoundFileError } from './xlsx/compound.ts'

export interface Inspection {
  /** SHA-256 of the bytes that were looked at, in hex. */
  readonly hash: string
  readonly encoding: Encoding
  /** Bytes of byte order mark to leave out. */
  readonly bomBytes: number
  /** True for an Excel workbook: then there is no text, and the rest says nothing. */
  readonly workbook: boolean
  /** True when there is nothing but white space. */
  readonly blank: boolean
}

const BOMS: readonly { readonly encoding: Encoding; readonly bytes: Buffer }[] = [
  { encoding: 'utf-8', bytes: Buffer.from('efbbbf', 'hex') },
  { encoding: 'utf-16le', bytes: Buffer.from('fffe', 'hex') },
  { encoding: 'utf-16be', bytes: Buffer.from('feff', 'hex') },
]

/** Fewer NULs than this are taken for stray ones, which some databases put into text. */
const STRAY_NULS = 8
const STRAY_NUL_SHARE = 0.01

/**
 * Reads the file once, holding one chunk at a time. With limitBytes it looks no further than that.
 * @throws ConnectorError unreadable when it is no text, or not in the encoding configured; AbortError.
 */
export async function inspectFile(
  file: Content,
  configured: CsvOptions['encoding'],
  signal: AbortSignal,
  limitBytes = Number.POSITIVE_INFINITY,
): Promise<Inspection> {
  const hash = createHash('sha256')
  const utf8 = new Utf8Check()
  let head: Buffer | null = null
  let nuls = 0
  let size = 0
  let blank = true
  for await (const chunk of file.bytes(signal)) {
    head ??= chunk
    hash.update(chunk)
    utf8.push(chunk)
    nuls += countNuls(chunk)
    size += chunk.length
    blank &&= isBlank(chunk, head === chunk)
    if (size >= limitBytes) break
  }
  const start = head ?? Buffer.alloc(0)
  const whole = size >= file.size
  const bom = BOMS.find(({ bytes }) => start.subarray(0, bytes.length).equals(bytes)) ?? null

  const known = recognise(start)
  if (file.copy !== null && known?.format === 'zip') {
    return { hash: hash.digest('hex'), workbook: true, encoding: 'utf-8', bomBytes: 0, blank: false }
  }
  if (file.copy !== null && known?.format === 'compound') throw await compoundFileError(file, signal)
  if (known) throw unreadable(file, `is ${known.what}, not CSV`, known.hint)

  const encoding = chooseEncoding(file, configured, bom?.encoding ?? null, start, utf8.finish(whole))
  if (!encoding.startsWith('utf-16') && nuls > STRAY_NULS && nuls > size * STRAY_NUL_SHARE) {
    throw unreadable(
      file,
      `holds ${nuls} NUL characters, so it is no text that heysync can read`,
      'Export it as CSV in UTF-8. If it is UTF-16, say so: encoding: utf-16le',
    )
  }
  return { hash: hash.digest('hex'), workbook: false, encoding, bomBytes: bom?.bytes.length ?? 0, blank }
}

function chooseEncoding(
  file: Content,
  configured: CsvOptions['encoding'],
  bom: Encoding | null,
  head: Buffer,
  badUtf8Line: number | null,
): Encoding {
  if (configured !== 'auto' && bom !== null && bom !== configured) {
    throw unreadable(
      file,
      `begins with the byte order mark of ${bom}, not ${configured}`,
      `Set encoding: auto, or encoding: ${bom}`,
    )
  }
  const encoding = configured === 'auto' ? (bom ?? utf16ByPattern(head)) : configured
  if (encoding !== null && encoding !== 'utf-8') return encoding
  if (badUtf8Line === null) return 'utf-8'
  if (encoding === null) return 'windows-1252'
  throw new ConnectorError('unreadable', {
    message: `${file.label} is not valid UTF-8; the first wrong character is near line ${badUtf8Line}.`,
    hint:
      bom === null
        ? 'Set encoding: auto, or encoding: windows-1252 for an export of an older Windows program.'
        : 'Its byte order mark says UTF-8. It looks like two exports joined together: export it again.',
    place: `${file.label}:${badUtf8Line}`,
  })
}

/** UTF-16 without a mark gives itself away: in Western text and digits, every other byte is NUL. */
function utf16ByPattern(head: Buffer): Encoding | null {
  const pairs = Math.floor(head.length / 2)
  if (pairs === 0) return null
  let even = 0
  let odd = 0
  for (let i = 0; i < pairs * 2; i += 2) {
    if (head[i] === 0) even++
    if (head[i + 1] === 0) odd++
  }
  if (odd >= pairs * 0.2 && even <= pairs * 0.02) return 'utf-16le'
  if (even >= pairs * 0.2 && odd <= pairs * 0.02) return 'utf-16be'
  return null
}

/** Tells whether all bytes together are valid UTF-8, and near which line they stop being so. */
class Utf8Check {
  #decoder: InstanceType<typeof TextDecoder> | null = new TextDecoder('utf-8', { fatal: true })
  #lines = 1

  push(chunk: Buffer): void {
    if (this.#decoder === null) return
    try {
      this.#decoder.decode(chunk, { stream: true })
      this.#lines += countLineFeeds(chunk)
    } catch {
      this.#decoder = null
      this.#lines += countLineFeeds(validPart(chunk))
    }
  }

  /** The line of the first wrong character; null when there is none. */
  finish(whole: boolean): number | null {
    if (this.#decoder === null) return this.#lines
    try {
      if (whole) this.#decoder.decode()
      return null
    } catch {
      return this.#lines
    }
  }
}

/** The lines at the start of the chunk that are valid; its first line may begin inside a character, so it is let pass. */
function validPart(chunk: Buffer): Buffer {
  let from = 0
  for (;;) {
    const end = chunk.indexOf(0x0a, from)
    if (end < 0) return chunk.subarray(0, from)
    const line = chunk.subarray(from, end)
    if (
      line
        .toString('utf8')
        .slice(from === 0 ? 3 : 0)
        .includes('\ufffd')
    )
      return chunk.subarray(0, from)
    from = end + 1
  }
}

function countLineFeeds(chunk: Buffer): number {
  let count = 0
  for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) count++
  return count
}

function countNuls(chunk: Buffer): number {
  let count = 0
  for (let at = chunk.indexOf(0); at >= 0; at = chunk.indexOf(0, at + 1)) count++
  return count
}

const WHITE = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20])
const MARK = new Set([0xef, 0xbb, 0xbf, 0xff, 0xfe])

function isBlank(chunk: Buffer, first: boolean): boolean {
  return chunk.every((byte, at) => WHITE.has(byte) || (first && at < 3 && MARK.has(byte)))
}

function unreadable(file: Content, what: string, hint: string): ConnectorError {
  return new ConnectorError('unreadable', { message: `${file.label} ${what}.`, hint })
}
