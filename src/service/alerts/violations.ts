// Owns what is worth an alert: from what is known at this moment, what should not be so. Pure.
import type { AlertsConfig } from '../../config/alerts.ts'
import type { StatusReport } from '../../sync/status.ts'
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
  readonly status: StatusReport
  /** Of the daemon: credentials that are refused, a full disk. */
  readonly problems: readonly Problem[]
  /** Cycles in a row in which this source failed, the last one included. */
  readonly failures: ReadonlyMap<string, { cycles: number; message: string; hint: string | null }>
  /** Sources that are paused on purpose do not go stale. */
  readonly paused: readonly string[]
  readonly startedAt: number
  readonly now: number
}

export function violations(facts: Facts, config: AlertsConfig): Violation[] {
  return [
    ...facts.problems.map(ofProblem),
    ...failedCycles(facts, config),
    ...failedSources(facts, config),
    ...held(facts),
    ...stale(facts, config),
    ...deadLetters(facts, config),
    ...alarms(facts),
  ]
}

function ofProblem({ code, message, hint }: Problem): Violation {
  return { key: `problem ${code} ${message}`, code: 'PROBLEM', title: message, detail: code, hint }
}

function failedCycles({ status, problems }: Facts, { failedCycles: most }: AlertsConfig): Violation[] {
  const { cycles, since, error, hint } = status.failing
  // The daemon's own problem says it better, and once is enough.
  if (cycles < most || error === null || problems.some(({ message }) => message === error)) return []
  const title = `${cycles === 1 ? 'A cycle' : `${cycles} cycles in a row`} failed`
  return [{ key: 'cycles', code: 'CYCLE_FAILED', title, detail: `Since ${since}: ${error}`, hint }]
}

function failedSources({ failures, problems }: Facts, { failedCycles: most }: AlertsConfig): Violation[] {
  return [...failures]
    .filter(([, { cycles, message }]) => cycles >= most && !problems.some((one) => one.message === message))
    .map(([source, { cycles, message, hint }]) => ({
      key: `source ${source}`,
      code: 'SOURCE_FAILED' as const,
      title: `${source} could not be read`,
      detail: `${cycles === 1 ? 'In the last cycle' : `In ${cycles} cycles in a row`}: ${message}`,
      hint,
    }))
}

function held({ status }: Facts): Violation[] {
  const byAbout = new Map<string, StatusReport['held'][number][]>()
  for (const part of status.held) byAbout.set(part.source, [...(byAbout.get(part.source) ?? []), part])
  return [...byAbout].map(([about, parts]) => ({
    key: `held ${about}`,
    code: 'HELD' as const,
    title: `Changes of ${about} wait for a person`,
    detail: parts.map(({ changes, reason }) => `${changes}: ${reason}`).join('\n'),
    hint: `heysync approve ${parts[0]?.cycle}, after a look at heysync status`,
  }))
}

const MINUTE_MS = 60_000

function stale({ status, paused, startedAt, now }: Facts, { freshnessMinutes }: AlertsConfig): Violation[] {
  if (freshnessMinutes === undefined) return []
  return status.sources
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

function deadLetters({ status }: Facts, { deadLetters: least }: AlertsConfig): Violation[] {
  const { deadLetters: dead, causes } = status.outbox
  if (dead < least) return []
  return [
    {
      key: 'dead letters',
      code: 'DEAD_LETTERS',
      title: `Heymarket refused ${dead === 1 ? 'a change' : `${dead} changes`}`,
      detail: causes
        .map(({ changes, cause, code }) => `${changes}: ${cause ?? code ?? 'unknown'}`)
        .join('\n'),
      hint: 'heysync failures',
    },
  ]
}

function alarms({ status }: Facts): Violation[] {
  return status.alarms.map(({ code, source, message }) => ({
    key: `alarm ${source} ${code} ${message}`,
    code: 'SOURCE_LOOKS_WRONG',
    title: `${source} looks wrong`,
    detail: message,
    hint: 'heysync status',
  }))
}
