// Owns what the lists need in a cycle: planned from what is saved, and read from the account where that is called for.
import type { DiffSettings } from './diff/settings.ts'
import type { Engine } from './engine.ts'
import type { Draft } from './guard/draft.ts'
import { type ListChanges, listsShown, planLists, saveListPlan } from './lists/plan-lists.ts'
import { readLists } from './lists/read-lists.ts'
import { unknownText } from './lists/source-lists.ts'
import { type LeftWay, rungFor } from './removal.ts'
import type { CycleReport } from './report.ts'

/** What the lists need. Those of the account are read where one has to be made, and when everything is read anyway. */
export async function wantedLists(
  engine: Engine,
  { mode, sameDials }: { mode: 'full' | 'incremental'; sameDials: boolean },
  changes: Draft,
  settings: DiffSettings,
  report: CycleReport,
): Promise<ListChanges[]> {
  const { mirror, client, clock, lists: rules } = engine
  if (rules.length === 0) return []
  retryRefused(engine, mode, changes)
  const wanted = {
    rules,
    sources: sourceIds(engine),
    dial: engine.guard(null).listRemovals,
    listSize: settings.lookups.listSize,
    rungOf: (sourceId: string, ways: readonly LeftWay[]) => rungFor(engine.removal(sourceId), ways),
    creates: { has: (phone: string) => changes.kindAhead(phone) === 'create' },
    leaves: { has: (phone: string) => changes.kindAhead(phone) === 'remove' },
    isApproved: engine.heldMembers.isApproved,
    isHeld: (key: string, phone: string) => sameDials && engine.heldMembers.isHeld(key, phone),
  }
  let plan = planLists(mirror, wanted)
  if (mode === 'full' || plan.some(({ create }) => create.length > 0)) {
    const { gone } = await readLists({ mirror, lists: client.lists, rules, clock })
    for (const title of gone)
      report.warnings.push(`List "${title}" is not in Heymarket any more; heysync makes it again.`)
    plan = planLists(mirror, wanted)
  }
  for (const { rule, failing, unknown } of plan) {
    if (unknown !== null) {
      const why = unknownText(unknown, listsShown(mirror, wanted.sources))
      report.warnings.push(`List "${rule.title}" stays as it is: ${why}`)
    }
    if (failing > 0)
      report.warnings.push(
        `The condition of list "${rule.title}" gives no yes or no for ${failing} contacts; they stay as they are.`,
      )
  }
  return plan
}

/** Whom a list refused is tried again by a full cycle, and when their contact is written. */
function retryRefused({ mirror }: Engine, mode: 'full' | 'incremental', changes: Draft): void {
  const refused = mirror.lists.refused()
  if (refused.length === 0) return
  mirror.transaction(() =>
    mirror.lists.retry(refused.filter(({ phone }) => mode === 'full' || changes.kindAhead(phone) !== null)),
  )
}

/** Saves the plan of the lists, and who is kept on one. To be called in the transaction that saves the plan. */
export function saveLists(engine: Engine, cycleId: string, lists: readonly ListChanges[]): void {
  const { mirror, heldMembers } = engine
  heldMembers.replace(cycleId, held(lists))
  heldMembers.dropApprovalsExcept(removed(lists))
  saveListPlan(mirror, sourceIds(engine), lists)
}

function sourceIds({ sources }: Engine): ReadonlySet<string> {
  return new Set(sources.map(({ config }) => config.id))
}

/** Who is taken off by this plan; an approval is used up by the next one. */
function removed(lists: readonly ListChanges[]) {
  return lists.flatMap(({ rule, remove }) => remove.map(({ phone }) => ({ key: rule.key, phone })))
}

function held(lists: readonly ListChanges[]) {
  return lists.flatMap(({ rule, held: kept, reason }) =>
    kept.map(({ phone }) => ({ key: rule.key, phone, reason })),
  )
}
