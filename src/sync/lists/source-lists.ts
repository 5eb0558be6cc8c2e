// Owns what a rule says of lists of the sources: which ones it names, and which of these nobody has seen yet.
import type { ASTNode } from '@marcbachmann/cel-js'
import { nearest } from '../../lib/suggest.ts'
import type { SourceList } from '../mirror/source-lists.ts'

/** A list that a rule names; `source` is null where any source will do. */
export interface NamedList {
  readonly title: string
  readonly source: string | null
}

export interface ListsRead {
  /** False for a rule that has nothing to do with lists of sources. */
  readonly any: boolean
  /** Those that stand in it as text. */
  readonly named: readonly NamedList[]
}

/** What a condition asks of `source.lists`. */
export function listsRead(root: ASTNode): ListsRead {
  const titles = new Set<string>()
  let any = false
  const visit = (item: unknown): void => {
    if (Array.isArray(item)) for (const part of item) visit(part)
    if (!isNode(item)) return
    if (isLists(item)) any = true
    const [first, second, third] = (Array.isArray(item.args) ? item.args : []) as unknown[]
    if (item.op === 'rcall' && first === 'contains' && isLists(second)) add(titles, (third as unknown[])[0])
    if (item.op === 'in' && isLists(second)) add(titles, first)
    visit(item.args)
  }
  visit(root)
  return { any, named: [...titles].map((title) => ({ title, source: null })) }
}

/** Lists that a rule names and no source shows; without any, a rule that asks for lists at all knows nothing. */
export function unknownLists({ any, named }: ListsRead, known: readonly SourceList[]): NamedList[] | null {
  if (!any) return null
  const unknown = named.filter(({ title, source }) => !known.some((one) => is(one, { title, source })))
  return unknown.length > 0 || known.length === 0 ? unknown : null
}

/** E.g. `no source shows a list "Newsleter"; did you mean "Newsletter"?`, with its full stop. */
export function unknownText(unknown: readonly NamedList[], known: readonly SourceList[]): string {
  const [list] = unknown
  if (list === undefined) return 'no source shows a list.'
  const { title, source } = list
  const titles = known.filter((one) => source === null || one.source === source).map((one) => one.title)
  const near = nearest(title, titles)
  const who = source === null ? 'no source shows' : `source ${source} does not show`
  return `${who} a list "${title}"${near === null ? '.' : `; did you mean "${near}"?`}`
}

export function is(list: SourceList, { title, source }: NamedList): boolean {
  return list.title === title && (source === null || list.source === source)
}

interface Node {
  readonly op: string
  readonly args: unknown
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}

/** `source.lists`, or `source["lists"]`. */
function isLists(value: unknown): boolean {
  if (!isNode(value) || (value.op !== '.' && value.op !== '[]')) return false
  const [left, right] = value.args as [unknown, unknown]
  const key = isNode(right) ? right.args : right
  return key === 'lists' && isNode(left) && left.op === 'id' && left.args === 'source'
}

function add(titles: Set<string>, item: unknown): void {
  if (isNode(item) && item.op === 'value' && typeof item.args === 'string') titles.add(item.args)
}
