// Owns where things stand in the config file: a key path as words, and as `heysync.yaml:line:column`.
import type { Document, LineCounter, Node, Pair } from 'yaml'
import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml'

export type KeyPath = readonly (string | number)[]

/** What a place is asked for: the value, the key before it, or the key of something inside that is missing. */
export type Side = 'value' | 'key'

export interface Places {
  /** The file as messages name it. */
  readonly file: string
  /** `file:line:column` of a key path; of the nearest key around it where the file does not have it. */
  of(path: KeyPath, side?: Side): string
  /** `file:line:column` of an offset in the text. */
  at(offset: number): string
}

/** A key path in words, e.g. `sources[0].map.custom["Renewal Date"]`. The file as a whole is `the file`. */
export function pathWords(path: KeyPath): string {
  if (path.length === 0) return 'the file'
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      if (/^[A-Za-z_]\w*$/.test(part)) return index === 0 ? part : `.${part}`
      return `[${JSON.stringify(part)}]`
    })
    .join('')
}

/** A key path as one string, for sets and maps. */
export function pathKey(path: KeyPath): string {
  return JSON.stringify(path)
}

/** The places of a parsed document. `lines` must be the counter that it was parsed with. */
export function placesOf(document: Document, lines: LineCounter, file: string): Places {
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`
  }
  return {
    file,
    at,
    of: (path, side = 'value') => at(offsetOf(document, path, side)),
  }
}

interface Spot {
  readonly key: unknown
  readonly value: unknown
}

/** Walks as far along the path as the file goes; aliases are followed, merged keys are found where they are written. */
function offsetOf(document: Document, path: KeyPath, side: Side): number {
  let spot: Spot = { key: null, value: document.contents }
  let complete = true
  for (const part of path) {
    const next = childOf(resolved(spot.value, document), part, document)
    if (next === null) {
      complete = false
      break
    }
    spot = next
  }
  const key = startOf(spot.key)
  const value = startOf(spot.value)
  const wantsKey = side === 'key' || !complete || isBlank(spot.value)
  return (wantsKey ? (key ?? value) : (value ?? key)) ?? 0
}

function childOf(node: unknown, part: string | number, document: Document): Spot | null {
  if (isSeq(node)) {
    const item = typeof part === 'number' ? node.items[part] : undefined
    return item === undefined ? null : { key: null, value: item }
  }
  if (!isMap(node)) return null
  const pairs: readonly Pair[] = node.items
  const own = pairs.find((pair) => keyText(pair.key) === String(part))
  if (own) return { key: own.key, value: own.value }
  for (const pair of pairs) {
    if (keyText(pair.key) !== '<<') continue
    const merged = resolved(pair.value, document)
    for (const from of isSeq(merged) ? merged.items : [merged]) {
      const found = childOf(resolved(from, document), part, document)
      if (found) return found
    }
  }
  return null
}

function keyText(key: unknown): string | null {
  // The parser gives a merge key as a symbol.
  return isScalar(key) ? (typeof key.value === 'symbol' ? '<<' : String(key.value ?? '')) : null
}

function resolved(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node
}

function isBlank(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.source ?? '') === '')
}

function startOf(node: unknown): number | null {
  return isNode(node) ? ((node as Node).range?.[0] ?? null) : null
}
