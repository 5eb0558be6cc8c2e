// Owns the token: which contents were read, so that the same content costs nothing the next time.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type FileState, type SourceFile, sameState } from './files.ts'
import type { CsvOptions } from './options.ts'

const tokenSchema = z.object({
  v: z.literal(1),
  /** Hash of the options that decide what a record is. */
  options: z.string(),
  files: z.array(
    z.object({
      label: z.string(),
      hash: z.string(),
      /** Null when the file changed so shortly before it was read that its time of change proves nothing. */
      state: z
        .object({ size: z.number(), mtimeMs: z.number(), ctimeMs: z.number(), ino: z.number() })
        .nullable(),
    }),
  ),
  /** Hashes of contents that were read and whose files are gone, newest last. */
  gone: z.array(z.string()),
})

export type Token = z.output<typeof tokenSchema>
export type TokenFile = Token['files'][number]

/** File systems keep the time of change in steps; within this long a second change may bear the same one. */
const RACY_MS = 1_500
/** How many contents are remembered after their file is gone. */
const MAX_GONE = 1_000

/** The token as text gave it; null when there is none, or none that this version understands. */
export function parseToken(text: string | null): Token | null {
  if (text === null) return null
  try {
    return tokenSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** Hash of the options that, when changed, make other records of the same file. */
export function optionsHash(options: CsvOptions): string {
  const {
    settleMs: _settle,
    settleTimeoutMs: _timeout,
    readySuffix: _ready,
    pageSize: _page,
    ...rest
  } = options
  const text = JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)))
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

export function tokenFile(file: SourceFile, hash: string, now: number): TokenFile {
  const { size, mtimeMs, ctimeMs, ino }: FileState = file.state
  const proven = now - Math.max(mtimeMs, ctimeMs) >= RACY_MS
  return { label: file.label, hash, state: proven ? { size, mtimeMs, ctimeMs, ino } : null }
}

/** Looks up the hash that the token holds for this very version of a file; null when it has to be read to know. */
export function knownHashes(token: Token | null): (file: SourceFile) => string | null {
  const entries = new Map(token?.files.map((entry) => [entry.label, entry]))
  return (file) => {
    const entry = entries.get(file.label)
    return entry?.state && sameState(entry.state, file.state) ? entry.hash : null
  }
}

/** All contents that were read before: of files that are there, and of those that are gone. */
export function consumedHashes(token: Token | null): ReadonlySet<string> {
  return new Set([...(token?.files.map(({ hash }) => hash) ?? []), ...(token?.gone ?? [])])
}

/** A new token: the files as they are now, and the contents of the old token that no file holds any more. */
export function writeToken(options: CsvOptions, files: readonly TokenFile[], old: Token | null): string {
  const here = new Set(files.map(({ hash }) => hash))
  const gone = options.snapshot
    ? []
    : [...new Set([...(old?.gone ?? []), ...(old?.files.map(({ hash }) => hash) ?? [])])]
  const token: Token = {
    v: 1,
    options: optionsHash(options),
    files: [...files],
    gone: gone.filter((hash) => !here.has(hash)).slice(-MAX_GONE),
  }
  return JSON.stringify(token)
}
