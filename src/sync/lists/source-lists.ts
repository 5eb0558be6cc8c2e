// Owns what a rule says of lists of the sources: which ones it names, and which of these nobody has seen yet.
import type { ASTNode } from '@marcbachmann/cel-js'
import { nearest } from '../../lib/suggest.ts'
import type { SourceList } from '../mirror/source-lists.ts'

/** A list that a rule names; `source` is null where any source will do. */
export interface NamedList {
  readonly title: string
  readonly source: string | null
}

/** The lists of the configured sources. */
export interface ListsShown {
  readonly known: readonly SourceList[]
  /** Those that had people, and that their source does not show any more. */
  readonly forgotten: readonly SourceList[]
}

export interface ListsRead {
  /** False for a rule that has nothing to do with lists of sources. */
  readonly any: boolean
  /** Those that stand in it as text. */
  readonly named: readonly NamedList[]
  /** It asks for lists also without naming them, so that it may mean any. */
  readonly others: boolean
}

/** What a condition asks of `source.lists`. */
export function listsRead(root: ASTNode): ListsRead {
  const titles = new Set<string>()
  let others = false
  const visit = (item: unknown): void => {
    if (Array.isArray(item)) for (const part of item) visit(part)
    if (!isNode(item)) return
    const title = titleIn(item)
    if (title !== null) titles.add(title)
    else if (isLists(item)) others = true
    else visit(item.args)
  }
  visit(root)
  const named = [...titles].map((title) => ({ title, source: null }))
  return { any: others || named.length > 0, named, others }
}

/**
 * Lists that a rule asks for and no source shows; without any, a rule that asks for lists at all knows nothing. One that may
 * mean any list may mean one that was forgotten.
 */
export function unknownLists(
  { any, named, others }: ListsRead,
  { known, forgotten }: ListsShown,
): NamedList[] | null {
  if (!any) return null
  const unknown = named.filter(({ title, source }) => !known.some((one) => is(one, { title, source })))
  if (others) unknown.push(...forgotten.filter((one) => !unknown.some((named) => is(one, named))))
  return unknown.length > 0 || known.length === 0 ? unknown : null
}

/** E.g. `no source shows a list "Newsleter"; did you mean "Newsletter"?`, with its full stop. */
export function unknownText(unknown: readonly NamedList[], { known, forgotten }: ListsShown): string {
  const [list] = unknown
  if (list === undefined) return 'no source shows a list.'
  const { title, source } = list
  if (source !== null && forgotten.some((one) => is(one, list)))
    return `source ${source} does not show the list "${title}" any more. If it is gone for good: heysync sync --allow-empty ${source}`
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

/** The title in `source.lists.contains("title")` and `"title" in source.lists`. */
function titleIn({ op, args }: Node): string | null {
  if (!Array.isArray(args)) return null
  const [first, second, third] = args as unknown[]
  if (!isLists(second)) return null
  const given = op === 'in' ? first : op === 'rcall' && first === 'contains' ? (third as unknown[])[0] : null
  return isNode(given) && given.op === 'value' && typeof given.args === 'string' ? given.args : null
}
