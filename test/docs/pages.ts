// Owns how the tests read the pages: which there are, and the fenced blocks in them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface Page {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
}

export interface Block {
  readonly text: string
  /** Of its first line of content, from 1. */
  readonly line: number
  /** The line right above it, such as a comment that says what kind of block it is. */
  readonly above: string
}

export const pages: readonly Page[] = ['README.md', ...below('docs')].map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
}))

function below(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort()
}

/** The fenced blocks of these languages, also those that are indented below a point of a list. */
export function blocksOf(page: string, ...languages: string[]): Block[] {
  return [...page.matchAll(/(?:^(.*)\n)?^( *)```(\w+)\n([\s\S]*?)^\2```$/gm)]
    .filter(([, , , language = '']) => languages.includes(language))
    .map((match) => {
      const [whole, above = '', indent = '', , content = ''] = match
      const before = page.slice(0, (match.index ?? 0) + whole.indexOf('```'))
      return {
        text: content.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
        line: before.split('\n').length + 1,
        above,
      }
    })
}
