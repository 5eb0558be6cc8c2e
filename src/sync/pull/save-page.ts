// Owns one page of a pull: each record recognised as unchanged or normalized, and saved with the checkpoint.
import type { BadRecord, Page, SourceRecord } from '../../connector/contract.ts'
import { contentHash } from '../../lib/hash.ts'
import { instantKey, keyToMs } from '../../lib/instant.ts'
import type { BareE164 } from '../../lib/phone.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { StoredRecord } from '../mirror/records.ts'
import { NUMBER_SLOT } from '../mirror/rejections.ts'
import { mergedAway, type Normalizer, type SaidOfConsent } from '../normalize/normalize.ts'
import type { Rejection } from '../normalize/rejection.ts'
import { clearErased, dropErased, erasedRejection, noteErasedSeen } from './erased.ts'
import { dayOf, firstDay } from './overlap.ts'
import type { Shown } from './shown.ts'
import { count, type Tally } from './tally.ts'

/** What became of the records that a connector yielded; `read` is the sum of the other five (I1). */
export interface PullCounts {
  read: number
  unchanged: number
  accepted: number
  rejected: number
  filtered: number
  deleted: number
}

export interface PageTarget {
  readonly sourceId: string
  readonly pull: number
  readonly cycleId: string
  readonly normalizer: Normalizer
  readonly at: number
  /** An incremental pull by watermark: its records are changes. */
  readonly window: boolean
  /** Also what comes as a change, and is none, gets the mark of this pull. An incremental pull proves nobody absent by it. */
  readonly marksChanges: boolean
  /** A pull that goes on where an earlier part ended. */
  readonly goesOn: boolean
  /** Up to when earlier pulls had to show everything, as an instant key; null where nobody can tell. */
  readonly shownTo: string | null
  /** How often each unreadable row came up in this pull. */
  readonly unreadable: Map<string, number>
  /** What this pull changes. A pull that goes on after a crash counts from there. */
  readonly tally: Tally
  /** Unchanged records that it showed, where that is not written into their rows; null where it is. */
  readonly shown: Shown | null
}

/** Saves a page in one transaction, the checkpoint with it, and adds to `counts` only once it is saved. */
export function savePage(mirror: Mirror, target: PageTarget, page: Page, counts: PullCounts): void {
  // In a window, or a file of changes, one id may come in several versions; in the whole of a source it is one too many.
  const asChanges = target.window || page.changes === true
  const added = mirror.transaction(() => {
    const sum: PullCounts = { read: 0, unchanged: 0, accepted: 0, rejected: 0, filtered: 0, deleted: 0 }
    const { records } = mirror
    const given: Given = {
      asChanges,
      marks: target.shown === null && (page.changes !== true || target.marksChanges),
      anyBad: records.anyBad(target.sourceId),
      lastNum: records.lastNum(),
    }
    const firstNum = given.lastNum
    for (const record of page.records) {
      sum.read += 1
      sum[saveRecord(mirror, target, record, given, sum)] += 1
    }
    if (given.lastNum > firstNum) records.saveLastNum(given.lastNum)
    for (const bad of page.bad ?? []) {
      sum.read += 1
      saveBad(mirror, target, bad)
      sum.rejected += 1
    }
    const { erased, sourceLists } = mirror
    for (const part of page.lists ?? [])
      sourceLists.save(target.sourceId, part, target.pull, (id) => erased.isMarkedRecord(target.sourceId, id))
    // What the first part had passed may have changed before what a later part shows: the watermark stays below that.
    mirror.sources.checkpoint(target.sourceId, page.position, target.goesOn ? null : newestOf(page))
    return sum
  })
  for (const key of Object.keys(added) as (keyof PullCounts)[]) counts[key] += added[key]
}

function newestOf(page: Page): string | null {
  let newest: string | null = null
  for (const { updatedAt } of page.records) {
    const key = instantKey(updatedAt)
    if (key !== null && (newest === null || key > newest)) newest = key
  }
  return newest
}

/** What is known while a page is saved. */
interface Given {
  readonly asChanges: boolean
  /** A record that is the same gets the mark of this pull into its row. */
  readonly marks: boolean
  /** Some records could not be read where they were last met. */
  readonly anyBad: boolean
  /** The highest number that any record has. */
  lastNum: number
}

type Outcome = Exclude<keyof PullCounts, 'read'>

function saveRecord(
  mirror: Mirror,
  target: PageTarget,
  record: SourceRecord,
  given: Given,
  counts: PullCounts,
): Outcome {
  const { records } = mirror
  const { sourceId, pull, shown } = target
  const { asChanges, anyBad } = given
  const place = record.place ?? null
  const rawHash = hashRecord(record, target.normalizer.fingerprint)
  // Nearly always: one statement, and nothing of the row is read into memory.
  const isSame = saveSame(mirror, target, record.id, { rawHash, place }, given)
  const found = isSame === false ? records.find(sourceId, record.id) : undefined
  const known = found?.state === 'gone' ? undefined : found
  // A rejection whose reason was dropped, with its source or by a row that could not be read, is worked out anew.
  const sameRejected = known?.state === 'rejected' && known.raw_hash.equals(rawHash)
  if (isSame === true || (sameRejected && records.touchRejection(sourceId, record.id, pull, place))) {
    if (sameRejected) records.touch(sourceId, record.id, pull, place)
    if (anyBad) records.clearRejection(sourceId, record.id, 'bad')
    return 'unchanged'
  }
  if (known && asChanges && !replaces(record, known)) {
    noteOldConsent(mirror, target, record)
    shown?.delete(known.num)
    records.touch(sourceId, record.id, pull, known.place)
    return 'unchanged'
  }
  if (known && !asChanges && (known.seen_pull === pull || shown?.has(known.num))) {
    if (!replaces(record, known)) {
      noteOldConsent(mirror, target, record)
      rejectDuplicate(mirror, target, record.id, rawHash.toString('hex'), place, known.place)
      return 'rejected'
    }
    rejectDuplicate(mirror, target, record.id, known.raw_hash.toString('hex'), known.place, place)
    // Where this pull counted the earlier row as what it was, it counts as rejected from now on.
    if (known.changed_at === target.at) {
      counts[stateCounted(known)] -= 1
      counts.rejected += 1
    }
  }
  const outcome = saveVersion(mirror, target, record, { rawHash, given }, found)
  // Of an erased person nothing is kept, so that each of their versions looks as if nobody had seen it.
  if (asChanges && !mirror.erased.isMarkedRecord(sourceId, record.id)) noteLate(mirror, target, record, found)
  return outcome
}

/** True when the record is known as it is; then it counts as shown. Null when nothing is known under its id. */
function saveSame(
  { records }: Mirror,
  { sourceId, pull, shown }: PageTarget,
  recordId: string,
  { rawHash, place }: { readonly rawHash: Buffer; readonly place: string | null },
  given: Given,
): boolean | null {
  const num = given.marks ? null : records.numOfSame(sourceId, recordId, rawHash, place)
  if (typeof num === 'number' && (shown === null || num > 0)) {
    shown?.add(num)
    return true
  }
  if (num === undefined) return null
  const next = shown === null ? null : given.lastNum + 1
  const same = records.touchSame({ sourceId, recordId, rawHash, pull, place, num: next })
  if (same === undefined) return false
  if (same.num !== null) {
    shown?.delete(same.num)
    given.lastNum = Math.max(given.lastNum, same.num)
  }
  return true
}

/** A version that an earlier pull had to show, and that nobody has seen: the same time with other content is none. */
function noteLate(
  { sources }: Mirror,
  { sourceId, at, shownTo }: PageTarget,
  record: SourceRecord,
  known: StoredRecord | undefined,
): void {
  const key = instantKey(record.updatedAt)
  if (shownTo === null || key === null || key >= shownTo || known?.updated_at === key) return
  sources.late(sourceId, dayOf(at), keyToMs(shownTo) - keyToMs(key), firstDay(at))
}

function stateCounted({ state }: StoredRecord): Outcome {
  return state === 'gone' ? 'accepted' : state
}

/** Of two versions under one id in one pull the newer counts; without times, the later one. */
function replaces(record: SourceRecord, known: StoredRecord): boolean {
  const at = instantKey(record.updatedAt)
  return at === null || known.updated_at === null || at >= known.updated_at
}

/** An opt-out counts for every number of its record, whatever becomes of the record (I3). */
function noteConsent(
  mirror: Mirror,
  { sourceId, at }: PageTarget,
  record: SourceRecord,
  phones: readonly BareE164[],
): void {
  const evidence = `${sourceId} record ${record.id}${record.place ? ` (${record.place})` : ''}`
  for (const phone of phones) {
    if (!mirror.consent.optOut(phone, 'source', evidence, at)) continue
    mirror.contacts.unsettle(phone)
    mirror.records.markDirty(phone)
  }
}

/**
 * Of an older version that came late, or once more: what it says of consent counts all the same. But what a person allowed since
 * then stays allowed: some sources show old versions again and again.
 */
function noteOldConsent(mirror: Mirror, target: PageTarget, record: SourceRecord): void {
  const key = instantKey(record.updatedAt)
  const saidAt = key === null ? null : keyToMs(key)
  const isOver = (phone: BareE164) => saidAt !== null && saidAt < (mirror.consent.allowedAt(phone) ?? saidAt)
  const { consent } = target.normalizer.normalize(record)
  noteConsent(
    mirror,
    target,
    record,
    consent.filter((phone) => !isOver(phone)),
  )
}

/** It says "do not text" and its number cannot be read: then that counts for those it had. */
function silenced({ optedOut, consent }: SaidOfConsent, had: readonly BareE164[]): readonly BareE164[] {
  return optedOut && consent.length === 0 ? had : consent
}

function saveVersion(
  mirror: Mirror,
  target: PageTarget,
  record: SourceRecord,
  { rawHash, given }: { readonly rawHash: Buffer; readonly given: Given },
  known: StoredRecord | undefined,
): Outcome {
  const { records } = mirror
  const { sourceId, pull, at, shown } = target
  shown?.delete(known?.num ?? null)
  const numbered = shown === null || typeof known?.num === 'number'
  if (!numbered) given.lastNum += 1
  const result = target.normalizer.normalize(record)
  const had = known ? records.phonesOf(sourceId, record.id) : []
  noteConsent(mirror, target, record, result.kind === 'contact' ? result.consent : silenced(result, had))
  count(target.tally, record.id, known && { ...known, phones: had }, result, at)
  const base = {
    source_id: sourceId,
    record_id: record.id,
    raw_hash: rawHash,
    // Kept in a form whose order as text is the order of the instants: who is newest is decided by it.
    updated_at: instantKey(record.updatedAt),
    place: record.place ?? null,
    seen_pull: pull,
    changed_at: at,
    num: numbered ? null : given.lastNum,
  }
  records.clearRejections(sourceId, record.id)
  for (const phone of had) records.markDirty(phone)
  const says = mirror.erased.any() ? target.normalizer.numbersOf(record) : []
  const rejection = erasedRejection(mirror, says, sourceId, record.id)
  clearErased(mirror, says, sourceId, record.id)
  if (rejection !== null) {
    dropErased(mirror, says, sourceId, record.id)
    if (result.kind === 'deleted') {
      noteErasedSeen(mirror, sourceId, record.id, { seen_pull: pull, changed_at: at })
      return 'deleted'
    }
    reject(mirror, target, mirror.erased.recordName(sourceId, record.id), '', rejection, record.place ?? null)
    return 'rejected'
  }
  if (result.kind === 'contact') {
    const { phone, further, fields } = result.contact
    for (const one of [phone, ...further]) records.markDirty(one)
    const notes = result.notes.length > 0 ? JSON.stringify(result.notes) : null
    records.put({ ...base, state: 'accepted', phone, contact: JSON.stringify(fields), notes }, further)
    for (const [nth, refused] of result.refused.entries())
      reject(mirror, target, record.id, `${NUMBER_SLOT}${nth}`, refused, base.place)
    return 'accepted'
  }
  if (result.kind === 'rejected') {
    // The last good version stays in force: a number that became unreadable is no reason to remove anybody.
    const keeps = known && known.state !== 'gone' && known.state !== 'deleted' && known.state !== 'filtered'
    records.put({
      ...base,
      state: 'rejected',
      phone: known?.phone ?? null,
      contact: keeps ? known.contact : null,
      notes: null,
    })
    reject(mirror, target, record.id, '', result.rejection, record.place ?? null)
    return 'rejected'
  }
  const state = result.kind
  const [phone = null, ...further] = had.length > 0 ? had : result.consent
  // Of two records that became one, the number stays claimed until the one that stays was shown: see merges.ts.
  const merged = state === 'deleted' && mergedAway(record)
  const contact = merged && known?.state !== 'gone' ? (known?.contact ?? null) : null
  const way = result.kind === 'deleted' ? result.way : 'outOfScope'
  const mergedInto = merged ? (record.mergedInto ?? null) : null
  records.put({ ...base, state, phone, contact, notes: null, merged_into: mergedInto, way }, further)
  return state
}

function saveBad(mirror: Mirror, target: PageTarget, bad: BadRecord): void {
  const { records } = mirror
  if (bad.record !== undefined) {
    const had = records.phonesOf(target.sourceId, bad.record.id)
    noteConsent(mirror, target, bad.record, silenced(target.normalizer.consentOf(bad.record), had))
  }
  const rejection: Rejection = { code: bad.code, field: '', value: bad.value ?? '', message: bad.message }
  if (bad.id === null) {
    reject(mirror, target, '', unreadableSlot(target, bad), rejection, bad.place)
    return
  }
  const erased = erasedRejection(mirror, [], target.sourceId, bad.id)
  if (erased !== null) {
    reject(mirror, target, mirror.erased.recordName(target.sourceId, bad.id), '', erased, bad.place)
    return
  }
  const known = records.find(target.sourceId, bad.id)
  // Seen, though not readable: that is what keeps it from being taken for gone.
  target.shown?.delete(known?.num ?? null)
  if (known) records.touch(target.sourceId, bad.id, target.pull, bad.place)
  reject(mirror, target, bad.id, known ? 'bad' : '', rejection, bad.place)
}

/** Named by what it says and not by its line, so that a row added above does not make it a new one. */
function unreadableSlot(target: PageTarget, bad: BadRecord): string {
  const content = contentHash(`${bad.code} ${bad.message.replace(/\d+/g, '')} ${bad.value ?? ''}`).toString(
    'hex',
  )
  const nth = (target.unreadable.get(content) ?? 0) + 1
  target.unreadable.set(content, nth)
  return `${content}-${nth}`
}

function rejectDuplicate(
  mirror: Mirror,
  target: PageTarget,
  recordId: string,
  slot: string,
  place: string | null,
  winner: string | null,
): void {
  const message = `The id ${recordId} stands on more than one row${winner ? `; ${winner} was used` : ''}. Give each person an id of their own, or use other columns as idColumn.`
  reject(
    mirror,
    target,
    recordId,
    slot,
    { code: 'ID_DUPLICATE', field: 'id', value: recordId, message },
    place,
  )
}

function reject(
  mirror: Mirror,
  target: PageTarget,
  recordId: string,
  slot: string,
  rejection: Rejection,
  place: string | null,
): void {
  const { sourceId, cycleId, pull, at } = target
  mirror.records.reject({ sourceId, recordId, slot, rejection, place, cycleId, pull, at })
}

/** Of everything that decides the outcome: equal means that nothing has to be done again. */
function hashRecord(record: SourceRecord, mappingFingerprint: string): Buffer {
  return contentHash(
    JSON.stringify([
      mappingFingerprint,
      record.fields,
      record.updatedAt,
      record.deleted ?? false,
      record.archived ?? false,
      record.outOfScope ?? false,
      record.mergedInto ?? null,
    ]),
  )
}
