// Owns the counting of new contacts that are written alike: a million of them may differ in nothing that counts for their cost.
import { type Change, fieldsOf } from './change.ts'

export interface Alike {
  readonly example: Change
  n: number
}

/** New contacts by what is written of them. */
export class NewContacts {
  readonly #alike = new Map<string, Alike>()

  add(change: Change): void {
    const written = fieldsOf(change).join(' ')
    const alike = this.#alike.get(written)
    if (alike === undefined) this.#alike.set(written, { example: change, n: 1 })
    else alike.n += 1
  }

  all(): Iterable<Readonly<Alike>> {
    return this.#alike.values()
  }
}
