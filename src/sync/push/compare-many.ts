// Owns one contact that a request for many was to write, held against what Heymarket shows of it: acked, left to a request of
// its own, or not seen to be done. And what that says of the account: which fields it keeps.
import type { RemoteContact } from '../../heymarket/contact.ts'
import { composeWrite, expectedRemote, type Write } from '../diff/body.ts'
import { type Change, fieldsOf } from '../diff/change.ts'
import { fieldNow } from '../diff/exact.ts'
import { parseRemote } from '../mirror/remote-body.ts'
import type { Operation } from '../outbox/outbox.ts'
import { linkRung } from '../removal.ts'
import type { PushDeps } from './deps.ts'
import type { BulkWay } from './jobs.ts'
import { didNotStore, isProven, stores } from './learning.ts'
import { acked, leaveToNextPlan, outgrewItsPlan } from './outcome.ts'
import { recompute, takeIn } from './read-back.ts'
import { recordPushed } from './send.ts'

/** One operation with what it has to write now. */
export interface Item {
  readonly operation: Operation
  readonly change: Exclude<Change, { kind: 'remove' }>
  readonly write: Write
  readonly optedOut: boolean
}

/** `optedOut`: the consent ledger's word when it is, or was, written. */
export function itemOf(
  { mirror, settings }: PushDeps,
  operation: Operation,
  change: Item['change'],
  optedOut: boolean,
): Item {
  const row = change.kind === 'update' ? mirror.remote.find(change.contactId) : undefined
  const write = composeWrite(change, row ? parseRemote(row) : null, optedOut, settings.lookups)
  return { operation, change, write, optedOut }
}

/** Takes in what one contact shows now, and acks its operation or leaves it to a request of its own. */
export function compareOne(
  deps: PushDeps,
  item: Item,
  contact: RemoteContact,
  kept: Tally,
): 'acked' | 'unseen' | 'alone' {
  const { mirror, clock, outbox } = deps
  const { operation, change, write, optedOut } = item
  const known = mirror.remote.find(contact.id)
  // A revision that did not move shows the time before our write, or that it was not applied.
  const moved = known === undefined || contact.rev === null || contact.rev !== known.rev
  const ours =
    change.kind === 'update'
      ? moved
      : known === undefined && contact.rev === 1 && looksSent(deps, change, contact)
  const ownRev =
    ours && editedSince(deps, change, known?.rev ?? null, contact) ? (known?.rev ?? 0) + 1 : contact.rev
  if (ours) mirror.remote.wrote(expectedRemote(write, contact.id, ownRev), clock.now())
  takeIn(deps, change, contact, ours ? 'settled' : 'found')
  // What was edited since is an edit of what this wrote. Else, until it is known that all of it is there, nothing may be
  // taken for the answer to an earlier write of the same.
  if (ours && ownRev !== contact.rev) recordPushed(deps, change, optedOut)
  else if (ours) mirror.contacts.pushed(change.phone, null)
  if (ours && change.kind === 'create') {
    const rung = linkRung(deps.settings.removal(change.sourceId))
    mirror.contacts.putLink(change.phone, contact.id, 'created', rung)
  }
  const left = recompute(deps, change)
  if (ours) kept.count(change, left)
  if (left === null) {
    recordPushed(deps, change, optedOut)
    acked(deps, operation, change)
    return 'acked'
  }
  if (change.kind === 'update' && !moved) return 'unseen'
  if (outgrewItsPlan(deps, change, left)) leaveToNextPlan(deps, operation)
  else outbox.sendAlone(operation.id, left)
  return 'alone'
}

/**
 * True when a new contact holds what was sent, or part of it. A batch leaves alone who is there already: a first revision
 * with other values is somebody else's contact, made in the same moment (I4).
 */
export function looksSent({ settings }: PushDeps, change: Change, contact: RemoteContact): boolean {
  const inOrder = (text: string) => text.split(', ').sort().join()
  const fields = change.fields.filter(({ after }) => after !== '')
  const shown = fields.map(({ field }) => fieldNow(contact, field, settings.lookups))
  const kept = fields.filter(({ after }, index) => inOrder(shown[index] ?? '') === inOrder(after))
  return kept.length > 0 && fields.every((field, index) => shown[index] === '' || kept.includes(field))
}

/** True when somebody changed the contact after our write was applied: it moved twice, and nothing shows as before. */
function editedSince(
  { settings }: PushDeps,
  change: Change,
  before: number | null,
  contact: RemoteContact,
): boolean {
  if (before === null || contact.rev === null || contact.rev <= before + 1) return false
  const inOrder = (text: string) => text.split(', ').sort().join()
  return change.fields.every(
    (field) => inOrder(fieldNow(contact, field.field, settings.lookups)) !== inOrder(field.before),
  )
}

/** Counts which fields an account kept of those that it was sent. */
export class Tally {
  readonly #sent = new Map<string, number>()
  readonly #lost = new Map<string, number>()

  count(change: Change, left: Change | null): void {
    const add = (sums: Map<string, number>, fields: readonly string[]) => {
      for (const field of fields) sums.set(field, (sums.get(field) ?? 0) + 1)
    }
    add(this.#sent, fieldsOf(change))
    // Kept in another form is kept: only what still shows as before was lost.
    const before = new Map(change.fields.map((field) => [field.field, field.before]))
    const same = (left?.fields ?? []).filter((field) => before.get(field.field) === field.before)
    if (left !== null) add(this.#lost, fieldsOf({ ...left, fields: same }))
  }

  /** True when something that was sent is seen at all. */
  any(): boolean {
    return this.#sent.size > 0
  }

  /** Fields of which nothing that was sent is there are lost; of which everything is, kept. */
  teach({ mirror, clock }: PushDeps, name: BulkWay): void {
    const way = mirror.ways.get(name)
    const now = clock.now()
    const lost = [...this.#lost].filter(([field, n]) => n === this.#sent.get(field)).map(([field]) => field)
    const kept = [...this.#sent.keys()].filter((field) => !this.#lost.has(field))
    const taught = lost.length > 0 ? didNotStore(way, lost, now) : way
    if (lost.length > 0 || !isProven(way, kept, now)) mirror.ways.put(stores(taught, kept))
  }
}
