// Owns what a mapping is: a field path or a CEL expression, compiled once into something that reads a record.
import type { Mapping } from '../../config/schema.ts'
import { compileExpression, type KeyPath } from './cel.ts'

type Fields = Readonly<Record<string, unknown>>

/** Reads one value of a record, raw. Throws an ExpressionFailure when it is an expression that fails. */
export type Reader = (fields: Fields) => unknown

export interface NamedField {
  readonly path: string
  readonly key: KeyPath
}

export interface CompiledMapping {
  /** In the order of the config; one for a plain mapping. */
  readonly readers: readonly Reader[]
  /** The same over a record that may have lost fields: undefined where nothing is left of what is asked for. */
  readonly sureReaders: readonly Reader[]
  readonly fields: readonly NamedField[]
  /** Strings that its expressions can give as they are written. */
  readonly literals: readonly string[]
}

/** Compiles a mapping. Throws ERR_EXPRESSION, naming the key, when one of its expressions does not compile. */
export function compileMapping(mapping: Mapping, key: KeyPath): CompiledMapping {
  const parts = Array.isArray(mapping)
    ? mapping.map((part, index) => compileOne(part, [...key, index]))
    : [compileOne(mapping, key)]
  return {
    readers: parts.map((part) => part.read),
    sureReaders: parts.map((part) => part.readSure),
    fields: parts.flatMap((part) => part.fields),
    literals: [...new Set(parts.flatMap((part) => part.literals))],
  }
}

/** `compileMapping` for a mapping that the config may leave out. */
export function compileOptional(mapping: Mapping | undefined, key: KeyPath): CompiledMapping | undefined {
  return mapping === undefined ? undefined : compileMapping(mapping, key)
}

function compileOne(part: string, key: KeyPath) {
  if (!part.startsWith('=')) {
    const read = pathReader(part)
    return { read, readSure: read, fields: [{ path: part, key }], literals: [] }
  }
  const expression = compileExpression(part.slice(1), key)
  return {
    read: (fields: Fields) => expression.evaluate(fields),
    readSure: (fields: Fields) => (expression.hasAnyOf(fields) ? expression.evaluate(fields) : undefined),
    fields: expression.fields.map((path) => ({ path, key })),
    literals: expression.literals,
  }
}

/** The field of exactly this name first, because columns may hold dots and spaces; then step by step at the dots. */
function pathReader(path: string): Reader {
  const steps = path.split('.')
  return (fields) => {
    if (Object.hasOwn(fields, path)) return fields[path]
    let value: unknown = steps.length > 1 ? fields : undefined
    for (const step of steps) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
      value = (value as Record<string, unknown>)[step]
    }
    return value
  }
}
