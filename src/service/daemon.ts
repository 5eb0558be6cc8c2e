// Owns the service: cycles by schedule, one at a time, and the door for webhooks, until it is told to stop. A long push
// gives way when a schedule comes due, and goes on afterwards.
import { once } from 'node:events'
import { ulid } from 'ulid'
import type { App } from '../app.ts'
import type { Clock } from '../lib/clock.ts'
import { asHeysyncError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { openSeenMessages } from '../messaging/seen-messages.ts'
import type { WebhookEvent } from '../messaging/webhook-event.ts'
import { runCycle } from '../sync/cycle.ts'
import { dueQueue, type Turn } from './due.ts'
import { type OpenDoor, openWebhooks } from './webhooks.ts'

/** A full cycle that was cut off is begun again for so long after it began, in milliseconds. */
const RESUMABLE_MS = 6 * 60 * 60_000

export interface DaemonDeps {
  readonly app: App
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Logger
  /** Calls `run` whenever the cron expression says so. */
  readonly schedule: (
    expression: string,
    run: () => void,
    options: { timezone?: string },
  ) => { destroy(): void | Promise<void> }
}

/** Runs until the signal fires. A cycle that fails is logged; the next tick tries again. */
export async function runDaemon({ app, clock, signal, log, schedule }: DaemonDeps): Promise<void> {
  const { sources } = app.loaded.config
  const ids = sources.map((source) => source.id)
  const wake = new EventTarget()
  const due = dueQueue(() => wake.dispatchEvent(new Event('due')))
  due.add(
    'full',
    cutOff(app, clock.now()).filter((id) => ids.includes(id)),
  )
  due.add('incremental', ids)
  const tasks = sources.flatMap((source) => {
    const options = source.timezone === undefined ? {} : { timezone: source.timezone }
    return [
      ...(source.schedule === undefined
        ? []
        : [schedule(source.schedule, () => due.add('incremental', [source.id]), options)]),
      ...(source.fullSchedule === undefined
        ? []
        : [schedule(source.fullSchedule, () => due.add('full', [source.id]), options)]),
    ]
  })
  const door = await openDoor({ app, clock, log })
  log.info({ sources: sources.map((source) => source.id), webhooks: door?.url }, 'heysync is running')
  try {
    while (!signal.aborted) {
      const next = due.take()
      if (next === null) await waitFor(wake, signal)
      else if ((await cycle(app, clock, log, next, due.waiting)) === 'unfinished') due.leaveRest()
    }
  } finally {
    for (const task of tasks) await task.destroy()
    await door?.close()
    log.info('heysync stopped')
  }
}

/** Where the config says that Heymarket calls. */
function openDoor({ app, clock, log }: Pick<DaemonDeps, 'app' | 'clock' | 'log'>): Promise<OpenDoor> | null {
  const { listen, webhookSecret, webhookToken } = app.loaded.config.service
  if (webhookSecret === undefined) return null
  const seen = openSeenMessages(app.db, app.engine.mirror.consent)
  const take = (event: WebhookEvent) => seen.take(event, clock.now())
  return openWebhooks({ listen, secret: webhookSecret, token: webhookToken ?? null, log, take })
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

/** A full cycle by schedule that was stopped while it was reading is begun again; what it had read by then is saved. */
function cutOff({ engine }: App, now: number): readonly string[] {
  const last = engine.cycles.latestFull('schedule')
  if (last === undefined || last.phase === 'push' || now - last.started_at > RESUMABLE_MS) return []
  const stopped = last.status === 'running' || last.status === 'interrupted'
  return stopped && last.sources !== null ? (JSON.parse(last.sources) as string[]) : []
}

/** `unfinished`: a part of the push is left, or was left before and could not be looked at. */
async function cycle(
  app: App,
  clock: Clock,
  log: Logger,
  next: Turn,
  yieldNow: () => boolean,
): Promise<'done' | 'unfinished'> {
  const id = ulid(clock.now())
  try {
    const { report } = await app.alone('heysync run', () =>
      runCycle(app.engine, {
        ...next,
        id,
        trigger: 'schedule',
        allowEmpty: [],
        planOnly: false,
        yieldNow,
      }),
    )
    const { sources, plan, push, status } = report
    log[status === 'ok' ? 'info' : 'warn'](
      { cycle: id, status, sources, plan, push },
      push.deferred > 0 ? 'cycle gave way' : 'cycle finished',
    )
    return push.deferred > 0 ? 'unfinished' : 'done'
  } catch (thrown) {
    const error = asHeysyncError(thrown)
    if (error.code === 'ERR_ABORTED') return 'done'
    log.error({ cycle: id, code: error.code, hint: error.hint }, error.message)
    // A source that cannot be read keeps nobody waiting whose changes are planned already.
    const waiting = app.engine.outbox.counts().pending > 0
    return waiting && next.sources.length > 0 ? 'unfinished' : 'done'
  }
}
