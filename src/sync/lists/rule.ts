// Owns the rule of a list: a CEL condition over contacts, or the name of a list of a source, compiled once.
import { type ListConfig, titleOfList } from '../../config/schema.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { contentHash } from '../../lib/hash.ts'
import { compileExpression, ExpressionFailure, keyText } from '../normalize/cel.ts'
import { CONTACT_FIELDS, type RulePerson } from './person.ts'
import { is, type ListsRead, listsRead } from './source-lists.ts'

export interface ListRule {
  /** Names the rule for good; the title may change. */
  readonly key: string
  readonly title: string
  /** The condition as it is written. */
  readonly where: string
  /** True when members that heysync did not put there are taken off as well. */
  readonly owned: boolean
  /** What it asks of lists of the sources. */
  readonly reads: ListsRead
  /** Whether somebody belongs on the list; null where the condition fails on them. */
  matches(person: RulePerson): boolean | null
}

/** Errors: ERR_EXPRESSION, naming the place, when a condition does not compile or gives no yes or no. */
export function compileListRules(lists: readonly ListConfig[]): ListRule[] {
  return lists.map((list, index) => {
    const title = titleOfList(list)
    const { key = title, owned, fromSourceList } = list
    const condition =
      fromSourceList === undefined
        ? fromCondition(list.where ?? '', ['lists', index, 'where'])
        : fromList(fromSourceList, list.source ?? null)
    return { key, title, owned, ...condition }
  })
}

type Condition = Pick<ListRule, 'where' | 'reads' | 'matches'>

function fromCondition(where: string, keyPath: readonly (string | number)[]): Condition {
  const expression = compileExpression(where, keyPath, 'contact')
  if (expression.type !== 'bool' && expression.type !== 'dyn') throw notACondition(keyPath, where)
  // Then what a person has needs no view of its own, which is what takes most of the time.
  const isPlain = expression.namesAll && expression.fields.every((field) => CONTACT_FIELDS.has(field))
  return {
    where,
    reads: listsRead(expression.ast),
    matches: ({ contact, plain, source }) => {
      try {
        const result = expression.evaluate(contact, { source }, isPlain ? plain : undefined)
        return typeof result === 'boolean' ? result : null
      } catch (error) {
        if (error instanceof ExpressionFailure) return null
        throw error
      }
    },
  }
}

function fromList(title: string, source: string | null): Condition {
  const list = { title, source }
  return {
    where: `source.lists.contains(${JSON.stringify(title)})${source === null ? '' : ` in source ${source}`}`,
    reads: { any: true, named: [list], others: false },
    matches: ({ onLists }) => onLists().some((one) => is(one, list)),
  }
}

function notACondition(keyPath: readonly (string | number)[], where: string): HeysyncError {
  return new HeysyncError('ERR_EXPRESSION', {
    message: `${keyText(keyPath)}: '${where}' gives no yes or no.`,
    hint: 'Compare something: contact.custom["Plan"] == "Premium"',
  })
}

/** What Heymarket knows the list by: the same after the database is lost, so that no second list is made (I2). */
export function localIdOf(key: string, shard: number): string {
  const name = contentHash(`list ${key}`).toString('hex').slice(0, 16)
  return `heysync-${name}${shard === 1 ? '' : `-${shard}`}`
}

/** The name of the rule's first list, and which of its lists it is; null for a list that is no rule's. */
export function readLocalId(localId: string): { first: string; shard: number } | null {
  const [, first, shard = '1'] = /^(heysync-[0-9a-f]{16})(?:-([1-9]\d*))?$/.exec(localId) ?? []
  return first === undefined ? null : { first, shard: Number(shard) }
}

export function titleOf({ title }: Pick<ListRule, 'title'>, shard: number): string {
  return shard === 1 ? title : `${title} (${shard})`
}
