// Owns one request for many contacts: sent, read back, compared, and each operation brought on by what was found. Its
// answer is believed in nothing: the documentation contradicts itself on what it means.

import type { RemoteContact } from '../../heymarket/contact.ts'
import type { NewContactBody } from '../../heymarket/contacts.ts'
import type { BulkContact } from '../../heymarket/contacts-v2.ts'
import { outcomeUnknown } from '../../heymarket/transport.ts'
import { asHeysyncError, type HeysyncError } from '../../lib/errors.ts'
import { othersTurn } from '../../lib/turns.ts'
import { composeWrite, expectedRemote, newContactBody, type Write } from '../diff/body.ts'
import type { Change } from '../diff/change.ts'
import { fieldNow } from '../diff/exact.ts'
import { parseRemote } from '../mirror/remote-body.ts'
import type { Failure, Operation } from '../outbox/outbox.ts'
import { linkRung } from '../removal.ts'
import { keepBeforeImage } from './before-image.ts'
import type { PushDeps } from './deps.ts'
import { type BulkWay, fieldsOf } from './jobs.ts'
import { didNotStore, forbidden, missing, noAnswer, showsLate, tooMany, worked } from './learning.ts'
import { contactOf, isMissing, isRefusal, lookUpMany, type Shown } from './look-up-many.ts'
import {
  acked,
  ackWithoutRequest,
  failureOf,
  leaveToNextPlan,
  outgrewItsPlan,
  retryLater,
  SECOND_LOOK_MS,
} from './outcome.ts'
import { currentChange } from './perform.ts'
import { recompute, takeIn } from './read-back.ts'
import { recordPushed } from './send.ts'
import { ACCEPTED_MS, LOST_MS, UNSEEN } from './settle-many.ts'

/** So many are never too much work. */
const FEW = 25
/** After so many contacts others have their turn. */
const PIECE = 50

/** One operation with what it has to write now. */
interface Item {
  readonly operation: Operation
  readonly change: Exclude<Change, { kind: 'remove' }>
  readonly write: Write
  readonly optedOut: boolean
}

/** What one group of operations has cost so far. */
interface Run {
  readonly way: BulkWay
  /** Requests that may still be spent on finding out which contact is refused. */
  left: number
  /** Contacts that have to go by themselves. */
  refused: number
  readonly onAcked: (count: number) => void
}

/** Sends these together; tells as they are acked how many. Errors: only those that stop the whole push. */
export async function performMany(
  deps: PushDeps,
  way: BulkWay,
  operations: readonly Operation[],
  onAcked: (count: number) => void,
): Promise<void> {
  if (way !== 'update.batch' && (deps.lookFirst || way === 'create.bulk')) await lookFirst(deps, operations)
  const { items, acked: already } = await takeUp(deps, operations)
  onAcked(already)
  const left = 8 + 2 * Math.ceil(Math.log2(items.length + 1))
  await sendAll(deps, { way, left, refused: 0, onAcked }, items)
}

/** What is there already goes into the mirror, so that it is not created again. */
async function lookFirst(deps: PushDeps, operations: readonly Operation[]): Promise<void> {
  const shown = await lookUpMany(
    deps,
    operations.map(({ phone }) => phone),
  )
  deps.mirror.transaction(() => {
    for (const contacts of shown.values())
      for (const contact of contacts) deps.mirror.remote.read(contact, 0, deps.clock.now())
  })
}

/** What each has to write, now that Heymarket may have changed since the plan. */
async function takeUp(
  deps: PushDeps,
  operations: readonly Operation[],
): Promise<{ items: Item[]; acked: number }> {
  const items: Item[] = []
  let acks = 0
  for (const [at, operation] of operations.entries()) {
    if (at % PIECE === PIECE - 1) await othersTurn()
    const planned = JSON.parse(operation.change) as Change
    const change = currentChange(deps, planned)
    if (change === null) {
      ackWithoutRequest(deps, operation, planned)
      acks += 1
    } else if (outgrewItsPlan(deps, planned, change)) {
      leaveToNextPlan(deps, operation)
    } else if (change.kind !== planned.kind || change.kind === 'remove') {
      deps.outbox.sendAlone(operation.id, change)
    } else {
      items.push(itemOf(deps, operation, change))
    }
  }
  return { items, acked: acks }
}

function itemOf(deps: PushDeps, operation: Operation, change: Item['change']): Item {
  const { mirror, settings } = deps
  const optedOut = mirror.consent.isOptedOut(change.phone)
  const row = change.kind === 'update' ? mirror.remote.find(change.contactId) : undefined
  const write = composeWrite(change, row ? parseRemote(row) : null, optedOut, settings.lookups)
  return { operation, change, write, optedOut }
}

async function sendAll(deps: PushDeps, run: Run, items: readonly Item[]): Promise<void> {
  if (items.length === 0) return
  const { outbox, mirror, clock } = deps
  mirror.transaction(() => {
    for (const { operation, change } of items) {
      keepBeforeImage(deps, change)
      outbox.claim(operation.id)
    }
  })
  run.left -= 1
  let saidRefused: ReadonlySet<string>
  try {
    saidRefused = await request(deps, run.way, items)
  } catch (thrown) {
    return handleRefusal(deps, run, items, thrown)
  }
  mirror.ways.put(worked(mirror.ways.get(run.way), items.length, clock.now()))
  return readBackAll(deps, run, items, saidRefused)
}

/** Returns the phones that the answer gives back as refused. That is believed only as far as that there is no need to wait. */
async function request(
  { client }: PushDeps,
  way: BulkWay,
  items: readonly Item[],
): Promise<ReadonlySet<string>> {
  const bodies = items.map(({ write }) => (way === 'update.batch' ? write.body : newContactBody(write.body)))
  if (way === 'create.bulk') {
    const { failed } = await client.contactsV2.bulk(bodies.map(withChannel))
    return new Set(failed.map(({ contact }) => String(contact.phone)))
  }
  const { contacts } = await client.contacts.batch(bodies, way === 'update.batch')
  // What was made or found has an id; what failed comes back as it was sent.
  return new Set(contacts.filter(({ id }) => id === undefined).map(({ phone }) => String(phone)))
}

function withChannel(body: NewContactBody): BulkContact {
  return { ...body, contact_channels: [{ channel_type: 'phone', channel_id: body.phone }] }
}

async function handleRefusal(
  deps: PushDeps,
  run: Run,
  items: readonly Item[],
  thrown: unknown,
): Promise<void> {
  const { mirror, clock, signal } = deps
  // Interrupted with a request under way: they stay in flight, and the next cycle reads back what became of them.
  signal.throwIfAborted()
  const error = asHeysyncError(thrown)
  const way = mirror.ways.get(run.way)
  if (outcomeUnknown(error)) {
    // No answer may mean that it was too much work; a failing server says nothing about the number.
    if (error.code === 'ERR_HEYMARKET_NO_ANSWER' && items.length > FEW)
      mirror.ways.put(noAnswer(way, items.length, error.message, clock.now()))
    lookLater(deps, items, LOST_MS, failureOf(error))
    return
  }
  if (error.status !== undefined && isMissing(error.status)) {
    const lacks = error.status === 403 ? forbidden : missing
    mirror.ways.put(lacks(way, error.message, clock.now()))
    release(deps, items)
    return
  }
  if (error.code === 'ERR_REQUEST' || (error.status !== undefined && isRefusal(error.status)))
    return split(deps, run, items, error)
  if (error.code === 'ERR_HEYMARKET_UNREACHABLE' || error.verdict === 'stop') {
    release(deps, items)
    throw error
  }
  for (const { operation } of items) retryLater(deps, operation, 'pending', error)
}

/**
 * Too many, or one of them is refused: halves tell which. When every smaller request went through, it was the number;
 * otherwise whoever is refused goes by itself, where the refusal is its own.
 */
async function split(deps: PushDeps, run: Run, items: readonly Item[], error: HeysyncError): Promise<void> {
  const { mirror, clock } = deps
  if (items.length === 1 || run.left <= 0) {
    run.refused += items.length
    mirror.transaction(() => items.forEach((item) => void alone(deps, item)))
    return
  }
  const before = run.refused
  const half = Math.ceil(items.length / 2)
  await sendAll(deps, run, items.slice(0, half))
  await sendAll(deps, run, items.slice(half))
  const number = error.status === 413 || (run.refused === before && error.code !== 'ERR_REQUEST')
  if (number) mirror.ways.put(tooMany(mirror.ways.get(run.way), items.length, error.message, clock.now()))
}

async function readBackAll(
  deps: PushDeps,
  run: Run,
  items: readonly Item[],
  saidRefused: ReadonlySet<string>,
): Promise<void> {
  let shown: Shown
  try {
    shown = await lookUpMany(
      deps,
      items.map(({ change }) => change.phone),
    )
  } catch (thrown) {
    deps.signal.throwIfAborted()
    const error = asHeysyncError(thrown)
    lookLater(deps, items, ACCEPTED_MS, failureOf(error))
    if (error.code === 'ERR_HEYMARKET_UNREACHABLE' || error.verdict === 'stop') throw error
    return
  }
  run.onAcked(await compareAll(deps, run, items, shown, saidRefused))
}

async function compareAll(
  deps: PushDeps,
  run: Run,
  items: readonly Item[],
  shown: Shown,
  saidRefused: ReadonlySet<string>,
): Promise<number> {
  const unseen: Item[] = []
  const kept = new Tally()
  let acks = 0
  const { mirror, clock } = deps
  const compare = (item: Item) => {
    const contact = contactOf(item.change, shown)
    // A batch finds its contacts by number: where the one that was meant is gone, it made another.
    if (contact === null)
      for (const other of shown.get(item.change.phone) ?? []) mirror.remote.read(other, 0, clock.now())
    const result = contact === null ? 'unseen' : compareOne(deps, item, contact, kept)
    if (result === 'acked') acks += 1
    if (result === 'unseen' && saidRefused.has(item.change.phone)) alone(deps, item)
    else if (result === 'unseen') unseen.push(item)
  }
  for (let from = 0; from < items.length; from += PIECE) {
    mirror.transaction(() => items.slice(from, from + PIECE).forEach(compare))
    await othersTurn()
  }
  if (acks === 0 && unseen.length > 0 && !kept.any())
    mirror.ways.put(showsLate(mirror.ways.get(run.way), clock.now()))
  const lost = kept.lost()
  if (lost.length > 0) mirror.ways.put(didNotStore(mirror.ways.get(run.way), lost, clock.now()))
  // Where others that this request wrote show, what does not was most likely refused; where none does, all may be on their way.
  const forMs = kept.any() ? SECOND_LOOK_MS : ACCEPTED_MS
  lookLater(deps, unseen, forMs, { ...UNSEEN, requestId: undefined })
  return acks
}

/** Takes in what one contact shows now, and acks its operation or leaves it to a request of its own. */
function compareOne(
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
function looksSent({ settings }: PushDeps, change: Change, contact: RemoteContact): boolean {
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
class Tally {
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

  /** Fields of which nothing that was sent is there. */
  lost(): string[] {
    return [...this.#lost].filter(([field, n]) => n === this.#sent.get(field)).map(([field]) => field)
  }
}

function alone({ outbox }: PushDeps, { operation, change }: Item): void {
  outbox.sendAlone(operation.id, change)
}

function release({ mirror, outbox }: PushDeps, items: readonly Item[]): void {
  mirror.transaction(() => items.forEach(({ operation }) => void outbox.release(operation.id)))
}

function lookLater(deps: PushDeps, items: readonly Item[], forMs: number, failure: Failure): void {
  const { mirror, outbox, clock } = deps
  // One time for all, so that they come due together.
  const now = clock.now()
  mirror.transaction(() => {
    for (const { operation } of items) outbox.lookAgain(operation, now + forMs, now + SECOND_LOOK_MS, failure)
  })
}
