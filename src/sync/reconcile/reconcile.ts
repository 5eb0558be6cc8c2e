// Owns reconcile: Heymarket's own contacts read into the mirror, a little before each plan or all of them on demand.

import type { RemoteContact } from '../../heymarket/contact.ts'
import type { ContactsApi } from '../../heymarket/contacts.ts'
import { PAGE_LIMITS, walkPages } from '../../heymarket/walk.ts'
import type { Clock } from '../../lib/clock.ts'
import { instantKey, keyToMs } from '../../lib/instant.ts'
import { readBareE164 } from '../../lib/phone.ts'
import { byTurns, othersTurn } from '../../lib/turns.ts'
import type { FullWalk } from '../mirror/full-walk.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { inPieces } from '../mirror/pieces.ts'
import type { RemoteRow } from '../mirror/remote.ts'

export interface ReconcileResult {
  readonly mode: 'full' | 'incremental'
  /** Contacts read. */
  seen: number
  /** Not known before. */
  added: number
  /** Known, and changed there since. */
  changed: number
  /** Known, and no longer there. */
  missing: number
  /** The account's own count, null when it was not asked. */
  count: number | null
  /** The walk saw every contact for certain. Only then may one that it did not see count as gone. */
  complete: boolean
}

/** Contacts that were written a moment ago and that a walk is to show. */
export interface Expected {
  /** Those that it has not shown yet. */
  readonly size: number
  /** A page of contacts, before the mirror takes it in. */
  meet(contacts: readonly RemoteContact[]): Promise<void>
}

/** A contact that we wrote this recently may not be on the lists yet, so its absence from them says nothing. */
const SETTLE_MS = 5 * 60_000
/** So many of these are asked for by id; where more are missing, the lists are behind, and the next walk will tell. */
const MAX_ASKED = 50
/** Contacts that are taken in at once. */
const PART = 250
/** A full walk that was cut off is gone on with for so long after it began, in milliseconds. */
const RESUMABLE_MS = 6 * 60 * 60_000

export interface ReconcileDeps {
  readonly mirror: Mirror
  readonly contacts: ContactsApi
  readonly clock: Clock
  /** `total`: how many there will be, null while nobody knows. */
  readonly onProgress?: (seen: number, total: number | null) => void
  /** Called after each page of a full walk that was saved; what it throws ends this part of the walk. */
  readonly pause?: () => void
}

/**
 * Reads every contact, and then what changed while that went on. What a complete walk did not show is dropped from the
 * mirror. A walk that was cut off goes on where it was.
 */
export async function reconcileFull(deps: ReconcileDeps): Promise<ReconcileResult> {
  const { mirror, contacts, clock } = deps
  const resumed = walkToResume(mirror, clock.now())
  let at: FullWalk = resumed ?? newWalk(mirror, clock.now())
  const result = emptyResult('full')
  result.added = at.added
  result.changed = at.changed
  result.seen = resumed ? await byTurns(mirror.remote.countSeenSteps(at.walk_seq)) : 0
  // How far it is in all: what was there last time, or else what the account counts, once it turns out to be long.
  let total = mirror.meta.get('full_walk_at') === undefined ? null : mirror.remote.count()
  const walk = startWalk(deps, at.resume_from)
  let step = await walk.next()
  const nobody = step.done === true && !resumed
  for (let pages = 1; !step.done; pages += 1) {
    const { rows, fresh, resumeFrom } = step.value
    await absorb(deps, fresh, at.walk_seq, result, (whole) => {
      const { added, changed } = result
      const reached = { head: at.head || highest('', rows), resume_from: resumeFrom ?? at.resume_from }
      at = { ...at, added, changed, ...(whole ? reached : {}) }
      mirror.fullWalk.save(at)
    })
    if (total === null && pages === 2 && fresh.length > 0 && deps.onProgress) total = await contacts.count()
    deps.onProgress?.(result.seen, total)
    deps.pause?.()
    step = await walk.next()
    if (!step.done && step.value.fresh.length > 0) wasFull(mirror, rows.length)
  }
  // Whoever was edited behind the walk's back moved to the head: read again from now down to where the walk began, or to
  // where those came who read the news since.
  if ((mirror.meta.get('remote_watermark') ?? '') === at.watermark)
    mirror.meta.set('remote_watermark', at.head)
  // Behind the back of a single request that showed nobody there is nobody.
  if (!nobody) {
    const late = await readHead(deps)
    result.added += late.added
    result.changed += late.changed
  }
  result.count = await contacts.count()
  result.seen = await byTurns(mirror.remote.countSeenSteps(at.walk_seq))
  const knownOffset = Number(mirror.meta.get('count_offset') ?? 0)
  if (resumed && result.count !== result.seen + knownOffset) {
    // While it was cut off somebody was deleted whom it had seen, or was missed: only a walk in one go tells.
    mirror.fullWalk.drop()
    return reconcileFull(deps)
  }
  // The account may count contacts that it lists nowhere. That it does so twice in a row shows that it is not ours to find.
  const offset = Math.max(0, result.count - result.seen)
  const { orderly, perhapsTies } = step.value
  const whole = orderly || (perhapsTies && (await areAll(deps, at.walk_seq, result)))
  result.complete = whole && (offset === 0 || String(offset) === mirror.meta.get('count_offset'))
  const missing = result.complete ? await missingContacts(deps, at.walk_seq, at.started_at) : []
  await inPieces(mirror, missing, (row) => {
    mirror.remote.drop(row.id)
    if (row.phone) mirror.contacts.unsettle(row.phone)
    result.missing += 1
  })
  mirror.transaction(() => {
    mirror.fullWalk.drop()
    mirror.meta.set('count_offset', String(offset))
    if (result.complete) mirror.meta.set('full_walk_at', String(clock.now()))
  })
  return result
}

/**
 * One page of contacts of one instant looks like the first of several. They are all there are when the account counts no
 * more, and still shows each of them after that: whoever is hidden cannot make up for one that was deleted.
 */
async function areAll(
  { mirror, contacts }: ReconcileDeps,
  walkSeq: number,
  { seen, count }: ReconcileResult,
): Promise<boolean> {
  if (count !== seen) return false
  const limit = Number(mirror.meta.get('page_limit') ?? PAGE_LIMITS[0])
  const rows = await contacts.page(limit === 0 ? {} : { limit })
  const shown = rows.filter(({ id }) => (mirror.remote.find(id)?.seen_walk ?? 0) >= walkSeq)
  return rows.length === seen && shown.length === seen
}

/** The walk that was cut off, unless that is too long ago: whoever was deleted since would hide in it. */
function walkToResume(mirror: Mirror, now: number): FullWalk | undefined {
  const walk = mirror.fullWalk.find()
  const age = walk === undefined ? 0 : now - walk.started_at
  return age >= 0 && age < RESUMABLE_MS ? walk : undefined
}

function newWalk(mirror: Mirror, now: number): FullWalk {
  return {
    walk_seq: nextWalk(mirror),
    started_at: now,
    head: '',
    watermark: mirror.meta.get('remote_watermark') ?? '',
    resume_from: null,
    added: 0,
    changed: 0,
  }
}

/** What a complete walk did not show. One that we wrote a moment ago may only not be listed yet, so it is asked for by id. */
async function missingContacts(
  { mirror, contacts }: ReconcileDeps,
  walkSeq: number,
  startedAt: number,
): Promise<RemoteRow[]> {
  const missing: RemoteRow[] = []
  let asked = 0
  for (const unseen of mirror.remote.unseen(walkSeq)) {
    for (const row of unseen) {
      // What no list has ever shown is not gone because no list shows it now.
      const recent = row.seen_walk === 0 || (row.acked_at ?? 0) >= startedAt - SETTLE_MS
      if (recent && asked >= MAX_ASKED) continue
      if (recent) asked += 1
      if (!recent || (await contacts.get(row.id)) === null) missing.push(row)
    }
    await othersTurn()
  }
  return missing
}

/**
 * Reads what changed since the last reconcile: from now down to the watermark. One request and a count when nothing did.
 * Falls back to a full walk when there never was one, or when the account's count says that something was deleted.
 */
export async function reconcileIncremental(deps: ReconcileDeps): Promise<ReconcileResult> {
  const { mirror, contacts } = deps
  if (mirror.meta.get('full_walk_at') === undefined) return reconcileFull(deps)
  const result = await readHead(deps)
  result.count = await contacts.count()
  const expected = mirror.remote.count() + Number(mirror.meta.get('count_offset') ?? 0)
  return result.count === expected ? result : reconcileFull(deps)
}

/** Reads from now down to the watermark, without asking for the count. What was `written` is no news. */
export async function readHead(deps: ReconcileDeps, written?: Expected): Promise<ReconcileResult> {
  const { mirror, clock } = deps
  const startedAt = clock.now()
  const result = emptyResult('incremental')
  const walkSeq = nextWalk(mirror)
  const watermark = mirror.meta.get('remote_watermark') ?? ''
  const settled = watermarkSettled(mirror, watermark)
  const walk = startWalk(deps)
  let newest = ''
  let rowsBefore = 0
  for await (const page of walk) {
    if (page.fresh.length > 0) wasFull(mirror, rowsBefore)
    rowsBefore = page.rows.length
    await written?.meet(page.fresh)
    const news = await absorb(deps, page.fresh, walkSeq, result)
    newest = highest(newest, page.rows)
    // Every contact that we know of was shown, or the page lies below what the last walk covered and held no news.
    const covered = settled ? page.reached <= watermark : page.reached < watermark
    const all = mirror.remote.count() + (written?.size ?? 0)
    if (news === 0 && (covered || result.seen >= all)) break
  }
  mirror.transaction(() => {
    if (newest > watermark) mirror.meta.set('remote_watermark', newest)
    if (!settled || newest > watermark) mirror.meta.set('head_walked_at', String(startedAt))
  })
  result.complete = true
  return result
}

/** What a page holds that another one follows: so a plan can say what reading back will cost. */
function wasFull(mirror: Mirror, rows: number): void {
  if (rows > Number(mirror.meta.get('page_rows') ?? 0)) mirror.meta.set('page_rows', String(rows))
}

/**
 * True when nobody can get the watermark's instant as their time any more, so that a page of known contacts at that
 * instant needs no look behind it. The margin covers clocks that differ: beyond it no token would be taken.
 */
function watermarkSettled(mirror: Mirror, watermark: string): boolean {
  const walkedAt = Number(mirror.meta.get('head_walked_at') ?? 0)
  return watermark !== '' && walkedAt - keyToMs(watermark) >= SETTLE_MS
}

/** Takes a page in, part by part. `save` is called in the transaction of each; `whole` says that it is the last one. */
async function absorb(
  { mirror, clock }: ReconcileDeps,
  shown: readonly RemoteContact[],
  walkSeq: number,
  result: ReconcileResult,
  save: (whole: boolean) => void = () => {},
): Promise<number> {
  const contacts = inOrderOfId(shown)
  let news = 0
  for (let from = 0, whole = false; !whole; from += PART) {
    await othersTurn()
    whole = from + PART >= contacts.length
    mirror.transaction(() => {
      for (const contact of contacts.slice(from, from + PART)) {
        const what = mirror.remote.read(contact, walkSeq, clock.now())
        if (what === 'new') result.added += 1
        if (what === 'changed') result.changed += 1
        if (what === 'new' || what === 'changed') news += 1
        if (contact.isOptedOut === true) noteOptOut(mirror, contact, clock.now())
      }
      save(whole)
    })
  }
  result.seen += shown.length
  return news
}

/** A page shows the newest first. Rows that come from the last to the first leave every page of the database half empty. */
function inOrderOfId(shown: readonly RemoteContact[]): RemoteContact[] {
  return [...shown].sort((a, b) => a.id - b.id)
}

/** An opt-out that Heymarket shows counts for the number, wherever it came from (I3). */
export function noteOptOut(mirror: Mirror, contact: RemoteContact, at: number): void {
  const phone = readBareE164(contact.phone)
  if (phone && mirror.consent.optOut(phone, 'heymarket', `Heymarket contact ${contact.id}`, at)) {
    mirror.contacts.unsettle(phone)
  }
}

function nextWalk(mirror: Mirror): number {
  const next = Number(mirror.meta.get('walk_seq') ?? 0) + 1
  mirror.meta.set('walk_seq', String(next))
  return next
}

function startWalk({ mirror, contacts }: ReconcileDeps, from: string | null = null) {
  const limit = Number(mirror.meta.get('page_limit') ?? PAGE_LIMITS[0])
  return walkPages(
    { page: contacts.page, idOf: (one) => one.id, instantOf: (one) => one.updated, takesLimit: true },
    { limit, onLimit: (taken) => mirror.meta.set('page_limit', String(taken)), from },
  )
}

function highest(newest: string, contacts: readonly RemoteContact[]): string {
  let best = newest
  for (const contact of contacts) {
    const key = instantKey(contact.updated) ?? ''
    if (key > best) best = key
  }
  return best
}

function emptyResult(mode: ReconcileResult['mode']): ReconcileResult {
  return { mode, seen: 0, added: 0, changed: 0, missing: 0, count: null, complete: false }
}
