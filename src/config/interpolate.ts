// Owns `${NAME}`, `${NAME:-default}` and `${file:path}` inside the config's texts.

import { didYouMean } from '../lib/suggest.ts'
import type { KeyPath } from './places.ts'
import { pathKey } from './places.ts'
import { isSecretName, isSecretPath } from './secret-keys.ts'

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of a file; relative paths start at the config's folder. Throws Node's own errors. */
  readFile(path: string): string
}

/** A reference that could not be filled in. */
export interface Unfilled {
  readonly path: KeyPath
  /** What is wrong, after the key's name. It never holds a value. */
  readonly what: string
  readonly hint: string
}

export interface Interpolated {
  readonly value: unknown
  /** Key paths (as `pathKey`) whose text holds a reference. */
  readonly filled: ReadonlySet<string>
  /** Those of them whose text holds something from outside of the file, not only a default written in it. */
  readonly fromOutside: ReadonlySet<string>
  /** Everything that came from outside: kept out of error messages. */
  readonly outside: readonly string[]
  /** What has to be redacted in logs. */
  readonly secrets: readonly string[]
  readonly unfilled: readonly Unfilled[]
}

interface Collector {
  readonly filled: Set<string>
  readonly fromOutside: Set<string>
  readonly outside: Set<string>
  readonly secrets: Set<string>
  readonly unfilled: Unfilled[]
}

/** Fills in every text of a tree of plain values. Keys stay as they are. Never throws: see `unfilled`. */
export function interpolate(value: unknown, around: Surroundings): Interpolated {
  const into: Collector = {
    filled: new Set(),
    fromOutside: new Set(),
    outside: new Set(),
    secrets: new Set(),
    unfilled: [],
  }
  const done = walk(value, [], around, into)
  return {
    value: done,
    filled: into.filled,
    fromOutside: into.fromOutside,
    outside: [...into.outside],
    secrets: [...into.secrets],
    unfilled: into.unfilled,
  }
}

function walk(value: unknown, path: KeyPath, around: Surroundings, into: Collector): unknown {
  if (typeof value === 'string') return fill(value, path, around, into)
  if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index], around, into))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key], around, into)]),
  )
}

function fill(text: string, path: KeyPath, around: Surroundings, into: Collector): string {
  const secretPath = isSecretPath(path)
  const done = text.replace(/\$\$\{|\$\{([^}]*)(\}?)/g, (whole, body: string | undefined, close: string) => {
    if (body === undefined) return '${'
    const found = close === '' ? UNCLOSED : lookUp(body, around)
    if ('what' in found) {
      into.unfilled.push({ path, ...found })
      return whole
    }
    into.filled.add(pathKey(path))
    if (found.value === '') return ''
    if (found.fromOutside) {
      into.fromOutside.add(pathKey(path))
      into.outside.add(found.value)
    }
    if (secretPath || isSecretName(body)) into.secrets.add(found.value)
    return found.value
  })
  if (secretPath && done !== '') into.secrets.add(done)
  return done
}

type Found =
  | { readonly value: string; readonly fromOutside: boolean }
  | { readonly what: string; readonly hint: string }

const FORMS = '${NAME}, ${NAME:-default} or ${file:path}; $${ stands for a plain ${'

const UNCLOSED: Found = { what: 'has a ${ without its }', hint: `Write ${FORMS}.` }

function lookUp(body: string, around: Surroundings): Found {
  if (body.startsWith('file:')) return lookUpFile(body.slice('file:'.length), around)
  const match = /^([A-Za-z_]\w*)(?::-(.*))?$/s.exec(body)
  const name = match?.[1]
  const fallback = match?.[2]
  if (name === undefined || fallback?.includes('${')) {
    return { what: 'has a ${…} that heysync does not know', hint: `Write ${FORMS}. They cannot be nested.` }
  }
  const value = around.env[name]
  if (value !== undefined && value !== '') return { value, fromOutside: true }
  if (fallback !== undefined) return { value: fallback, fromOutside: false }
  const setNames = Object.keys(around.env).filter((other) => other !== name && around.env[other])
  return {
    what:
      value === ''
        ? `needs the environment variable ${name}, which is set but empty`
        : `needs the environment variable ${name}, which is not set${didYouMean(name, setNames, 2)}`,
    hint: `Put ${name}=… into .env beside the config file, or into the environment of the shell or the service.`,
  }
}

function lookUpFile(path: string, around: Surroundings): Found {
  if (path.trim() === '') return { what: 'has a ${file:} without a path', hint: `Write ${FORMS}.` }
  try {
    const value = around.readFile(path).replace(/[\r\n]+$/, '')
    if (value !== '') return { value, fromOutside: true }
    return { what: `needs the file ${path}, which is empty`, hint: `Put the value into ${path}.` }
  } catch (error) {
    const code = (error as { code?: unknown }).code
    const why = FILE_TROUBLE[String(code)] ?? 'which cannot be read'
    return { what: `needs the file ${path}, ${why}`, hint: `Make ${path} a file that this user may read.` }
  }
}

const FILE_TROUBLE: Readonly<Record<string, string>> = {
  ENOENT: 'which is not there',
  ENOTDIR: 'which is not there',
  EACCES: 'which this user may not read',
  EPERM: 'which this user may not read',
  EISDIR: 'which is a folder',
}
