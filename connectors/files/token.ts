// Owns the token: which contents were read, so that the same content costs nothing the next time.
import { createHash } from 'node:crypto'
import type { ConnectorContext } from 'heysync/connector'
import { z } from 'zod'
import type { FilesOptions } from './files-options.ts'
import { type FileState, type SourceFile, sameState } from './store/store.ts'

const stateSchema = z.object({
  size: z.number(),
  mtimeMs: z.number(),
  ctimeMs: z.number(),
  ino: z.number(),
  tag: z.string().optional(),
})

const tokenSchema = z.object({
  v: z.literal(1),
  /** Hash of the options that decide what a record is. */
  options: z.string(),
  files: z.array(
    z.object({
      label: z.string(),
      hash: z.string(),
      /** Null when the file changed so shortly before it was read that its time of change proves nothing. */
      state: stateSchema.nullable(),
    }),
  ),
  /** Older snapshots that were passed over, where they are put into the archive too. */
  passed: z.array(z.object({ label: z.string(), state: stateSchema })).optional(),
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
export function optionsHash(options: FilesOptions): string {
  const {
    settleMs: _settle,
    settleTimeoutMs: _timeout,
    readySuffix: _ready,
    pageSize: _page,
    // Where the files are and what becomes of them; and no secret may be found in what is stored.
    sftp: _sftp,
    s3: _s3,
    archive: _archive,
    maxBytes: _max,
    ...rest
  } = options
  const text = JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)))
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

export function tokenFile(file: SourceFile, hash: string, now: number): TokenFile {
  return { label: file.label, hash, state: isProven(file.state, now) ? file.state : null }
}

/** True when any later version of the file would show another state. */
export function isProven(state: FileState, now: number): boolean {
  return state.tag !== undefined || now - Math.max(state.mtimeMs, state.ctimeMs) >= RACY_MS
}

/** Looks up the hash that the token holds for this very version of a file; null when it has to be read to know. */
export function knownHashes(token: Token | null): (file: SourceFile) => string | null {
  const entries = new Map(token?.files.map((entry) => [entry.label, entry]))
  return (file) => {
    const entry = entries.get(file.label)
    return entry?.state && sameState(entry.state, file.state) ? entry.hash : null
  }
}

/** All contents that were read before: of files that are gone, and of those that are there. */
export function contentsOf(token: Token | null): readonly string[] {
  return token === null ? [] : [...new Set([...token.gone, ...token.files.map(({ hash }) => hash)])]
}

interface Before {
  /** Contents of changes that were read before, the latest last. */
  readonly contents?: readonly string[]
  readonly passed?: readonly SourceFile[]
}

/** A new token: the files as they are now, and the contents of earlier ones that no file holds any more. */
export function writeToken(
  options: FilesOptions,
  files: readonly TokenFile[],
  { contents = [], passed = [] }: Before,
): string {
  const here = new Set(files.map(({ hash }) => hash))
  const token: Token = {
    v: 1,
    options: optionsHash(options),
    files: [...files],
    gone: contents.filter((hash) => !here.has(hash)).slice(-MAX_GONE),
    ...(passed.length === 0 ? {} : { passed: passed.map(({ label, state }) => ({ label, state })) }),
  }
  return JSON.stringify(token)
}

const KEPT = 'taken contents'
const keptSchema = z.array(z.string())

/** What was taken by the last pull of changes: a full pull is given no token, and must not forget it either. */
export function readTaken({ keep }: ConnectorContext): readonly string[] {
  return keptSchema.parse(JSON.parse(keep.get(KEPT) ?? '[]'))
}

/** To be called once the records of these contents are saved. */
export function keepTaken({ keep }: ConnectorContext, contents: readonly string[]): void {
  const text = JSON.stringify(contents.slice(-MAX_GONE))
  if (keep.get(KEPT) !== text) keep.set(KEPT, text)
}
