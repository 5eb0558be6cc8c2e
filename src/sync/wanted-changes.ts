// Owns what the contacts need in a cycle: found by the diff, judged by the guard, and kept as the cycle's plan.
import { byTurns } from '../lib/turns.ts'
import type { Change } from './diff/change.ts'
import { diffSteps } from './diff/diff.ts'
import type { DiffSettings } from './diff/settings.ts'
import type { NotStored } from './diff/verdict.ts'
import type { Engine } from './engine.ts'
import type { Draft } from './guard/draft.ts'
import { type Guard, openGuard } from './guard/guard.ts'
import { scopeDoubt } from './pull/scope.ts'

export interface WantedChanges {
  readonly draft: Draft
  readonly notStored: readonly NotStored[]
  /** Phones that were compared and found equal, and that an operation still waits for. */
  readonly settled: readonly string[]
  /** Those who left and find no room for the tag of it. */
  readonly noRoom: number
}

/** Compares all contacts that need it. Writes only what the diff learnt. */
export async function findChanges(
  { mirror, outbox, drafts }: Engine,
  settings: DiffSettings,
): Promise<WantedChanges> {
  const draft = drafts.begin()
  const settled: string[] = []
  let noRoom = 0
  const anyWaits = Object.values(outbox.counts()).some((n) => n > 0)
  const steps = diffSteps(mirror, settings, {
    change: (change) => {
      if (findsNoRoom(change)) noRoom += 1
      draft.change(change)
    },
    has: draft.has,
    equal: (phone) => {
      if (anyWaits && outbox.ofPhone(phone) !== undefined) settled.push(phone)
    },
  })
  const notStored = await byTurns(steps)
  return { draft, notStored, settled, noRoom }
}

function findsNoRoom(change: Change): boolean {
  return change.kind === 'remove' && change.rung === 'tag' && change.fields.length === 0
}

/** Has the guard judge the plan. `sameDials`: what was held under them stays held. */
export async function guardChanges(
  engine: Engine,
  draft: Draft,
  { allowEmpty, sameDials }: { readonly allowEmpty: readonly string[]; readonly sameDials: boolean },
): Promise<void> {
  const { mirror, held } = engine
  const guard = openGuard({
    dials: engine.guard,
    inHeymarket: mirror.contacts.countInHeymarket,
    isApproved: held.isApproved,
    mayEmpty: (sourceId) => allowEmpty.includes(sourceId),
    heldBefore: (phone, view) => (sameDials ? held.held(phone, view) : null),
    scopeDoubt: (phone) => scopeDoubt(mirror, phone),
    unreadableSince: (sourceId) =>
      new Set(mirror.records.unreadableSince(sourceId).map((row) => row.first_cycle)),
  })
  await byTurns(guardSteps(engine, guard, draft))
}

function* guardSteps({ mirror }: Engine, guard: Guard, draft: Draft): Generator<void, void> {
  for (const part of draft.mayBeHeld()) {
    for (const change of part) guard.count(change)
    yield
  }
  for (const part of draft.mayBeHeld()) {
    mirror.transaction(() => {
      for (const change of part) draft.judge(change, guard.verdict(change))
    })
    yield
  }
}
