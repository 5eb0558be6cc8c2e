// Owns what somebody who watches a cycle is told, and what of it is saved for those who look on from another process.
import type { Clock } from '../lib/clock.ts'
import type { CycleStore } from './cycles.ts'
import type { Change } from './diff/change.ts'
import type { Changes, HeldChanges, Kinds } from './guard/draft.ts'
import type { ListChanges } from './lists/changes.ts'
import type { Cost } from './plan/estimate.ts'
import type { Phase, Progress } from './progress.ts'
import type { FullReason } from './pull/why-full.ts'

export interface CyclePlan {
  /** What goes ahead. To be read before the next cycle plans. */
  readonly released: Changes
  readonly held: HeldChanges
  /** Of what goes ahead and of what is held, how many there are of each kind. */
  readonly kinds: Kinds
  /** Changes that Heymarket acknowledged once and does not show. */
  readonly notStored: readonly Change[]
  /** What each list kept by rule needs. */
  readonly lists: readonly ListChanges[]
  /** What it takes to push it, by what is known of the account at that moment. */
  readonly cost: Cost
}

export interface CycleObserver {
  /** Everything of this source is read, and why. */
  onFull?(sourceId: string, reason: FullReason): void
  onPull?(sourceId: string, read: number, total: number | null): void
  onReconcile?(seen: number, total: number | null): void
  onPlan?(plan: CyclePlan): void
  /** `written`: accepted by Heymarket; `confirmed`: and seen there since. */
  onPush?(written: number, planned: number, confirmed: number): void
  /** Each step of the above as one. */
  onProgress?(progress: Progress): void
}

/** Saved at most this often within a phase, in milliseconds. */
const SAVE_EVERY_MS = 1000

/** An observer that saves each step for `status` and hands it on. Sources that are pulled side by side are one step together. */
export function recordProgress(
  { cycles, clock }: { cycles: CycleStore; clock: Clock },
  cycle: { readonly id: string; readonly sources: readonly string[] },
  inner: CycleObserver,
): CycleObserver {
  const pulls = new Map<string, { read: number; total: number | null }>()
  const [only = null] = cycle.sources.length === 1 ? cycle.sources : []
  let last: Progress | null = null
  let savedAt = 0
  const step = (
    phase: Phase,
    source: string | null,
    done: number,
    total: number | null,
    confirmed = done,
  ) => {
    const now = clock.now()
    const same = last?.phase === phase && last.source === source ? last : null
    last = {
      phase,
      source,
      startedAt: same?.startedAt ?? now,
      startedWith: same?.startedWith ?? done,
      done,
      total,
      confirmed,
    }
    inner.onProgress?.(last)
    if (same !== null && now - savedAt < SAVE_EVERY_MS) return
    savedAt = now
    cycles.progress(cycle.id, last)
  }
  return {
    ...inner,
    onFull: (source, reason) => {
      cycles.because(cycle.id, reason)
      inner.onFull?.(source, reason)
    },
    onPull: (source, read, total) => {
      inner.onPull?.(source, read, total)
      pulls.set(source, { read, total })
      const all = [...pulls.values()]
      const known = all.length === cycle.sources.length && all.every((one) => one.total !== null)
      const sum = (of: 'read' | 'total') => all.reduce((so, one) => so + (one[of] ?? 0), 0)
      step('pull', only, sum('read'), known ? sum('total') : null)
    },
    onReconcile: (seen, total) => step('reconcile', null, seen, total),
    onPlan: (plan) => {
      inner.onPlan?.(plan)
      const members = plan.lists.reduce((sum, { add, remove }) => sum + add.length + remove.length, 0)
      const planned = plan.released.length + members
      if (planned > 0) step('push', null, 0, planned)
    },
    onPush: (written, planned, confirmed) => step('push', null, written, planned, confirmed),
  }
}
