// Owns what requests for many wrote and nothing has shown yet, where the account is known to keep what it accepts. It is read
// back with Heymarket's news, which have to be read anyway and come in larger pages; what these do not show is asked for.
// Until then its operations stay in flight, so that a crash leaves them to be settled.
import type { RemoteContact } from '../../heymarket/contact.ts'
import { readBareE164 } from '../../lib/phone.ts'
import { othersTurn } from '../../lib/turns.ts'
import { inPieces, PIECE } from '../mirror/pieces.ts'
import type { Expected } from '../reconcile/reconcile.ts'
import { compareOne, type Item, itemOf, Tally } from './compare-many.ts'
import type { PushDeps } from './deps.ts'
import type { BulkWay } from './jobs.ts'
import { readBackMany } from './read-back-many.ts'

/** One request. */
interface Group {
  readonly way: BulkWay
  seen: number
}

interface Sent {
  readonly group: Group
  /** What the body said of consent. */
  readonly optedOut: boolean
}

const NOBODY: ReadonlySet<string> = new Set()

export class Written implements Expected {
  readonly #deps: PushDeps
  readonly #onAcked: (count: number) => void
  /** By phone; nothing else is kept in memory, because it may be a hundred thousand. */
  readonly #sent = new Map<string, Sent>()

  constructor(deps: PushDeps, onAcked: (count: number) => void) {
    this.#deps = deps
    this.#onAcked = onAcked
  }

  /** Contacts that were not seen yet. */
  get size(): number {
    return this.#sent.size
  }

  /** One request, accepted as a whole; each change was sent as its operation says. */
  add(way: BulkWay, items: readonly Item[]): void {
    const group: Group = { way, seen: 0 }
    const out = { group, optedOut: true }
    const others = { group, optedOut: false }
    for (const { change, optedOut } of items) this.#sent.set(change.phone, optedOut ? out : others)
  }

  /** Compares those among these contacts that were written. To be called before the mirror takes them in. */
  async meet(contacts: readonly RemoteContact[]): Promise<void> {
    const { mirror } = this.#deps
    const ours = contacts.filter(({ phone }) => this.#sent.has(readBareE164(phone) ?? ''))
    // Of several with one number the oldest counts, as everywhere.
    ours.sort((a, b) => a.id - b.id)
    const tallies = new Map<BulkWay, Tally>()
    let acks = 0
    await inPieces(mirror, ours, (contact) => {
      if (this.#compare(contact, tallies)) acks += 1
    })
    for (const [way, tally] of tallies) tally.teach(this.#deps, way)
    this.#onAcked(acks)
  }

  /** True when that acked it. */
  #compare(contact: RemoteContact, tallies: Map<BulkWay, Tally>): boolean {
    const phone = readBareE164(contact.phone) ?? ''
    const sent = this.#sent.get(phone)
    const item = sent && this.#item(phone, sent)
    if (!sent || !item) return false
    if (item.change.kind !== 'create' && item.change.contactId !== contact.id) return false
    const tally = tallies.get(sent.group.way) ?? new Tally()
    tallies.set(sent.group.way, tally)
    const result = compareOne(this.#deps, item, contact, tally)
    // It shows as before: perhaps a page is behind.
    if (result === 'unseen') return false
    sent.group.seen += 1
    this.#sent.delete(phone)
    return result === 'acked'
  }

  #item(phone: string, { optedOut }: Sent): Item | null {
    const operation = this.#deps.outbox.ofPhone(phone)
    if (operation?.state !== 'in_flight') return null
    return itemOf(this.#deps, operation, JSON.parse(operation.change) as Item['change'], optedOut)
  }

  /** Asks for what no page showed. Errors: only those that stop the whole push. */
  async settleRest(): Promise<void> {
    const rest = new Map<Group, Item[]>()
    let at = 0
    for (const [phone, sent] of this.#sent) {
      at += 1
      if (at % PIECE === 0) await othersTurn()
      const item = this.#item(phone, sent)
      if (!item) continue
      const items = rest.get(sent.group) ?? []
      items.push(item)
      rest.set(sent.group, items)
    }
    this.#sent.clear()
    if (rest.size === 0) return
    const accepted = [...rest].map(([{ way, seen }, items]) => ({
      way,
      items,
      saidRefused: NOBODY,
      othersShow: seen > 0,
    }))
    this.#onAcked(await readBackMany(this.#deps, accepted))
  }
}
