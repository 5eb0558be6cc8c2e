// Owns how paths of servers and keys of buckets are written and searched: always with `/`, never with a `./` in front.
import { basename, fixedFolder, isGlob, matcher } from '../glob.ts'
import { mayHoldRows } from './store.ts'

/** Without what changes nothing: a `./` in front, a `/` at the end, a `/` twice. */
export function tidyPath(path: string): string {
  const tidy = path.replace(/\/{2,}/g, '/').replace(/^(\.\/)+/, '')
  return tidy.length > 1 ? tidy.replace(/\/$/, '') : tidy
}

export function joinPath(folder: string, name: string): string {
  return folder === '.' || folder === ''
    ? name
    : folder.endsWith('/')
      ? `${folder}${name}`
      : `${folder}/${name}`
}

export interface Search {
  /** The folder that the search begins in; `.` is where signing in leads to. */
  readonly folder: string
  /** Folders below that one that may hold matches. */
  readonly depth: number
  /** What stands at the start of all matches. */
  readonly prefix: string
  matches(path: string): boolean
}

const ANY_DEPTH = 32

/** What to look for, and where; never in the archive. */
export function searchFor(
  path: string,
  archive: string | undefined,
  readySuffix: string | undefined,
): Search {
  const fixed = fixedFolder(path)
  const below = path.slice(fixed === '' ? 0 : fixed.length + 1).split('/')
  const isMatch = matcher(path)
  const wild = isGlob(path) ? path.search(/[*?[\]{}()!@+]/) : -1
  return {
    folder: fixed === '' ? (path.startsWith('/') ? '/' : '.') : fixed,
    depth: below.includes('**') ? ANY_DEPTH : below.filter((part) => part !== '').length - 1,
    prefix: wild < 0 ? path : path.slice(0, wild),
    matches: (candidate) =>
      isMatch(candidate) &&
      mayHoldRows(basename(candidate), readySuffix) &&
      !(archive !== undefined && candidate.startsWith(`${archive}/`)),
  }
}
