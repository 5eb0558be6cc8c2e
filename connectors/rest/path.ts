// Owns how the options point into an answer: a dotted path, a JSON pointer, or nothing for the whole answer. Pure.

/**
 * The value at `path`, or undefined. `data.items` and `/data/items` are the same; a number is a place in a list; an empty
 * path is the value itself. A key that has the dots in its own name comes first: `a.b` is `a.b`, and only then `b` in `a`.
 */
export function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value
  if (path.startsWith('/')) return walk(value, path.slice(1).split('/').map(unescaped))
  return own(value, path) ?? walk(value, path.split('.'))
}

/** RFC 6901. */
function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

function walk(value: unknown, parts: readonly string[]): unknown {
  return parts.reduce<unknown>(own, value)
}

function own(value: unknown, part: string): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined
  return (value as Record<string, unknown>)[part]
}
