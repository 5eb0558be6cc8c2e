// Owns what a place of files is to the rest: what lies there, in which version, how its bytes come, and how to put it aside.
import { ConnectorError } from 'heysync/connector'

/** What tells one version of a file from another without reading it. Times in milliseconds. */
export interface FileState {
  readonly size: number
  readonly mtimeMs: number
  /** 0 where the place does not tell. */
  readonly ctimeMs: number
  /** 0 where the place does not tell. */
  readonly ino: number
  /** The name that the place itself gives to this version, such as an ETag. */
  readonly tag?: string | undefined
}

export interface SourceFile {
  /** As the place calls it. */
  readonly path: string
  /** How messages, places and the token call it. */
  readonly label: string
  readonly state: FileState
  /** It was put aside, and what announced it was removed. */
  readonly archived?: true
}

export interface Found {
  /** Oldest first by time of change, then by name. */
  readonly files: readonly SourceFile[]
  /** What to say when there is none and there has to be one; null when there are some. */
  readonly none: ConnectorError | null
}

/** One connection to one place, for one pull or one look. */
export interface Store {
  /**
   * How to know that a file is finished: `clock`: by its time of change, which is of our own clock; `watch`: by looking twice,
   * because the clock is another; `atomic`: it is not there before it is finished.
   */
  readonly finished: 'clock' | 'watch' | 'atomic'
  /** True where bytes are read out of the file itself, each time anew. Else they are copied once. */
  readonly inPlace: boolean
  /**
   * What matches the path, without half-made files, announcements and what was put into the archive.
   * @throws ConnectorError not-found when the folder itself is not there.
   */
  find(): Promise<Found>
  /** What was put into the archive, in any order; nothing when it is not there yet. */
  archived(): Promise<readonly SourceFile[]>
  /** @throws ConnectorError not-found. */
  look(file: Pick<SourceFile, 'path' | 'label'>): Promise<FileState>
  /** True when a file of this path is there. */
  has(path: string): Promise<boolean>
  /** The bytes of the version that was found. @throws ConnectorError busy when the place knows that it is another one. */
  read(file: SourceFile, signal: AbortSignal): AsyncGenerator<Buffer>
  /**
   * Puts this version into the archive under a new name; false when that name is taken there.
   * @throws ConnectorError busy when another version took its place meanwhile, which then stays where it is.
   */
  archive(file: SourceFile, name: string): Promise<boolean>
  /** Where the file with this label is, or was. */
  pathOf(label: string): string
  /** Removes a file that announced another one. */
  remove(path: string): Promise<void>
  close(): Promise<void>
}

export function sameState(a: FileState, b: FileState): boolean {
  return (
    a.size === b.size &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs &&
    a.ino === b.ino &&
    a.tag === b.tag
  )
}

export function byAge(a: SourceFile, b: SourceFile): number {
  return a.state.mtimeMs - b.state.mtimeMs || (a.path < b.path ? -1 : 1)
}

/** Half-made files, as browsers, copy tools and editors name them. */
const UNFINISHED = /(^[.~])|\.(tmp|part|partial|crdownload|filepart)$/i

/** False for the name of a half-made file, and for one that only announces another. */
export function mayHoldRows(name: string, readySuffix: string | undefined): boolean {
  return !UNFINISHED.test(name) && !(readySuffix !== undefined && name.endsWith(readySuffix))
}

/** The state of a file that was there a moment ago. @throws ConnectorError busy when it is gone now. */
export async function currentState(store: Store, file: SourceFile): Promise<FileState> {
  try {
    return await store.look(file)
  } catch (error) {
    if (!(error instanceof ConnectorError && error.kind === 'not-found')) throw error
    throw new ConnectorError('busy', {
      message: `${file.label} was there and is gone: it is being replaced.`,
      hint: 'Nothing was taken from it. The next run reads it.',
      cause: error,
    })
  }
}

/** @throws ConnectorError busy when the file is no longer the one that was found. */
export async function assertUnchanged(store: Store, file: SourceFile): Promise<void> {
  if (!sameState(file.state, await currentState(store, file))) throw changedMeanwhile(file.label)
}

export function changedMeanwhile(label: string): ConnectorError {
  return new ConnectorError('busy', {
    message: `${label} changed while it was being read.`,
    hint: 'Nobody is removed because of this pull. The next run reads it again from the start.',
  })
}
