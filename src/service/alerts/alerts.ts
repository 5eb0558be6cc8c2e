// Owns the alerts: what begins is told once to everybody, what is over is told once, and who could not be reached is told
// when they can be. What is told is in the database, so that a restart neither repeats nor forgets it.
import type { AlertsConfig } from '../../config/alerts.ts'
import type { Db } from '../../db/open.ts'
import type { Clock } from '../../lib/clock.ts'
import { asHeysyncError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { redact } from '../../lib/redact.ts'
import { type Destination, destinationsOf, type Told } from './destinations.ts'
import { type AlertRow, alertStore } from './store.ts'
import { type Facts, type Violation, violations } from './violations.ts'

export interface Alerts {
  /** Holds what is known against the config, and tells what is new and what is over. Never throws. */
  look(facts: () => Facts): Promise<void>
  /** What stands now, oldest first. */
  standing(): AlertRow[]
}

export interface AlertsDeps {
  readonly db: Db
  readonly config: AlertsConfig
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Logger
  readonly destinations?: readonly Destination[]
}

export function openAlerts(deps: AlertsDeps): Alerts {
  const { db, config, clock, signal, log } = deps
  const store = alertStore(db)
  const destinations = deps.destinations ?? destinationsOf(config.to)
  const note = (found: readonly Violation[], now: number) => {
    const standing = new Map(store.all().map((row) => [row.key, row]))
    for (const violation of found) {
      const row = standing.get(violation.key)
      if (row === undefined || row.over_at !== null) store.begin(violation, now)
      else store.reword(violation)
      standing.delete(violation.key)
    }
    for (const { key, over_at, told } of standing.values()) {
      if (over_at !== null) continue
      // Over before anybody heard of it: that is not worth a word.
      if (destinations.length > 0 && told === '[]') store.drop(key)
      else store.end(key, now)
    }
  }
  const save = () => {
    try {
      store.save()
    } catch (thrown) {
      const { code, message } = asHeysyncError(thrown)
      log.warn({ code }, `what was told is not written yet: ${message}`)
    }
  }
  const tell = async (row: AlertRow) => {
    const told = JSON.parse(row.told) as string[]
    for (const destination of destinations.filter(({ name }) => !told.includes(name))) {
      if (signal.aborted) return
      try {
        await destination.send(asTold(row, clock.now()), signal)
        told.push(destination.name)
        // One by one: a crash after this repeats nothing to those who know.
        store.told(row.key, told)
        save()
      } catch (thrown) {
        if (signal.aborted) return
        const { code, message, hint } = asHeysyncError(thrown)
        log.warn({ code, hint, alert: row.key }, message)
      }
    }
    if (row.over_at !== null && destinations.every(({ name }) => told.includes(name))) store.drop(row.key)
  }
  let looking: Promise<void> = Promise.resolve()
  const look = async (facts: () => Facts) => {
    if (signal.aborted) return
    try {
      note(violations(facts(), config).map(withoutPeople), clock.now())
      save()
      for (const row of store.all()) await tell(row)
      save()
    } catch (thrown) {
      log.error({ code: asHeysyncError(thrown).code }, asHeysyncError(thrown).message)
    }
  }
  return {
    // One look after the other, so that nothing is told twice.
    look: (facts) => {
      looking = looking.then(() => look(facts))
      return looking
    },
    standing: () => store.all().filter(({ over_at }) => over_at === null),
  }
}

/** It leaves the house: numbers of people are masked. */
function withoutPeople(violation: Violation): Violation {
  const { key, title, detail, hint } = violation
  return {
    ...violation,
    key: redact(key),
    title: redact(title),
    detail: redact(detail),
    hint: hint && redact(hint),
  }
}

function asTold({ key, code, title, detail, hint, since, over_at }: AlertRow, at: number): Told {
  return { key, code, state: over_at === null ? 'begins' : 'over', title, detail, hint, since, at }
}
