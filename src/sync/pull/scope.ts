// Owns the doubt about a credential: when who reads a source changes, whoever is absent from then on may only be hidden.
import type { AlarmRow } from '../mirror/alarms.ts'
import type { Mirror } from '../mirror/mirror.ts'

interface Evidence {
  /** The last scope that nobody doubted. */
  readonly before: string
  readonly now: string
  /** Cycles in which records were absent under another one. */
  readonly cycles: readonly string[]
}

interface ScopeSeen {
  readonly sourceId: string
  readonly cycleId: string
  readonly at: number
  /** Of the last pull that proved what is absent, and of this one; null where the source does not tell. */
  readonly before: string | null
  readonly now: string | null
  /** Records that this pull proved to be absent. */
  readonly gone: number
}

/** Raises the alarm, or ends it. To be called in the closing transaction of a pull that proved what is absent. */
export function judgeScope(mirror: Mirror, { sourceId, cycleId, at, before, now, gone }: ScopeSeen): void {
  const standing = alarmOf(mirror, sourceId)
  const known = standing && evidenceOf(standing)
  const restored = known !== undefined && now === known.before
  const changed = before !== null && now !== null && before !== now && !restored && gone > 0
  const cycles = [
    ...(known?.cycles ?? []).filter((cycle) => !restored && mirror.records.anyGoneSince(sourceId, cycle)),
    ...(changed ? [cycleId] : []),
  ]
  if (standing) mirror.alarms.drop(standing)
  if (cycles.length === 0) return
  const evidence: Evidence = {
    before: known?.before ?? before ?? '',
    now: changed ? (now ?? '') : (known?.now ?? ''),
    cycles,
  }
  const message = `${sourceId} is read by "${evidence.now}" now, and was read by "${evidence.before}" before. Records are absent since then, which may only be hidden from it: nobody who left so is removed until you approve it.`
  mirror.alarms.raise({
    source_id: sourceId,
    code: 'SCOPE_CHANGED',
    field: '',
    message,
    evidence: JSON.stringify(evidence),
    cycle_id: standing?.cycle_id ?? cycleId,
    at: standing?.at ?? at,
  })
}

interface ScopeDoubt {
  readonly cycles: ReadonlySet<string>
  /** What changed, for the one who has to approve it. */
  readonly reason: string
}

/** Cycles whose absences are in doubt; null when none is. */
export function scopeDoubt(mirror: Mirror, sourceId: string): ScopeDoubt | null {
  const alarm = alarmOf(mirror, sourceId)
  if (alarm === undefined) return null
  const { before, now, cycles } = evidenceOf(alarm)
  const reason = `scope: ${sourceId} is read by "${now}" now, and was read by "${before}" before; who is absent since then may only be hidden from it`
  return { cycles: new Set(cycles), reason }
}

function alarmOf(mirror: Mirror, sourceId: string): AlarmRow | undefined {
  return mirror.alarms.ofSource(sourceId).find(({ code }) => code === 'SCOPE_CHANGED')
}

function evidenceOf({ evidence }: AlarmRow): Evidence {
  return JSON.parse(evidence) as Evidence
}
