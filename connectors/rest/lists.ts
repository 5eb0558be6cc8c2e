// Owns which list of the description a pull asks, and what its request needs. Pure.
import type { ListChanges, ListOptions } from './options-list.ts'
import { namesIn } from './template.ts'

interface Lists {
  readonly list: ListOptions
  readonly changes?: ListChanges | undefined
}

/** What changes are asked with; null when each pull has to read everything. */
export function changesOf({ list, changes }: Lists): ListOptions | null {
  if (changes === undefined) return uses(list, 'from') || list.newestFirst ? list : null
  const own = Object.entries(changes).filter(([, value]) => value !== undefined)
  return { ...list, ...Object.fromEntries(own) }
}

export function uses(list: ListOptions, name: string): boolean {
  return namesUsed(list).includes(name)
}

/** Every name between double braces in the request, known or not. */
export function namesUsed({ path, query, headers, body }: ListOptions): string[] {
  return namesIn([path, query, headers, body])
}

/** False where records may slip from one page to another without a trace. */
export function isChecked({ paging }: ListOptions): boolean {
  return paging.by === 'page' || paging.by === 'offset' ? paging.check : true
}
