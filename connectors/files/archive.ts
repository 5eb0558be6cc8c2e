// Owns the archive: what was read is moved there by a later pull, whose token proves that all of it was saved.
//
// A token comes back only after the engine has stored everything that was read before it. So a file whose version the token
// names is done with, and one that was read a moment before a crash is not named: it stays, and is read again.
import { ConnectorError } from 'heysync/connector'
import type { FilesOptions } from './files-options.ts'
import { basename, matcher } from './glob.ts'
import { announcementOf, type Pulling } from './source.ts'
import { type FileState, type SourceFile, type Store, sameState } from './store/store.ts'
import type { Token } from './token.ts'

const MAX_NAMESAKES = 100

/** Moves what the token says is done. Returns true when something was tried, so that a look is due. */
export async function archiveTaken(
  files: readonly SourceFile[],
  token: Token | null,
  { options, store, context }: Pulling,
): Promise<boolean> {
  if (options.archive === undefined || token === null) return false
  const done = new Map([...token.files, ...(token.passed ?? [])].map(({ label, state }) => [label, state]))
  const away = new Set(done.keys())
  let tried = false
  for (const file of files) {
    const state = done.get(file.label)
    away.delete(file.label)
    if (!state || !sameState(state, file.state)) continue
    tried = true
    context.signal.throwIfAborted()
    try {
      await moveToArchive(file, store)
      context.log.info(`${file.label} was read and is now in ${options.archive}.`)
      away.add(file.label)
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
      // It is known, so it costs nothing where it lies. What came is more urgent than tidiness.
      context.log.warn(
        `${file.label} was read and could not be moved to ${options.archive}: ${error.message}`,
      )
    }
  }
  for (const label of away) await removeAnnouncement(store.pathOf(label), options, store)
  return tried
}

/**
 * Removes what announced a file that is not there any more, also where a crash came between moving the one and removing the
 * other: it would announce the next file of that name before that is finished. A new file keeps its own.
 */
async function removeAnnouncement(path: string, options: FilesOptions, store: Store): Promise<void> {
  const announcement = announcementOf(path, options)
  if (announcement === null) return
  const before = await stateOf(announcement, store)
  if (before === null || (await store.has(path))) return
  // The next file may have come in the last instant, and been announced.
  const now = await stateOf(announcement, store)
  if (now !== null && sameState(before, now)) await store.remove(announcement)
}

/** Null when it is not there. */
async function stateOf(path: string, store: Store): Promise<FileState | null> {
  try {
    return await store.look({ path, label: path })
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'not-found') return null
    throw error
  }
}

export interface Archived {
  readonly file: SourceFile
  /** Its time of change before it was moved, in milliseconds; some places date a file anew. */
  readonly changedAt: number
}

/** The newest file of the archive that lay where the path leads; null when there is none. */
export async function newestArchived({ options, store }: Pulling): Promise<Archived | null> {
  const matches = matcher(basename(options.path))
  let newest: Archived | null = null
  for (const file of await store.archived()) {
    const named = NAME.exec(basename(file.path))
    if (named === null || !matches(named[4] ?? '')) continue
    const [, day, time, fraction] = named
    const changedAt = Date.parse(`${day}T${time?.replace(/(..)(..)(..)/, '$1:$2:$3')}.${fraction}Z`)
    const key = basename(file.path)
    if (newest === null || key > basename(newest.file.path))
      newest = { file: { ...file, archived: true }, changedAt }
  }
  return newest
}

/** As archiveName makes them, also with a number. */
const NAME = /^(\d{4}-\d\d-\d\d)T(\d{6})\.(\d{3})Z(?:-\d+)?_(.+)$/

/** Its time of change and its name, so that names sort by time: `2026-11-20T093000.000Z_contacts.csv`. */
function archiveName(file: SourceFile, nth: number): string {
  const time = new Date(Math.floor(file.state.mtimeMs)).toISOString().replaceAll(':', '')
  return `${time}${nth === 1 ? '' : `-${nth}`}_${basename(file.label)}`
}

async function moveToArchive(file: SourceFile, store: Store): Promise<void> {
  for (let nth = 1; !(await store.archive(file, archiveName(file, nth))); nth++) {
    if (nth === MAX_NAMESAKES)
      throw new ConnectorError('failed', { message: `there are ${nth} files like it already.` })
  }
}
