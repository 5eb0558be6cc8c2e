// Owns files on this machine: which ones the configured path means, and what can be said when there are none.
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { closest } from 'fastest-levenshtein'
import { ConnectorError } from 'heysync/connector'
import { glob } from 'tinyglobby'
import { fixedFolder, isGlob } from '../glob.ts'
import {
  byAge,
  changedMeanwhile,
  type FileState,
  type Found,
  mayHoldRows,
  type SourceFile,
  type Store,
} from './store.ts'

const CHUNK_BYTES = 65_536

export interface LocalPlace {
  /** A file or a glob; relative ones start from `baseDir`. */
  readonly path: string
  readonly baseDir: string
  readonly readySuffix: string | undefined
  /** Folder of what was read; relative to `baseDir`. */
  readonly archive: string | undefined
}

export function localStore(place: LocalPlace): Store {
  const archiveDir = place.archive === undefined ? null : resolve(place.baseDir, place.archive)
  const label = (path: string) => labelOf(path, place.baseDir)
  return {
    finished: 'clock',
    inPlace: true,
    find: () => (isGlob(place.path) ? findMatches(place, archiveDir) : findOne(place)),
    archived: async () => {
      if (archiveDir === null) return []
      const entries = await readdir(archiveDir, { withFileTypes: true }).catch(() => [])
      const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(archiveDir, entry.name))
      return readStates(paths, place.baseDir)
    },
    look: (file) => readState(file.path, file.label),
    has: exists,
    read: readBytes,
    archive: async (file, name) => {
      if (archiveDir === null) throw new Error('There is no archive to put a file into.')
      const target = join(archiveDir, name)
      try {
        await mkdir(archiveDir, { recursive: true })
        if (await exists(target)) return false
        await rename(file.path, target)
      } catch (cause) {
        throw fileError(cause, file.label)
      }
      // Somebody may have put a new one there in the last instant; renaming is the only look that cannot be too early.
      const { size, mtimeMs, ino } = await readState(target, label(target))
      if (size === file.state.size && mtimeMs === file.state.mtimeMs && ino === file.state.ino) return true
      await rename(target, file.path)
      throw changedMeanwhile(file.label)
    },
    remove: (path) => rm(path, { force: true }),
    pathOf: (label) => resolve(place.baseDir, label),
    close: async () => {},
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** The bytes of the file. Its handle is closed when the reader is done, fails, or leaves early. */
async function* readBytes(file: SourceFile, signal: AbortSignal): AsyncGenerator<Buffer> {
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

/**
 * The state of a regular file on disk.
 * @throws ConnectorError not-found (missing, or a folder), unreadable (not a regular file), failed (not permitted and the rest).
 */
async function readState(path: string, label: string): Promise<FileState> {
  const found = await stat(path).catch((cause: unknown) => {
    throw fileError(cause, label)
  })
  if (found.isDirectory()) {
    throw new ConnectorError('not-found', {
      message: `${label} is a folder, not a file.`,
      hint: `Set path to a file in it, or to a glob such as ${label}/*.csv.`,
    })
  }
  if (!found.isFile()) {
    throw new ConnectorError('unreadable', { message: `${label} is not a regular file.` })
  }
  return { size: found.size, mtimeMs: found.mtimeMs, ctimeMs: found.ctimeMs, ino: found.ino }
}

/** What the operating system said about a file, as a ConnectorError. */
export function fileError(cause: unknown, label: string): ConnectorError {
  if (cause instanceof ConnectorError) return cause
  const code = (cause as { code?: unknown } | null)?.code
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ConnectorError('not-found', { message: `There is no file ${label}.`, cause })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new ConnectorError('failed', {
      message: `Not permitted to read ${label}.`,
      hint: `Give the user that runs heysync the right to read ${label} and to enter its folder.`,
      cause,
    })
  }
  const said = cause instanceof Error ? cause.message : String(cause)
  return new ConnectorError('failed', { message: `${label} could not be read: ${said}`, cause })
}

async function findOne({ path: configured, baseDir }: LocalPlace): Promise<Found> {
  const path = resolve(baseDir, configured)
  const label = labelOf(path, baseDir)
  try {
    return { files: [{ path, label, state: await readState(path, label) }], none: null }
  } catch (error) {
    if (!(error instanceof ConnectorError && error.kind === 'not-found' && error.cause)) throw error
    const { hint, folderIsThere } = await nearestHint(path)
    const none = new ConnectorError('not-found', {
      message: `There is no file ${configured}.`,
      hint,
      cause: error.cause,
    })
    if (folderIsThere) return { files: [], none }
    throw none
  }
}

async function nearestHint(path: string): Promise<{ hint: string; folderIsThere: boolean }> {
  const folder = dirname(path)
  const listing = await readdir(folder, { withFileTypes: true }).catch(() => null)
  if (listing === null) {
    const hint = `The folder ${folder} is not there either. Correct path in the options of this source.`
    return { hint, folderIsThere: false }
  }
  // Only what may hold a table: a config or a database that lies beside it is never meant.
  const names = listing
    .filter((entry) => !entry.isDirectory() && /\.(csv|tsv|txt|tab|dat|xlsx)$/i.test(entry.name))
    .map((entry) => entry.name)
  const hint =
    names.length === 0
      ? `The folder ${folder} holds no such files. Correct path, or export the file first.`
      : `Did you mean ${join(folder, closest(basename(path), names))}? Correct path in the options of this source.`
  return { hint, folderIsThere: true }
}

async function findMatches(place: LocalPlace, archiveDir: string | null): Promise<Found> {
  const { path, baseDir, readySuffix } = place
  const found = await glob([path], {
    cwd: baseDir,
    absolute: true,
    onlyFiles: true,
    expandDirectories: false,
  })
  const paths = found.filter(
    (path) =>
      mayHoldRows(basename(path), readySuffix) &&
      !(archiveDir !== null && resolve(path).startsWith(archiveDir + sep)),
  )
  const files = await readStates(paths, baseDir)
  return { files, none: files.length === 0 ? await explainNoMatch(place) : null }
}

async function readStates(paths: readonly string[], baseDir: string): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = []
  for (const path of paths) {
    const label = labelOf(path, baseDir)
    try {
      files.push({ path, label, state: await readState(path, label) })
    } catch (error) {
      // A file may be moved away between being listed and being looked at.
      if (!(error instanceof ConnectorError && error.kind === 'not-found')) throw error
    }
  }
  return files.sort(byAge)
}

async function explainNoMatch({ path, baseDir }: LocalPlace): Promise<ConnectorError> {
  const folder = resolve(baseDir, fixedFolder(path) || (isAbsolute(path) ? '/' : '.'))
  const names = await readdir(folder).catch(() => null)
  if (names === null) {
    throw new ConnectorError('not-found', {
      message: `There is no folder ${labelOf(folder, baseDir)}, where ${path} looks for files.`,
      hint: 'Correct path in the options of this source, or create the folder.',
    })
  }
  return new ConnectorError('not-found', {
    message: `No file matches ${path}.`,
    hint: `The folder ${labelOf(folder, baseDir)} holds ${names.length} names, and none of them matches or is finished.`,
  })
}

/** From the folder of the config, or all of it: no two files have one label. */
function labelOf(path: string, baseDir: string): string {
  const inside = relative(baseDir, path)
  if (inside === '') return '.'
  if (inside.startsWith('..') || isAbsolute(inside)) return path
  return inside.split(sep).join('/')
}
