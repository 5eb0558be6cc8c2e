// Owns what a path with wildcards is: whether it is one, where it starts, and what it matches.
import picomatch from 'picomatch'

/** True when the path holds glob characters, so that it can name several files. */
export function isGlob(path: string): boolean {
  return /[*?[\]{}]|[!@+]\(/.test(path)
}

/** The folders before the first one with a wildcard; '' when there are none. */
export function fixedFolder(path: string): string {
  const folders = path.split('/').slice(0, -1)
  const firstGlob = folders.findIndex(isGlob)
  return (firstGlob < 0 ? folders : folders.slice(0, firstGlob)).join('/')
}

/** The last part of a path. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Tells which paths, or names, a glob means; also of a path without wildcards. */
export function matcher(path: string): (candidate: string) => boolean {
  return isGlob(path) ? picomatch(path) : (candidate) => candidate === path
}
