// Owns which files the configured path means, in which order, and what can be said when there are none.
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { closest } from 'fastest-levenshtein'
import { ConnectorError } from 'heysync/connector'
import { glob } from 'tinyglobby'
import { type CsvOptions, isGlob } from './options.ts'

/** What tells one version of a file from another without reading it. Times in milliseconds. */
export interface FileState {
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly ino: number
}

export interface SourceFile {
  readonly path: string
  /** How messages and places call it: relative to the config's folder where it lies inside, else its base name. */
  readonly label: string
  readonly state: FileState
}

/** Half-made files, as browsers, copy tools and editors name them. */
const UNFINISHED = /(^[.~])|\.(tmp|part|partial|crdownload|filepart)$/i

export function sameState(a: FileState, b: FileState): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino
}

/**
 * The state of a regular file on disk.
 * @throws ConnectorError not-found (missing, or a folder), unreadable (not a regular file), failed (not permitted and the rest).
 */
export async function readState(path: string, label: string): Promise<FileState> {
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

/**
 * The files that the options mean, oldest first by time of change and then by name.
 * One file for a plain path; for a glob those that match and are not marked as unfinished, or only the newest of them.
 * @throws ConnectorError not-found when there is none, except for a glob of changes whose folder is there but empty.
 */
export async function findFiles(options: CsvOptions, baseDir: string): Promise<readonly SourceFile[]> {
  if (!isGlob(options.path)) return [await findOne(options.path, baseDir)]

  const matches = await matching(options, baseDir)
  const files: SourceFile[] = []
  for (const path of matches) {
    const label = labelOf(path, baseDir)
    try {
      files.push({ path, label, state: await readState(path, label) })
    } catch (error) {
      // A file may be moved away between being listed and being looked at.
      if (!(error instanceof ConnectorError && error.kind === 'not-found')) throw error
    }
  }
  files.sort((a, b) => a.state.mtimeMs - b.state.mtimeMs || (a.path < b.path ? -1 : 1))
  if (files.length === 0) await explainNoMatch(options, baseDir)
  return options.files === 'newest' ? files.slice(-1) : files
}

async function findOne(configured: string, baseDir: string): Promise<SourceFile> {
  const path = resolve(baseDir, configured)
  const label = labelOf(path, baseDir)
  try {
    return { path, label, state: await readState(path, label) }
  } catch (error) {
    if (!(error instanceof ConnectorError && error.kind === 'not-found' && error.cause)) throw error
    throw new ConnectorError('not-found', {
      message: `There is no file ${configured}.`,
      hint: await nearestHint(path),
      cause: error.cause,
    })
  }
}

async function nearestHint(path: string): Promise<string> {
  const folder = dirname(path)
  const listing = await readdir(folder, { withFileTypes: true }).catch(() => null)
  if (listing === null)
    return `The folder ${folder} is not there either. Correct path in the options of this source.`
  // Only what may hold a table: a config or a database that lies beside it is never meant.
  const names = listing
    .filter((entry) => !entry.isDirectory() && /\.(csv|tsv|txt|tab|dat)$/i.test(entry.name))
    .map((entry) => entry.name)
  if (names.length === 0)
    return `The folder ${folder} holds no such files. Correct path, or export the file first.`
  return `Did you mean ${join(folder, closest(basename(path), names))}? Correct path in the options of this source.`
}

async function matching(options: CsvOptions, baseDir: string): Promise<readonly string[]> {
  const found = await glob([options.path], {
    cwd: baseDir,
    absolute: true,
    onlyFiles: true,
    expandDirectories: false,
  })
  const suffix = options.readySuffix
  return found.filter((path) => {
    const name = basename(path)
    return !UNFINISHED.test(name) && !(suffix !== undefined && name.endsWith(suffix))
  })
}

async function explainNoMatch(options: CsvOptions, baseDir: string): Promise<void> {
  const fixed = options.path.split('/').slice(0, -1)
  const firstGlob = fixed.findIndex(isGlob)
  const folder = resolve(baseDir, (firstGlob < 0 ? fixed : fixed.slice(0, firstGlob)).join('/') || '.')
  const names = await readdir(folder).catch(() => null)
  if (names === null) {
    throw new ConnectorError('not-found', {
      message: `There is no folder ${labelOf(folder, baseDir)}, where ${options.path} looks for files.`,
      hint: 'Correct path in the options of this source, or create the folder.',
    })
  }
  // Changes are often moved away once they are taken, so an empty folder is the usual state of things.
  if (!options.snapshot) return
  throw new ConnectorError('not-found', {
    message: `No file matches ${options.path}.`,
    hint: `The folder ${labelOf(folder, baseDir)} holds ${names.length} names, and none of them matches or is finished.`,
  })
}

function labelOf(path: string, baseDir: string): string {
  const inside = relative(baseDir, path)
  if (inside === '') return '.'
  if (inside.startsWith('..') || isAbsolute(inside)) return basename(path)
  return inside.split(sep).join('/')
}
