// Owns one request for many contacts: sent, and what became of it found out. Its answer is believed in nothing: the
// documentation contradicts itself on what it means. Where the account was seen to keep what is sent, it is read back with
// Heymarket's news (written.ts); else at once.

import type { NewContactBody } from '../../heymarket/contacts.ts'
import type { BulkContact } from '../../heymarket/contacts-v2.ts'
import { outcomeUnknown } from '../../heymarket/transport.ts'
import { asHeysyncError, type HeysyncError } from '../../lib/errors.ts'
import { othersTurn } from '../../lib/turns.ts'
import { newContactBody } from '../diff/body.ts'
import { type Change, fieldsOf } from '../diff/change.ts'
import { inPieces, PIECE } from '../mirror/pieces.ts'
import type { Operation } from '../outbox/outbox.ts'
import { keepBeforeImage } from './before-image.ts'
import { type Item, itemOf } from './compare-many.ts'
import type { PushDeps } from './deps.ts'
import type { BulkWay } from './jobs.ts'
import { forbidden, isProven, missing, noAnswer, tooMany, worked } from './learning.ts'
import { isMissing, isRefusal, lookUpMany } from './look-up-many.ts'
import { ackWithoutRequest, failureOf, leaveToNextPlan, outgrewItsPlan, retryLater } from './outcome.ts'
import { currentChange } from './perform.ts'
import { lookLater, readBackMany } from './read-back-many.ts'
import { LOST_MS } from './settle-many.ts'
import type { Written } from './written.ts'

/** So many are never too much work. */
const FEW = 25
/** What one group of operations has cost so far. */
interface Run {
  readonly way: BulkWay
  /** Requests that may still be spent on finding out which contact is refused. */
  left: number
  /** Contacts that have to go by themselves. */
  refused: number
  readonly written: Written
  readonly onAcked: (count: number) => void
}

/** With the change of its plan, of which it may be the rest. */
interface Planned extends Item {
  readonly planned: Change
}

/** Sends these together; tells as they are acked how many. Errors: only those that stop the whole push. */
export async function performMany(
  deps: PushDeps,
  way: BulkWay,
  operations: readonly Operation[],
  written: Written,
  onAcked: (count: number) => void,
): Promise<void> {
  if (way !== 'update.batch' && (deps.lookFirst || way === 'create.bulk')) await lookFirst(deps, operations)
  const { items, acked: already } = await takeUp(deps, operations)
  onAcked(already)
  const left = 8 + 2 * Math.ceil(Math.log2(items.length + 1))
  await sendAll(deps, { way, left, refused: 0, written, onAcked }, items)
}

/** What is there already goes into the mirror, so that it is not created again. */
async function lookFirst(deps: PushDeps, operations: readonly Operation[]): Promise<void> {
  const shown = await lookUpMany(
    deps,
    operations.map(({ phone }) => phone),
  )
  const { mirror, clock } = deps
  await inPieces(mirror, [...shown.values()].flat(), (contact) => {
    mirror.remote.read(contact, 0, clock.now())
  })
}

/** What each has to write, now that Heymarket may have changed since the plan. */
async function takeUp(
  deps: PushDeps,
  operations: readonly Operation[],
): Promise<{ items: Planned[]; acked: number }> {
  const items: Planned[] = []
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
      const optedOut = deps.mirror.consent.isOptedOut(change.phone)
      items.push({ ...itemOf(deps, operation, change, optedOut), planned })
    }
  }
  return { items, acked: acks }
}

async function sendAll(deps: PushDeps, run: Run, items: readonly Planned[]): Promise<void> {
  if (items.length === 0) return
  const { outbox, mirror, clock } = deps
  await inPieces(mirror, items, ({ operation, change }) => {
    keepBeforeImage(deps, change)
    outbox.claim(operation.id)
  })
  run.left -= 1
  let saidRefused: ReadonlySet<string>
  try {
    saidRefused = await request(deps, run.way, items)
  } catch (thrown) {
    return handleRefusal(deps, run, items, thrown)
  }
  const { way } = run
  const known = mirror.ways.get(way)
  mirror.ways.put(worked(known, items.length, clock.now()))
  const fields = new Set(items.flatMap(({ change }) => fieldsOf(change)))
  // What is not there as it was sent would be far more if nobody had ever looked.
  const proven = saidRefused.size === 0 && isProven(known, fields, clock.now())
  if (proven && items.every(({ change, planned }) => change === planned)) run.written.add(way, items)
  else run.onAcked(await readBackMany(deps, [{ way, items, saidRefused, othersShow: false }]))
}

/** Returns the phones that the answer gives back as refused. That is believed only as far as that there is no need to wait. */
async function request(
  { client }: PushDeps,
  way: BulkWay,
  items: readonly Item[],
): Promise<ReadonlySet<string>> {
  const bodies = items.map(({ write }) => (way === 'update.batch' ? write.body : newContactBody(write.body)))
  await othersTurn()
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
  items: readonly Planned[],
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
async function split(
  deps: PushDeps,
  run: Run,
  items: readonly Planned[],
  error: HeysyncError,
): Promise<void> {
  const { mirror, clock } = deps
  const number = () =>
    mirror.ways.put(tooMany(mirror.ways.get(run.way), items.length, error.message, clock.now()))
  if (error.status === 413 && items.length > 1) {
    number()
    return release(deps, items)
  }
  if (items.length === 1 || run.left <= 0) {
    run.refused += items.length
    mirror.transaction(() => items.forEach((item) => void alone(deps, item)))
    return
  }
  const before = run.refused
  const half = Math.ceil(items.length / 2)
  await sendAll(deps, run, items.slice(0, half))
  const rest = items.slice(half)
  // A smaller number turned out to be too many: the rest goes in requests of a size that is not.
  if (rest.length >= (mirror.ways.get(run.way).ceiling ?? Number.POSITIVE_INFINITY)) release(deps, rest)
  else await sendAll(deps, run, rest)
  if (run.refused === before && error.code !== 'ERR_REQUEST') number()
}

function alone({ outbox }: PushDeps, { operation, change }: Item): void {
  outbox.sendAlone(operation.id, change)
}

function release({ mirror, outbox }: PushDeps, items: readonly Item[]): void {
  mirror.transaction(() => items.forEach(({ operation }) => void outbox.release(operation.id)))
}
