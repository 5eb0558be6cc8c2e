// Owns erasing a person: what still would reach them is taken back, everything here is forgotten, and where that is asked
// for, their contact in Heymarket is deleted.
import type { Db } from '../db/open.ts'
import type { HeymarketClient } from '../heymarket/client.ts'
import type { ScheduleRequest } from '../heymarket/schedule.ts'
import type { Clock } from '../lib/clock.ts'
import { asHeysyncError, HeysyncError } from '../lib/errors.ts'
import { type BareE164, readBareE164 } from '../lib/phone.ts'
import { redact } from '../lib/redact.ts'
import type { MessagingDeps } from '../messaging/deps.ts'
import { cancel } from '../messaging/schedule.ts'
import type { Mirror } from '../sync/mirror/mirror.ts'
import { type Forgetting, forget, scrubFile } from './forget.ts'

export interface EraseDeps {
  readonly db: Db
  readonly messaging: MessagingDeps
  /** Called before the first request, and only when there is one. */
  readonly confirmAccount: () => Promise<unknown>
}

export interface EraseWish {
  /** Kept with the mark, so it must not tell who it was. */
  readonly reason: string
  /** Delete their contact in Heymarket too. */
  readonly inHeymarket: boolean
}

export interface Erasure extends Forgetting {
  /** Milliseconds since 1970; of the first erase when this one is a repeat. */
  readonly at: number
  /** Contacts that were deleted in Heymarket, by id. */
  readonly deleted: readonly number[]
  /** Contacts that Heymarket is known to hold still, by id. */
  readonly left: readonly number[]
  /** Scheduled messages that were taken back. */
  readonly takenBack: number
  /** False: another process reads the database, so what was deleted may still be in its file. */
  readonly scrubbed: boolean
}

/** As often as one number may stand on contacts of an account. */
const MAX_CONTACTS = 20

/**
 * Erases a person. To be run as the only process that works on the database and sends. May be repeated: it does what is left.
 * Errors: ERR_USAGE for a reason with a number in it, and those of the client; what failed there is done by the same command again.
 */
export async function erase(deps: EraseDeps, phone: BareE164, wish: EraseWish): Promise<Erasure> {
  const { db, messaging } = deps
  const { mirror, clock, client } = messaging
  if (redact(wish.reason) !== wish.reason) {
    throw new HeysyncError('ERR_USAGE', {
      message: 'The reason holds a phone number, and it is kept with the mark. Nothing was erased.',
      hint: 'Write it so that it does not tell who it was: --reason "asked by letter, case 17"',
    })
  }
  const takenBack = await takeBack(deps, phone)
  const known = mirror.remote.byPhone(phone).map(({ id }) => id)
  // The mark comes before the deletion in Heymarket: after a crash in between, no cycle creates the contact again.
  const { forgotten, others } = forget(db, phone, { at: clock.now(), reason: wish.reason })
  let deleted: number[] = []
  if (wish.inHeymarket) {
    await deps.confirmAccount()
    // Whether Heymarket remembers the STOP of a contact that is deleted is not documented; the mark does (I3).
    if ((await client.status.get({ phone }))?.unsubscribed === true) mirror.erased.optOut(phone)
    deleted = await deleteContacts(client, mirror, phone, known)
  }
  return {
    at: mirror.erased.find(phone)?.at ?? clock.now(),
    forgotten,
    others,
    deleted,
    left: known.filter((id) => !deleted.includes(id)),
    takenBack,
    scrubbed: scrubFile(db),
  }
}

/** Messages that Heymarket would send of itself, lists of broadcasts that are not done, and lists by rule reach them no more. */
async function takeBack({ messaging, confirmAccount }: EraseDeps, phone: BareE164): Promise<number> {
  const { intents, client, clock, mirror } = messaging
  const all = Number.MAX_SAFE_INTEGER
  const scheduled = intents.list('schedule', all).flatMap((intent) => {
    const [step] = intents.steps(intent)
    const request = step?.request as unknown as ScheduleRequest | undefined
    const theirs = request?.phone_number === phone || request?.targets?.includes(phone) === true
    const waits = intent.state === 'done' && Date.parse(request?.execute_at ?? '') > clock.now()
    const id = step?.resultId ?? null
    return theirs && waits && id !== null ? [{ kind: 'ours' as const, intent, id, request }] : []
  })
  const lists = intents.list('broadcast', all).flatMap((intent) => {
    if (intent.state === 'done' || intent.state === 'cancelled') return []
    const part = intents.recipients(intent).find((one) => one.phone === phone && one.refused === null)?.part
    return intents
      .steps(intent)
      .flatMap((step) => (step.kind === 'list' && step.part === part ? (step.resultId ?? []) : []))
  })
  const kept = mirror.lists.ofPhone(phone).filter(({ ours, list_id }) => ours === 1 && list_id !== null)
  if (scheduled.length + lists.length + kept.length > 0) await confirmAccount()
  for (const ref of scheduled) await cancel(messaging, ref)
  for (const { list_id, contact_id } of kept) {
    const who = contact_id === null ? { remove_phones: [phone] } : { remove_contacts: [contact_id] }
    // A list that is gone, or that does not know them any more, reaches nobody: it must not keep anybody from being erased.
    await client.lists.update(list_id ?? 0, who).catch(unlessRefused)
  }
  for (const id of lists) await client.lists.update(id, { remove_phones: [phone] })
  return scheduled.length
}

function unlessRefused(thrown: unknown): void {
  const { status } = asHeysyncError(thrown)
  if (status !== 404 && status !== 400) throw thrown
}

/** Every contact of the number: those that the mirror knew, and those that Heymarket shows. */
async function deleteContacts(
  client: Pick<HeymarketClient, 'contacts'>,
  mirror: Mirror,
  phone: BareE164,
  known: readonly number[],
): Promise<number[]> {
  const deleted: number[] = []
  const remove = async (id: number) => {
    const shown = await client.contacts.get(id)
    // Somebody may have given the contact another number since it was read: then it is another person's.
    if (shown !== null && readBareE164(shown.phone) !== phone) return
    if (shown !== null) {
      await client.contacts.remove(id)
      deleted.push(id)
    }
    mirror.remote.drop(id)
  }
  for (const id of known) await remove(id)
  while (deleted.length < MAX_CONTACTS) {
    const shown = await client.contacts.lookUp(phone)
    // What is shown after it was deleted is only not gone everywhere yet.
    if (shown === null || deleted.includes(shown.id)) break
    await client.contacts.remove(shown.id)
    deleted.push(shown.id)
    mirror.remote.drop(shown.id)
  }
  return deleted
}

/**
 * Lifts the mark; an opt-out that it kept counts again. The next cycle reads both sides in full, so that the person is
 * adopted and not created twice. False when the number was not erased.
 */
export function liftErase(db: Db, mirror: Mirror, clock: Clock, phone: BareE164): boolean {
  return mirror.transaction(() => {
    const mark = mirror.erased.find(phone)
    if (mark === undefined) return false
    mirror.erased.lift(phone)
    if (mark.optedOut)
      mirror.consent.optOut(phone, 'hand', 'opted out before the erase was lifted', clock.now())
    readInFull(db)
    return true
  })
}

function readInFull(db: Db): void {
  db.prepare('UPDATE source SET mapping = NULL').run()
  db.prepare("DELETE FROM meta WHERE key = 'full_walk_at'").run()
  db.prepare("DELETE FROM rejection WHERE code = 'ERASED'").run()
}
