// Owns the answer to "why": everything that heysync knows about one number or one record, on both sides.

import type { Config, MapConfig, Mapping } from '../config/schema.ts'
import type { Db } from '../db/open.ts'
import { toIso } from '../lib/clock.ts'
import { keyToText } from '../lib/instant.ts'
import { type BareE164, readBareE164 } from '../lib/phone.ts'
import type { ContactFields, Note } from './contact.ts'
import type { Change } from './diff/change.ts'
import { heldStore } from './guard/held-store.ts'
import { openMirror } from './mirror/mirror.ts'
import type { StoredRecord } from './mirror/records.ts'
import { parseRemote } from './mirror/remote-body.ts'
import { groupByCause } from './outbox/causes.ts'
import { failureOf } from './outbox/failure.ts'
import { type Operation, openOutbox } from './outbox/outbox.ts'
import { wayOutText } from './outbox/way-out.ts'
import { type LeftWay, WAY_TEXT } from './removal.ts'
import { orderClaims } from './resolve/resolve.ts'

export interface WhyRecord {
  readonly source: string
  readonly record: string
  readonly place: string | null
  readonly state: string
  /** Its numbers, the first one first; several under `phones: all`. */
  readonly phones: readonly string[]
  /** True for the record that says what the contact looks like. */
  readonly wins: boolean
  readonly updatedAt: string | null
  /** The record of the same source that this one was merged into. */
  readonly mergedInto: string | null
  /** How it left; null while it is there. */
  readonly way: LeftWay | null
  /** Titles of the lists of its source that it is on. */
  readonly lists: readonly string[]
  readonly notes: readonly Note[]
}

export interface WhyAnswer {
  readonly asked: string
  readonly phone: string | null
  /** One sentence: what became of this person. */
  readonly verdict: string
  readonly records: readonly WhyRecord[]
  readonly rejections: readonly {
    source: string
    record: string
    place: string | null
    code: string
    field: string
    value: string
    message: string
    at: string
  }[]
  readonly contact: {
    state: string
    /** Owned field, its value, and the config key's expression that it came from. */
    fields: readonly { field: string; value: string; from: string }[]
  } | null
  readonly heymarket: (Record<string, unknown> & { id: number; link: string | null }) | null
  /** Set when the number was erased. */
  readonly erased: { at: string; reason: string } | null
  readonly consent: {
    optedOut: boolean
    history: readonly { state: string; origin: string; evidence: string; at: string }[]
  }
  readonly lists: readonly string[]
  /** Owned fields that somebody changed in Heymarket. */
  readonly drift: readonly {
    field: string
    expected: string | null
    found: string
    outcome: 'kept' | 'restored'
    since: string
  }[]
  /** Tags that the sources want and that find no room among the five. */
  readonly cutTags: readonly string[]
  readonly operation: {
    kind: string
    state: string
    attempts: number
    error: string | null
    code: string | null
    notBefore: string | null
    /** Of a dead letter. */
    wayOut: string | null
  } | null
  readonly held: { cycle: string; reason: string; kind: string } | null
  /** Values that an undo took back: not written again until the source says something else. Field `*` is the contact as a whole. */
  readonly undone: readonly { field: string; value: string; cycle: string; at: string }[]
  readonly attempts: readonly {
    kind: string
    outcome: string
    at: string
    cycle: string
    error: string | null
    requestId: string | null
  }[]
}

/** Answers for a phone in any spelling, a record id, or the raw value that was rejected. `readPhones` gives the likeliest reading first. */
export function why(
  db: Db,
  config: Config,
  asked: string,
  readPhones: (text: string) => Iterable<BareE164>,
): WhyAnswer {
  return whyIn(whyStores(db), config, asked, readPhones)
}

/** What an answer is looked up in; who answers often opens it once. */
export function whyStores(db: Db) {
  return { mirror: openMirror(db), outbox: openOutbox(db), heldChanges: heldStore(db) }
}

export function whyIn(
  { mirror, outbox, heldChanges }: ReturnType<typeof whyStores>,
  config: Config,
  asked: string,
  readPhones: (text: string) => Iterable<BareE164>,
): WhyAnswer {
  const byId = mirror.records.withId(asked)
  const phone = findPhone(asked, readPhones, byId, (text) => known(mirror, text))
  const claims = phone === null ? [] : mirror.records.withPhone(phone)
  const records = claims.length > 0 ? claims : byId
  const order = config.sources.map((source) => source.id)
  const winner = phone === null ? undefined : orderClaims(mirror.records.claimants(phone), order)[0]
  const contact = phone === null ? undefined : mirror.contacts.find(phone)
  const link = phone === null ? undefined : mirror.contacts.link(phone)
  const remotes = phone === null ? [] : mirror.remote.byPhone(phone)
  const remote = remotes.find((row) => row.id === link?.contact_id) ?? remotes[0]
  const operation = phone === null ? undefined : outbox.ofPhone(phone)
  const held = phone === null ? undefined : heldChanges.ofPhone(phone)
  const mark = phone === null ? undefined : mirror.erased.find(phone)
  const names = order.map((source) => mirror.erased.recordName(source, asked))
  const rejections = mirror.records
    .rejectionsAbout([asked, ...names, ...records.map((one) => one.record_id)], asked)
    .filter(
      (row) =>
        records.some((one) => one.source_id === row.source_id && one.record_id === row.record_id) ||
        row.record_id === asked ||
        names.includes(row.record_id) ||
        row.value === asked,
    )
  const answer = {
    asked,
    phone,
    records: records.map((row) => whyRecord(mirror, row, winner)),
    rejections: rejections.map((row) => ({
      source: row.source_id,
      record: row.record_id,
      place: row.place,
      code: row.code,
      field: row.field,
      value: row.value,
      message: row.message,
      at: toIso(row.at),
    })),
    contact: contact
      ? {
          state: contact.state,
          fields: fieldsWithOrigin(
            JSON.parse(contact.fields) as ContactFields,
            mapOf(config, contact.source_id),
          ),
        }
      : null,
    heymarket: remote ? { ...parseRemote(remote), link: link?.origin ?? null } : null,
    erased: mark === undefined ? null : { at: toIso(mark.at), reason: mark.reason },
    consent: {
      optedOut: phone !== null && mirror.consent.isOptedOut(phone),
      history: (phone === null ? [] : mirror.consent.history(phone)).map((event) => ({
        ...event,
        at: toIso(event.at),
      })),
    },
    lists: (phone === null ? [] : mirror.lists.ofPhone(phone)).map(listText),
    drift: (phone === null ? [] : mirror.drift.ofPhone(phone)).map((row) => ({
      field: row.field,
      expected: row.expected,
      found: row.found,
      outcome: row.outcome,
      since: toIso(row.first_seen_at),
    })),
    cutTags: JSON.parse(contact?.cut_tags ?? '[]') as string[],
    operation: operation
      ? {
          kind: operation.kind,
          state: operation.state,
          attempts: operation.attempts,
          error: operation.error,
          code: operation.error_code,
          notBefore: operation.not_before === 0 ? null : toIso(operation.not_before),
          wayOut: wayOutOf(operation),
        }
      : null,
    held: held
      ? { cycle: held.cycle_id, reason: held.reason, kind: (JSON.parse(held.change) as Change).kind }
      : null,
    undone: (phone === null ? [] : mirror.pins.ofPhone(phone)).map(({ field, value, cycle_id, at }) => ({
      field,
      value,
      cycle: cycle_id,
      at: toIso(at),
    })),
    attempts: (phone === null ? [] : outbox.attempts(phone)).map((one) => ({
      kind: one.kind,
      outcome: one.outcome,
      at: toIso(one.at),
      cycle: one.cycle_id,
      error: one.error,
      requestId: one.request_id,
    })),
  }
  return { ...answer, verdict: verdictOf(answer) }
}

function wayOutOf(operation: Operation): string | null {
  const [cause] = groupByCause([failureOf(operation)])
  return cause?.state === 'dead' ? wayOutText(cause) : null
}

function findPhone(
  asked: string,
  readPhones: (text: string) => Iterable<BareE164>,
  byId: readonly StoredRecord[],
  isKnown: (phone: string) => boolean,
): BareE164 | null {
  const bare = readBareE164(asked)
  if (bare !== null && isKnown(bare)) return bare
  let likeliest: BareE164 | null = null
  for (const reading of readPhones(asked)) {
    if (isKnown(reading)) return reading
    likeliest ??= reading
  }
  return byId.find((row) => row.phone !== null)?.phone ?? likeliest
}

function known(mirror: ReturnType<typeof openMirror>, phone: string): boolean {
  return (
    mirror.records.withPhone(phone).length > 0 ||
    mirror.remote.byPhone(phone).length > 0 ||
    mirror.erased.has(phone) ||
    mirror.contacts.find(phone) !== undefined
  )
}

function whyRecord(
  mirror: ReturnType<typeof openMirror>,
  row: StoredRecord,
  winner: Pick<StoredRecord, 'source_id' | 'record_id'> | undefined,
): WhyRecord {
  return {
    source: row.source_id,
    record: row.record_id,
    place: row.place,
    state: row.state,
    phones: mirror.records.phonesOf(row.source_id, row.record_id),
    wins: row.source_id === winner?.source_id && row.record_id === winner.record_id,
    updatedAt: row.updated_at === null ? null : keyToText(row.updated_at),
    mergedInto: row.merged_into,
    way: row.way,
    lists: mirror.sourceLists.ofRecord(row.source_id, row.record_id),
    notes: row.notes === null ? [] : (JSON.parse(row.notes) as Note[]),
  }
}

function mapOf(config: Config, sourceId: string): MapConfig | undefined {
  return config.sources.find((source) => source.id === sourceId)?.map
}

function fieldsWithOrigin(fields: ContactFields, map: MapConfig | undefined) {
  const text = (mapping: Mapping | undefined) =>
    Array.isArray(mapping) ? mapping.join(', ') : (mapping ?? '')
  const { custom, ...plain } = fields
  const rows = Object.entries(plain).map(([field, value]) => ({
    field,
    value: Array.isArray(value) ? value.join(', ') : String(value),
    from: text(map?.[field as keyof Omit<MapConfig, 'custom'>]),
  }))
  const customRows = Object.entries(custom ?? {}).map(([name, value]) => ({
    field: `custom.${name}`,
    value,
    from: text(map?.custom?.[name]),
  }))
  return [...rows, ...customRows]
}

function listText({
  title,
  state,
  wants,
  error,
}: {
  title: string
  state: string
  wants: string
  error: string | null
}): string {
  if (state === 'refused') return `${title} (${wants === 'on' ? 'not added' : 'not taken off'}: ${error})`
  return state === 'on' ? title : `${title} (${state})`
}

/** What became of this person, in one sentence. */
function verdictOf(answer: Omit<WhyAnswer, 'verdict'>): string {
  const { records, rejections, contact, heymarket, operation, held, undone, erased } = answer
  if (erased)
    return `Erased on ${erased.at.slice(0, 10)}; nothing is kept of them, no source brings them back, and nothing is sent to them. Lift it with: heysync erase <phone> --undo`
  const [rejection] = rejections
  if (held) return `Held by the guard: ${held.reason}. Release it with: heysync approve ${held.cycle}`
  if (operation?.state === 'dead') {
    return `Not in Heymarket as wanted: ${operation.error ?? operation.code ?? 'refused'} ${operation.wayOut ?? ''}`
  }
  if (operation)
    return `On its way: the ${operation.kind} waits in the outbox${operation.error ? ` after: ${operation.error}` : ''}.`
  const [back] = undone
  if (back && contact?.state === 'wanted')
    return `${heymarket ? 'In Heymarket' : 'Not in Heymarket'}, as undo ${back.cycle} left it: what the sources say is held back until they say something else.`
  const winner = records.find((record) => record.wins)
  const loses = records.some((one) => one.record === answer.asked && one.state === 'accepted' && !one.wins)
  if (winner && loses)
    return `Shares its number with record ${winner.record} of ${winner.source}, which wins and says what the contact looks like. All such numbers: heysync collisions`
  if (contact?.state === 'wanted' && heymarket) return inHeymarket(answer)
  if (contact?.state === 'wanted') return 'Wanted, and not in Heymarket yet: the next sync creates it.'
  const merged = records.find((record) => record.mergedInto !== null)
  if (merged && !records.some((record) => record.wins)) {
    const what = `Record ${merged.record} of ${merged.source} was merged into record ${merged.mergedInto}, which has another number.`
    return contact && heymarket ? `${what} Handled by onRemoved (${contact.state}).` : what
  }
  if (contact && heymarket) {
    const of = records.find(({ way }) => way !== null)
    const how = of?.way == null ? '' : `: record ${of.record} is ${wayText(of, of.way)}`
    return `Left the sources${how}; handled by onRemoved (${contact.state}).`
  }
  const filtered = records.find((record) => record.state === 'filtered')
  if (filtered)
    return `Filtered out: the filter of source ${filtered.source} does not match record ${filtered.record}.`
  if (rejection) return `Rejected: ${rejection.message}`
  const left = records.find((record) => record.state === 'gone' || record.state === 'deleted')
  if (left) return `Record ${left.record} is ${wayText(left, left.way ?? 'deleted')}.`
  if (heymarket) return 'In Heymarket, and in none of the sources: heysync leaves it alone.'
  return 'Not known: no source showed this number or record, and Heymarket does not hold it.'
}

function wayText({ source }: WhyRecord, way: LeftWay): string {
  return WAY_TEXT[way].replace('the source', `source ${source}`)
}

function inHeymarket({ drift, cutTags }: Pick<WhyAnswer, 'drift' | 'cutTags'>): string {
  const kept = drift.filter((row) => row.outcome === 'kept').map((row) => row.field)
  const parts = [
    ...(kept.length > 0 ? [`but for what was changed there and is kept: ${kept.join(', ')}`] : []),
    ...(cutTags.length > 0 ? [`but for tags beyond five: ${cutTags.join(', ')}`] : []),
  ]
  return `In Heymarket, as the sources say${parts.map((part) => `, ${part}`).join('')}.`
}
