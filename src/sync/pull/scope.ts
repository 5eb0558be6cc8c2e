// Owns the doubt about a credential: when who reads a source changes, whoever is absent from then on may only be hidden.
import type { AlarmRow } from '../mirror/alarms.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { ScopeKept } from '../mirror/sources.ts'

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
  readonly before: ScopeKept
  /** Of this pull; undefined where the source does not tell. */
  readonly told: string | undefined
  /** Records that this pull proved to be absent. */
  readonly gone: number
}

const NAMELESS = 'a credential that does not say who it is'

/**
 * Raises the alarm, or ends it; returns who reads the source from now on. Where somebody was known before, silence is another
 * credential, and mostly a weaker one; but while nobody is absent it may as well be an answer that was lost. To be called in the
 * closing transaction of a pull that proved what is absent.
 */
export function judgeScope(
  mirror: Mirror,
  { sourceId, cycleId, at, before, told, gone }: ScopeSeen,
): ScopeKept {
  const standing = alarmOf(mirror, sourceId)
  const known = standing && evidenceOf(standing)
  // Of two without a name nobody knows whether they are one.
  const restored = known !== undefined && told === known.before
  const isOther = before.named !== null && (told === undefined ? !before.silent : told !== before.named)
  const changed = isOther && !restored && gone > 0
  const cycles = [
    ...(known?.cycles ?? []).filter((cycle) => !restored && mirror.records.anyGoneSince(sourceId, cycle)),
    ...(changed ? [cycleId] : []),
  ]
  if (standing) mirror.alarms.drop(standing)
  const kept = {
    named: told ?? before.named,
    silent: told === undefined && before.named !== null && (before.silent || gone > 0),
  }
  if (cycles.length === 0) return kept
  const evidence: Evidence = {
    before: known?.before ?? before.named ?? '',
    now: changed ? (told ?? NAMELESS) : (known?.now ?? ''),
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
  return kept
}

/** Why somebody of this number may only be hidden, in whichever source; null when there is no such doubt. */
export function scopeDoubt(mirror: Mirror, phone: string): string | null {
  for (const { state, source_id, gone_cycle } of mirror.records.withPhone(phone)) {
    if (state !== 'gone' || gone_cycle === null) continue
    const alarm = alarmOf(mirror, source_id)
    if (alarm === undefined) continue
    const { before, now, cycles } = evidenceOf(alarm)
    if (cycles.includes(gone_cycle))
      return `scope: ${source_id} is read by "${now}" now, and was read by "${before}" before; who is absent since then may only be hidden from it`
  }
  return null
}

function alarmOf(mirror: Mirror, sourceId: string): AlarmRow | undefined {
  return mirror.alarms.ofSource(sourceId).find(({ code }) => code === 'SCOPE_CHANGED')
}

function evidenceOf({ evidence }: AlarmRow): Evidence {
  return JSON.parse(evidence) as Evidence
}
