// Owns what is worth an alert: from what is known at this moment, what should not be so. Pure.
import type { AlertsConfig } from '../../config/alerts.ts'
import type { ErrorCode } from '../../lib/errors.ts'
import type { Alarm } from '../../sync/report.ts'
import type { Problem } from '../control.ts'

export interface Violation {
  /** The same as long as it is the same thing, so that it is told once. */
  readonly key: string
  readonly code: AlertCode
  /** One line. */
  readonly title: string
  readonly detail: string
  /** What to do. */
  readonly hint: string | null
}

export type AlertCode =
  | 'CYCLE_FAILED'
  | 'SOURCE_FAILED'
  | 'HELD'
  | 'STALE'
  | 'DEAD_LETTERS'
  | 'SOURCE_LOOKS_WRONG'
  | 'PROBLEM'

export interface Facts {
  readonly sources: readonly { readonly id: string; readonly lastPull: string | null }[]
  /** Cycles that failed since the last good one. */
  readonly failing: { cycles: number; since: string | null; error: string | null; hint: string | null }
  /** Cycles in a row in which this source failed, the last one included. */
  readonly failures: ReadonlyMap<string, SourceFailing>
  /** What waits for a person, by source or list. */
  readonly held: readonly { about: string; cycle: string; changes: number; reason: string }[]
  readonly deadLetters: number
  /** Of the dead letters, the most frequent first. */
  readonly causes: readonly { changes: number; cause: string }[]
  readonly alarms: readonly Pick<Alarm, 'code' | 'source' | 'message'>[]
  /** Of the daemon: credentials that are refused, a full disk. */
  readonly problems: readonly Problem[]
  /** Sources that are paused on purpose do not go stale. */
  readonly paused: readonly string[]
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly now: number
}

export interface SourceFailing {
  readonly cycles: number
  readonly code: string
  readonly message: string
  readonly hint: string | null
}

/** What stops everything, or will not be over by itself: told at once, and not once more as a failed cycle. */
const AT_ONCE: readonly string[] = [
  'ERR_HEYMARKET_UNAUTHORIZED',
  'ERR_HEYMARKET_FORBIDDEN',
  'ERR_DATABASE_FULL',
  'ERR_DATABASE_IO',
  'ERR_SOURCE_UNAUTHORIZED',
] satisfies readonly ErrorCode[]

export function violations(facts: Facts, config: AlertsConfig): Violation[] {
  return [
    ...stopping(facts).map(ofProblem),
    ...failedCycles(facts, config),
    ...failedSources(facts, config),
    ...held(facts),
    ...stale(facts, config),
    ...deadLetters(facts, config),
    ...alarms(facts),
  ]
}

/** Of a source it is told with its name. */
function stopping({ problems }: Facts): Problem[] {
  return problems.filter(({ code }) => code !== 'ERR_SOURCE_UNAUTHORIZED' && AT_ONCE.includes(code))
}

function ofProblem({ code, message, hint }: Problem): Violation {
  return { key: `problem ${code}`, code: 'PROBLEM', title: message, detail: code, hint }
}

function failedCycles(facts: Facts, { failedCycles: most }: AlertsConfig): Violation[] {
  const { cycles, since, error, hint } = facts.failing
  if (cycles < most || error === null || stopping(facts).length > 0) return []
  // Where all sources fail, each is told by its name.
  if (facts.sources.length > 0 && facts.sources.every(({ id }) => facts.failures.has(id))) return []
  const title = `${cycles === 1 ? 'A cycle' : `${cycles} cycles in a row`} failed`
  return [{ key: 'cycles', code: 'CYCLE_FAILED', title, detail: `Since ${since}: ${error}`, hint }]
}

function failedSources(facts: Facts, { failedCycles: most }: AlertsConfig): Violation[] {
  return [...facts.failures]
    .filter(([, { cycles, code }]) => cycles >= most || AT_ONCE.includes(code))
    .map(([source, { cycles, message, hint }]) => ({
      key: `source ${source}`,
      code: 'SOURCE_FAILED' as const,
      title: `${source} could not be read`,
      detail: `${cycles === 1 ? 'In the last cycle' : `In ${cycles} cycles in a row`}: ${message}`,
      hint,
    }))
}

function held({ held: parts }: Facts): Violation[] {
  const abouts = [...new Set(parts.map(({ about }) => about))]
  return abouts.map((about) => {
    const own = parts.filter((part) => part.about === about)
    return {
      key: `held ${about}`,
      code: 'HELD' as const,
      title: `Changes of ${about} wait for a person`,
      detail: own.map(({ changes, reason }) => `${changes}: ${reason}`).join('\n'),
      hint: `heysync approve ${own[0]?.cycle}, after a look at heysync status`,
    }
  })
}

const MINUTE_MS = 60_000

function stale({ sources, paused, startedAt, now }: Facts, { freshnessMinutes }: AlertsConfig): Violation[] {
  if (freshnessMinutes === undefined) return []
  return sources
    .filter(({ id }) => !paused.includes(id))
    .filter(({ lastPull }) => {
      const fresh = lastPull === null ? startedAt : Date.parse(lastPull)
      // Whoever was down reads everything first.
      return now - Math.max(fresh, startedAt) > freshnessMinutes * MINUTE_MS
    })
    .map(({ id, lastPull }) => ({
      key: `stale ${id}`,
      code: 'STALE' as const,
      title: `${id} was not read for more than ${freshnessMinutes} minutes`,
      detail: lastPull === null ? 'It was never read to its end.' : `Last read to its end at ${lastPull}.`,
      hint: 'heysync status',
    }))
}

function deadLetters(
  { deadLetters: dead, causes }: Facts,
  { deadLetters: least }: AlertsConfig,
): Violation[] {
  if (dead < least) return []
  return [
    {
      key: 'dead letters',
      code: 'DEAD_LETTERS',
      title: `Heymarket refused ${dead === 1 ? 'a change' : `${dead} changes`}`,
      detail: causes.map(({ changes, cause }) => `${changes}: ${cause}`).join('\n'),
      hint: 'heysync failures',
    },
  ]
}

function alarms({ alarms: standing }: Facts): Violation[] {
  return standing.map(({ code, source, message }) => ({
    key: `alarm ${source} ${code} ${message}`,
    code: 'SOURCE_LOOKS_WRONG',
    title: `${source} looks wrong`,
    detail: message,
    hint: 'heysync status',
  }))
}
