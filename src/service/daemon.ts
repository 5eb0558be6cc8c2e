// Owns the service: cycles by schedule, one at a time, and the door for webhooks, until it is told to stop.
import { once } from 'node:events'
import type { App } from '../app.ts'
import type { Clock } from '../lib/clock.ts'
import { asHeysyncError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { openSeenMessages } from '../messaging/seen-messages.ts'
import type { WebhookEvent } from '../messaging/webhook-event.ts'
import { runCycle } from '../sync/cycle.ts'
import { followSchedules } from './schedules.ts'
import { type OpenDoor, openWebhooks } from './webhooks.ts'

/** What waits for its turn: which sources, and whether everything is read. */
interface Due {
  readonly full: Set<string>
  readonly incremental: Set<string>
}

/** Between two cycles, so that a command that waits for its turn gets it also when the next cycle is due at once, in milliseconds. */
const TURN_MS = 500

export interface DaemonDeps {
  readonly app: App
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Logger
}

/** Runs until the signal fires. A cycle that fails is logged; the next tick tries again. Errors: ERR_DATABASE_LOST. */
export async function runDaemon({ app, clock, signal, log }: DaemonDeps): Promise<void> {
  const { sources } = app.loaded.config
  const due: Due = { full: new Set(), incremental: new Set(sources.map((source) => source.id)) }
  const wake = new EventTarget()
  const add = (kind: keyof Due, id: string) => {
    due[kind].add(id)
    wake.dispatchEvent(new Event('due'))
  }
  const stopSchedules = followSchedules({ sources, clock, log, onDue: add })
  const door = await openDoor({ app, clock, log })
  log.info({ sources: sources.map((source) => source.id), webhooks: door?.url }, 'heysync is running')
  try {
    while (!signal.aborted) {
      const next = takeDue(due)
      if (next === null) {
        await waitFor(wake, signal)
        continue
      }
      const finished = await cycle(app, clock, log, next)
      // Rejects only when the signal fires, which ends the loop.
      await clock.sleep(TURN_MS, signal).catch(() => {})
      if (finished || next.mode === 'incremental') continue
      // A night without Heymarket does not put off what is only found by reading everything until the next night.
      for (const id of next.sources) due.full.add(id)
      await waitFor(wake, signal)
    }
  } finally {
    stopSchedules()
    await door?.close()
  }
}

/** Where the config says that Heymarket calls. */
function openDoor({ app, clock, log }: Omit<DaemonDeps, 'signal'>): Promise<OpenDoor> | null {
  const { listen, webhookSecret, webhookToken } = app.loaded.config.service
  if (webhookSecret === undefined) return null
  const seen = openSeenMessages(app.db, app.engine.mirror.consent)
  const take = (event: WebhookEvent) => seen.take(event, clock.now())
  return openWebhooks({ listen, secret: webhookSecret, token: webhookToken ?? null, log, take })
}

/** A full pull covers an incremental one of the same source. */
function takeDue(due: Due): { mode: 'full' | 'incremental'; sources: string[] } | null {
  const mode = due.full.size > 0 ? 'full' : 'incremental'
  const sources = [...due[mode]]
  if (sources.length === 0) return null
  due[mode].clear()
  if (mode === 'full') for (const id of sources) due.incremental.delete(id)
  return { mode, sources }
}

async function waitFor(wake: EventTarget, signal: AbortSignal): Promise<void> {
  const done = new AbortController()
  const ends = AbortSignal.any([signal, done.signal])
  try {
    await Promise.race([once(wake, 'due', { signal: ends }), once(signal, 'abort', { signal: done.signal })])
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    done.abort()
  }
}

/** Returns whether the cycle came to its end. Errors: ERR_DATABASE_LOST, after which nothing more can be done with this app. */
async function cycle(
  app: App,
  clock: Clock,
  log: Logger,
  next: { mode: 'full' | 'incremental'; sources: string[] },
): Promise<boolean> {
  let id: string | undefined
  try {
    const { report } = await app.alone('heysync run', () => {
      id = app.engine.cycles.nextId(clock.now())
      return runCycle(app.engine, { ...next, id, trigger: 'schedule', allowEmpty: [], planOnly: false })
    })
    const { mode, sources, plan, push, status } = report
    log[status === 'ok' ? 'info' : 'warn']({ cycle: id, mode, status, sources, plan, push }, 'cycle finished')
    return true
  } catch (thrown) {
    const error = asHeysyncError(thrown)
    if (error.code === 'ERR_DATABASE_LOST') throw error
    if (error.code !== 'ERR_ABORTED')
      log.error({ cycle: id, mode: next.mode, code: error.code, hint: error.hint }, error.message)
    return false
  }
}
