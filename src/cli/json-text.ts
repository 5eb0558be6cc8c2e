// Owns JSON that is too long to be held in memory: the same text as JSON.stringify makes with two spaces, in parts. What is
// to be gone through entry by entry is an iterable that is no array.

/** `value` as JSON; undefined entries of objects are left out. */
export function* jsonText(value: unknown, indent = ''): Generator<string> {
  const inner = `${indent}  `
  if (isRows(value)) {
    let before = '['
    for (const one of value) {
      yield `${before}\n${inner}`
      yield* jsonText(one, inner)
      before = ','
    }
    yield before === '[' ? '[]' : `\n${indent}]`
  } else if (holdsRows(value)) {
    let before = '{'
    for (const [key, held] of Object.entries(value)) {
      if (held === undefined) continue
      yield `${before}\n${inner}${JSON.stringify(key)}: `
      yield* jsonText(held, inner)
      before = ','
    }
    yield `\n${indent}}`
  } else {
    yield JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`)
  }
}

function isRows(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Symbol.iterator in value
}

function holdsRows(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).some(isRows)
  )
}
