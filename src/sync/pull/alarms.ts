// Owns the alarms: what a completed pull says about its source as a whole, and when that is over. An alarm holds nothing
// back; the guard does. It tells a person what the guard's numbers probably mean, and also where nothing is held at all.
import type { MapConfig } from '../../config/schema.ts'
import { maskPhone } from '../../lib/phone.ts'
import type { AlarmRow } from '../mirror/alarms.ts'
import { isFarFewer } from '../mirror/far-fewer.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { type FieldTally, stateKey, type Tally } from './tally.ts'

/** Nearly every record changed at once: more than this share of those known, and at least so many. */
const EVERYTHING_CHANGED = { ratio: 0.9, min: 100 }
/** A field turned blank in at least so many records, and no record of the source has a value in it any more. */
const FIELD_VANISHED = { min: 50 }

/** How many of the fields that changed most are named. */
const FIELDS_NAMED = 3

export interface PullEvidence {
  readonly sourceId: string
  readonly cycleId: string
  readonly at: number
  readonly map: MapConfig
  readonly tally: Tally
  /** False when map, filter or country were changed: then it is no news that every record comes out otherwise. */
  readonly sameMapping: boolean
  /** Of a pull that proved what is absent: records known before it, and records that it showed. Else null. */
  readonly census: { readonly known: number; readonly shown: number } | null
  /** It read everything in parts, as the full pull before it did. */
  readonly partsAgain: boolean
  /** The operator says that the source may really be empty. */
  readonly allowEmpty: boolean
}

/** Raises what this pull shows, and drops what is over. Runs inside the pull's closing transaction. */
export function judgePull(mirror: Mirror, pull: PullEvidence): void {
  const over = mirror.alarms.ofSource(pull.sourceId).filter((alarm) => isOver(mirror, alarm, pull))
  for (const alarm of over) mirror.alarms.drop(alarm)
  const raise = (alarm: Pick<AlarmRow, 'code' | 'field' | 'message'>, evidence: unknown) =>
    mirror.alarms.raise({
      ...alarm,
      source_id: pull.sourceId,
      evidence: JSON.stringify(evidence),
      cycle_id: pull.cycleId,
      at: pull.at,
    })
  judgeCensus(mirror, pull, raise)
  if (pull.partsAgain) raise({ code: 'NEVER_WHOLE', field: '', message: neverWhole(pull.sourceId) }, {})
  if (!pull.sameMapping) return
  const vanished = judgeVanished(mirror, pull, raise)
  // What puts an alarm right changes everything once more, and is none.
  if (over.every(({ code }) => code !== 'EVERYTHING_CHANGED')) judgeChanged(mirror, pull, vanished, raise)
}

type Raise = (alarm: Pick<AlarmRow, 'code' | 'field' | 'message'>, evidence: unknown) => void

function judgeCensus(mirror: Mirror, { sourceId, census, allowEmpty }: PullEvidence, raise: Raise): void {
  if (census === null || allowEmpty) return
  const standing = mirror.alarms.ofSource(sourceId).find(({ code }) => code === 'SEES_LESS')
  const usual = standing ? usualOf(standing) : census.known
  if (!isFarFewer(census.shown, usual)) return
  const message = `${sourceId} shows ${census.shown} records, and showed ${usual} before. A credential that sees less, a filter in the source, or half an export looks like this. Nobody is removed beyond what the guard lets through.`
  raise({ code: 'SEES_LESS', field: '', message }, { usual })
}

function neverWhole(sourceId: string): string {
  return `${sourceId} was read in parts in each of its last full pulls, mostly because it had to wait for its quota. Nobody can tell who left it without a deletion of their own: whoever is not in it any more stays in Heymarket until one pull reads all of it in one go. Give it more requests, or run its full pull while nothing else uses them.`
}

/** Returns the fields that vanished. */
function judgeVanished(mirror: Mirror, { sourceId, tally, map }: PullEvidence, raise: Raise): Set<string> {
  const vanished = new Set<string>()
  for (const [field, { blanked, example }] of tally.fields) {
    if (blanked < FIELD_VANISHED.min || field === 'phone' || mirror.records.hasValue(sourceId, field))
      continue
    vanished.add(field)
    const message = `No record of ${sourceId} has a value in ${field}${origin(map, field)} any more; ${blanked} had one (record ${example.record}: ${quote(field, example.before)}). A credential that may not read it, or a renamed column, looks like this.`
    raise({ code: 'FIELD_VANISHED', field, message }, {})
  }
  return vanished
}

function judgeChanged(
  mirror: Mirror,
  { sourceId, tally, map }: PullEvidence,
  vanished: ReadonlySet<string>,
  raise: Raise,
): void {
  const ranked = [...tally.fields].sort(([, a], [, b]) => b.changed - a.changed)
  if (tally.changed < EVERYTHING_CHANGED.min || ranked.every(([field]) => vanished.has(field))) return
  const known = mirror.records.countKnown(sourceId) - tally.added
  if (tally.changed <= EVERYTHING_CHANGED.ratio * known) return
  const most = ranked.slice(0, FIELDS_NAMED).map((entry) => fieldText(map, entry))
  const message = `${tally.changed} of ${known} records of ${sourceId} changed at once: ${most.join('; ')}. A changed export format or time zone looks like this.`
  raise({ code: 'EVERYTHING_CHANGED', field: '', message }, tally.before)
}

function usualOf(alarm: AlarmRow): number {
  return (JSON.parse(alarm.evidence) as { usual: number }).usual
}

function isOver(mirror: Mirror, alarm: AlarmRow, { sameMapping, census, allowEmpty }: PullEvidence): boolean {
  // It has a life of its own: see scope.ts.
  if (alarm.code === 'SCOPE_CHANGED') return false
  if (alarm.code === 'NEVER_WHOLE') return census !== null
  if (alarm.code === 'SEES_LESS')
    return census !== null && (allowEmpty || !isFarFewer(census.shown, usualOf(alarm)))
  if (!sameMapping) return true
  if (alarm.code === 'FIELD_VANISHED') return mirror.records.hasValue(alarm.source_id, alarm.field)
  const before = JSON.parse(alarm.evidence) as NonNullable<Tally['before']>
  const now = mirror.records.find(alarm.source_id, before.record)
  if (!now || now.state === 'gone' || now.state === 'deleted') return true
  const phones = mirror.records.phonesOf(alarm.source_id, before.record)
  return now.state === 'accepted' && stateKey({ ...now, phones }) === before.key
}

function fieldText(map: MapConfig, [field, { changed, example }]: [string, FieldTally]): string {
  const { record, before, after } = example
  return `${field}${origin(map, field)} in ${changed} (record ${record}: ${quote(field, before)} → ${quote(field, after)})`
}

/** Numbers are not written out: a report may be logged (I10). */
function quote(field: string, value: string): string {
  if (value === '') return 'blank'
  if (field === 'phone') return `"${value.split(', ').map(maskPhone).join(', ')}"`
  // The brackets around an example are its ends, also for whoever has to find it again: see `exampleOf`.
  return `"${value.slice(0, 60).replaceAll('(', '[').replaceAll(')', ']')}"`
}

/** Finds a record where a message quotes it as an example. */
export function exampleOf(recordId: string): RegExp {
  return new RegExp(`\\(record ${recordId.replace(/[^\w\s]/g, '\\$&')}: [^()]*\\)`, 'g')
}

/** Where the mapping takes a field from, e.g. ` (from renewal)`. */
function origin(map: MapConfig, field: string): string {
  const mapping = field.startsWith('custom.')
    ? map.custom?.[field.slice('custom.'.length)]
    : map[field as keyof Omit<MapConfig, 'custom'>]
  const from = [mapping ?? []].flat().join(', ')
  return from === '' || from === field ? '' : ` (from ${from})`
}
