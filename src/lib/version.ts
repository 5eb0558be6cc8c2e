// Owns the version of this program, as its package.json says it.
import { existsSync, readFileSync } from 'node:fs'

/** The nearest package.json above: the program runs from src/ in tests, and from dist/ where it is installed. */
export function programVersion(from = new URL('.', import.meta.url)): string {
  const file = new URL('package.json', from)
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
  return programVersion(new URL('..', from))
}
