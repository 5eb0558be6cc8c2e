// Owns the push beside a long pull: what is in the outbox already does not wait until a source is read.
//
// Why beside, and not between: a pull that gives way proves nobody gone any more, and many sources cannot give way at all, or
// wait for minutes on their own quota. Beside is safe because the two touch nothing in common. The cycle that reads only writes
// what belongs to its sources; this one resolves nothing, so it sees none of that, and sends what was planned before and is not
// sent yet, by the same comparison, guard, outbox and budget as any cycle. What both may write, opt-outs, only grows. And the
// one that reads does not go on to plan before this one is over.
import type { App } from '../app.ts'
import type { Clock } from '../lib/clock.ts'
import { asHeysyncError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { runCycle } from '../sync/cycle.ts'

/** A pull that is shorter is waited for, and so long passes between two of these; in milliseconds. */
const EVERY_MS = 15_000
/** How often it is looked whether something is due, in milliseconds. */
const LOOK_MS = 500

export interface BesideDeps {
  readonly app: App
  readonly clock: Clock
  readonly log: Logger
  /** The cycle that reads. */
  readonly reads: string
  readonly stopNow: () => boolean
}

/** Sends what is due while that cycle reads. The returned function ends it, and resolves once nothing is under way any more. */
export function pushBeside({ app, clock, log, reads, stopNow }: BesideDeps): () => Promise<void> {
  const { cycles, outbox } = app.engine
  let lastAt = clock.now()
  let running: Promise<void> | null = null
  let over = false
  const send = async () => {
    let id: string | undefined
    const fixed = {
      mode: 'incremental',
      trigger: 'schedule',
      sources: [],
      allowEmpty: [],
      planOnly: false,
    } as const
    try {
      id = cycles.nextId(clock.now())
      const { report } = await runCycle(app.engine, {
        ...fixed,
        id,
        beside: reads,
        yieldNow: () => over,
        stopNow,
      })
      log.info({ cycle: id, plan: report.plan, push: report.push }, 'sent beside a long pull')
    } catch (thrown) {
      const { code, message } = asHeysyncError(thrown)
      log.warn({ cycle: id, code }, `what is due could not be sent beside a long pull: ${message}`)
    }
    lastAt = clock.now()
    running = null
  }
  const look = () => {
    if (over || running !== null || clock.now() - lastAt < EVERY_MS) return
    try {
      if (outbox.anyDue(clock.now())) running = send()
    } catch {
      // What is wrong with the database, the cycle that reads will meet and tell.
      lastAt = clock.now()
    }
  }
  const watch = setInterval(look, LOOK_MS)
  return async () => {
    over = true
    clearInterval(watch)
    await running
  }
}
