// Owns the rule of a list: a CEL condition over contacts, compiled once.
import type { ListConfig } from '../../config/schema.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { contentHash } from '../../lib/hash.ts'
import type { ContactFields } from '../contact.ts'
import { compileExpression, ExpressionFailure, keyText } from '../normalize/cel.ts'

export interface ListRule {
  /** Names the rule for good; the title may change. */
  readonly key: string
  readonly title: string
  /** The condition as it is written. */
  readonly where: string
  /** True when members that heysync did not put there are taken off as well. */
  readonly owned: boolean
  /** Whether somebody belongs on the list; null where the condition fails on them. */
  matches(contact: ContactView): boolean | null
}

/** What a condition calls `contact`. */
export type ContactView = Readonly<Record<string, unknown>>

export function contactView(phone: string, fields: ContactFields, optedOut: boolean): ContactView {
  return {
    phone,
    first: fields.first ?? '',
    last: fields.last ?? '',
    displayName: fields.displayName ?? '',
    email: fields.email ?? '',
    assignee: fields.assignee ?? '',
    tags: fields.tags ?? [],
    custom: fields.custom ?? {},
    optedOut,
  }
}

/** Errors: ERR_EXPRESSION, naming the place, when a condition does not compile or gives no yes or no. */
export function compileListRules(lists: readonly ListConfig[]): ListRule[] {
  return lists.map((list, index) => {
    const keyPath = ['lists', index, 'where']
    const expression = compileExpression(list.where, keyPath, 'contact')
    if (expression.type !== 'bool' && expression.type !== 'dyn') throw notACondition(keyPath, list.where)
    return {
      key: list.key ?? list.title,
      title: list.title,
      where: list.where,
      owned: list.owned,
      matches: (contact) => {
        try {
          const result = expression.evaluate(contact)
          return typeof result === 'boolean' ? result : null
        } catch (error) {
          if (error instanceof ExpressionFailure) return null
          throw error
        }
      },
    }
  })
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

export function titleOf({ title }: ListRule, shard: number): string {
  return shard === 1 ? title : `${title} (${shard})`
}
