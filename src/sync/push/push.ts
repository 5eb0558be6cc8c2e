// Owns the push: operations sent lane by lane inside the budget until nothing more is due in this cycle.
import pLimit from 'p-limit'
import { byTurns, othersTurn } from '../../lib/turns.ts'
import { LANE } from '../outbox/outbox.ts'
import type { Expected } from '../reconcile/reconcile.ts'
import type { PushDeps } from './deps.ts'
import { arrangeSteps, dueLimit, type Job } from './jobs.ts'
import { performMany } from './many.ts'
import { perform } from './perform.ts'
import { settleMany } from './settle-many.ts'
import { Written } from './written.ts'

export interface PushRun {
  /** Cleaning up comes last, after the lists. All of them unless it is given. */
  readonly lanes?: 'before lists' | 'after lists'
  readonly concurrency: number
  /** Reads Heymarket's news, so that no write lays old values over an edit made meanwhile; they show what was written. */
  readonly refresh: (written: Expected) => Promise<void>
  /** Told before something is sent. */
  readonly onSend?: () => void
  /** `unseen`: accepted by Heymarket, and not seen there yet. */
  readonly onProgress?: (acked: number, unseen: number) => void
  /** Asked between batches: true leaves what is not sent yet to the next cycle. */
  readonly yieldNow?: () => boolean
  /** Asked before each request: true leaves also the rest of the batch. */
  readonly stopNow?: () => boolean
}

const BATCH = 200
/** How old the view of Heymarket may get while pushing, in milliseconds. */
const REFRESH_MS = 60_000
/** So many contacts may have been written that nobody has looked at yet. */
const MOST_UNSEEN = 100_000
/** Longest wait inside a cycle for an operation that has to be tried again; what takes longer is left to the next cycle. */
export const PATIENCE_MS = 20_000

/** Sends everything that is due, or as much until it is told to give way. Returns the number acked. Errors: those with verdict `stop`, and an unreachable host. */
export async function push(deps: PushDeps, run: PushRun): Promise<number> {
  const { outbox, clock, signal, cycleId } = deps
  const limit = pLimit(run.concurrency)
  let acked = 0
  let toldLast = 0
  const told = (count: number) => {
    acked += count
    if (acked + written.size !== toldLast || count > 0) run.onProgress?.(acked, written.size)
    toldLast = acked + written.size
  }
  const written = new Written(deps, told)
  let refreshedAt = clock.now()
  const look = async () => {
    await run.refresh(written)
    refreshedAt = clock.now()
    await written.settleRest()
  }
  const lane = run.lanes === 'before lists' ? LANE.backfill : LANE.scrub
  for (;;) {
    signal.throwIfAborted()
    const ends = run.stopNow?.() && run.yieldNow?.()
    const due = ends ? [] : outbox.due(clock.now(), dueLimit(deps, BATCH), cycleId, lane)
    if (due.length === 0) {
      if (written.size > 0) {
        await look()
        continue
      }
      const next = ends ? null : outbox.nextDueAt(cycleId, lane)
      const waitMs = next === null ? null : next - clock.now()
      if (waitMs === null || waitMs > PATIENCE_MS) return acked
      await clock.sleep(Math.max(waitMs, 1), signal)
      continue
    }
    if (clock.now() - refreshedAt >= REFRESH_MS || written.size >= MOST_UNSEEN) await look()
    run.onSend?.()
    let stopped: { error: unknown } | null = null
    const jobs = await byTurns(arrangeSteps(deps, due))
    await Promise.all(
      jobs.map((job) =>
        limit(async () => {
          // After one operation showed that nothing can get through, the rest of the batch is not tried.
          if (stopped || run.stopNow?.()) return
          try {
            await carryOut(deps, job, written, told)
          } catch (error) {
            stopped ??= { error }
          }
          // Several answers may come at once, and each makes room for the next job.
          await othersTurn()
        }),
      ),
    )
    const failure = stopped as { error: unknown } | null
    if (failure) throw failure.error
    if (run.yieldNow?.()) {
      if (written.size > 0) await look()
      return acked
    }
  }
}

/** Tells at once how many operations were acked, none where they were only accepted: what stops the push later takes nothing back. */
async function carryOut(
  deps: PushDeps,
  job: Job,
  written: Written,
  onAcked: (count: number) => void,
): Promise<void> {
  if (job.kind === 'many') {
    await performMany(deps, job.way, job.operations, written, onAcked)
    // What was accepted waits to be seen.
    onAcked(0)
  } else if (job.kind === 'settle') onAcked(await settleMany(deps, job.operations))
  else onAcked((await perform(deps, job.operation)) ? 1 : 0)
}
