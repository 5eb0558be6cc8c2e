// Owns the service: cycles by schedule, one at a time, and the door for webhooks, until it is told to stop.
import { once } from 'node:events'
import { schedule } from 'node-cron'
import { ulid } from 'ulid'
import type { App } from '../app.ts'
import type { Clock } from '../lib/clock.ts'
import { asHeysyncError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { openSeenMessages } from '../messaging/seen-messages.ts'
import type { WebhookEvent } from '../messaging/webhook-event.ts'
import { runCycle } from '../sync/cycle.ts'
import { type OpenDoor, openWebhooks } from './webhooks.ts'

/** What waits for its turn: which sources, and whether everything is read. */
interface Due {
  readonly full: Set<string>
  readonly incremental: Set<string>
}

export interface DaemonDeps {
  readonly app: App
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Logger
}

/** Runs until the signal fires. A cycle that fails is logged; the next tick tries again. */
export async function runDaemon({ app, clock, signal, log }: DaemonDeps): Promise<void> {
  const { sources } = app.loaded.config
  const due: Due = { full: new Set(), incremental: new Set(sources.map((source) => source.id)) }
  const wake = new EventTarget()
  const add = (kind: keyof Due, id: string) => {
    due[kind].add(id)
    wake.dispatchEvent(new Event('due'))
  }
  const tasks = sources.flatMap((source) => {
    const options = source.timezone === undefined ? {} : { timezone: source.timezone }
    return [
      ...(source.schedule === undefined
        ? []
        : [schedule(source.schedule, () => add('incremental', source.id), options)]),
      ...(source.fullSchedule === undefined
        ? []
        : [schedule(source.fullSchedule, () => add('full', source.id), options)]),
    ]
  })
  const door = await openDoor({ app, clock, log })
  log.info({ sources: sources.map((source) => source.id), webhooks: door?.url }, 'heysync is running')
  try {
    while (!signal.aborted) {
      const next = takeDue(due)
      if (next === null) await waitFor(wake, signal)
      else await cycle(app, clock, log, next)
    }
  } finally {
    for (const task of tasks) await task.destroy()
    await door?.close()
    log.info('heysync stopped')
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

async function cycle(
  app: App,
  clock: Clock,
  log: Logger,
  next: { mode: 'full' | 'incremental'; sources: string[] },
): Promise<void> {
  const id = ulid(clock.now())
  try {
    const { report } = await app.alone('heysync run', () =>
      runCycle(app.engine, { ...next, id, trigger: 'schedule', allowEmpty: [], planOnly: false }),
    )
    const { sources, plan, push, status } = report
    log[status === 'ok' ? 'info' : 'warn']({ cycle: id, status, sources, plan, push }, 'cycle finished')
  } catch (thrown) {
    const error = asHeysyncError(thrown)
    if (error.code === 'ERR_ABORTED') return
    log.error({ cycle: id, code: error.code, hint: error.hint }, error.message)
  }
}
