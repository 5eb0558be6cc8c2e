// Owns what the lists need in a cycle: planned from what is saved, and read from the account where that is called for.
import { contentHash } from '../lib/hash.ts'
import { byTurns } from '../lib/turns.ts'
import { programVersion } from '../lib/version.ts'
import type { DiffSettings } from './diff/settings.ts'
import type { Engine } from './engine.ts'
import type { Draft } from './guard/draft.ts'
import type { ListChanges } from './lists/changes.ts'
import { listsShown, planListSteps } from './lists/plan-lists.ts'
import { readLists } from './lists/read-lists.ts'
import { saveListSteps } from './lists/save-lists.ts'
import { unknownText } from './lists/source-lists.ts'
import { type LeftWay, rungFor } from './removal.ts'
import type { CycleReport } from './report.ts'

export interface WantedLists {
  readonly changes: readonly ListChanges[]
  /** What everybody was held against; null where only those were looked at in whose case anything changed. */
  readonly basis: string | null
}

/** Members and marks in one transaction. */
const PART = 1000
/** Another one may see other things in a person. */
const VERSION = programVersion()

/**
 * What the lists need. Those of the account are read where one has to be made, and when everything is read anyway: then
 * everybody is looked at as well, whatever was marked.
 */
export async function wantedLists(
  engine: Engine,
  { mode, sameDials }: { mode: 'full' | 'incremental'; sameDials: boolean },
  draft: Draft,
  settings: DiffSettings,
  report: CycleReport,
): Promise<WantedLists> {
  const { mirror, client, clock, lists: rules } = engine
  if (rules.length === 0) {
    if (mirror.listDue.basis() !== undefined) mirror.transaction(() => mirror.listDue.stop())
    return { changes: [], basis: null }
  }
  retryRefused(engine, mode, draft)
  const wanted = {
    rules,
    sources: sourceIds(engine),
    dial: engine.guard(null).listRemovals,
    listSize: settings.lookups.listSize,
    rungOf: (sourceId: string, ways: readonly LeftWay[]) => rungFor(engine.removal(sourceId), ways),
    creates: draft.phonesAhead('create'),
    leaves: draft.phonesAhead('remove'),
    isApproved: engine.heldMembers.isApproved,
    isHeld: (key: string, phone: string) => sameDials && engine.heldMembers.isHeld(key, phone),
  }
  const basis = basisOf(engine, wanted.sources)
  const everybody = mode === 'full' || mirror.listDue.basis() !== basis
  // From here on: what changes while they are looked at is looked at by the next plan.
  if (everybody) mirror.transaction(() => mirror.listDue.watch())
  const plan = () => byTurns(planListSteps(mirror, wanted, everybody ? 'everybody' : 'due'))
  const read = async () => {
    const { gone } = await readLists({ mirror, lists: client.lists, rules, clock })
    for (const title of gone)
      report.warnings.push(`List "${title}" is not in Heymarket any more; heysync makes it again.`)
  }
  // Where one is probably going to be made, everybody need not be looked at twice.
  const first = mode === 'full' || (everybody && rules.some(({ key }) => !isLive(engine, key)))
  if (first) await read()
  let changes = await plan()
  if (!first && changes.some(({ create }) => create.length > 0)) {
    await read()
    changes = await plan()
  }
  for (const { rule, failing, unknown } of changes) {
    if (unknown !== null) {
      const why = unknownText(unknown, listsShown(mirror, wanted.sources))
      report.warnings.push(`List "${rule.title}" stays as it is: ${why}`)
    }
    if (failing > 0)
      report.warnings.push(
        `The condition of list "${rule.title}" gives no yes or no for ${failing} contacts; they stay as they are.`,
      )
  }
  return { changes, basis: everybody ? basis : null }
}

/** Whom a list refused is tried again by a full cycle, and when their contact is written. */
function retryRefused({ mirror }: Engine, mode: 'full' | 'incremental', draft: Draft): void {
  const refused = mirror.lists.refused()
  if (refused.length === 0) return
  mirror.transaction(() =>
    mirror.lists.retry(refused.filter(({ phone }) => mode === 'full' || draft.kindAhead(phone) !== null)),
  )
}

/** All that the lists of everybody depend on, beside what is marked person by person. */
function basisOf({ mirror, lists, removal }: Engine, sources: ReadonlySet<string>): string {
  const rules = lists.map(({ key, where, owned }) => [key, where, owned])
  const rungs = [...sources].map((id) => [id, removal(id).rungs])
  const shown = lists.some(({ reads }) => reads.any) ? listsShown(mirror, sources) : null
  return contentHash(JSON.stringify([VERSION, rules, rungs, shown])).toString('hex')
}

function isLive({ mirror }: Engine, key: string): boolean {
  return mirror.lists.ofKey(key).some(({ state }) => state === 'live')
}

/** Saves who gets on and off, and who is kept on. Before `keepLists`. */
export function* saveListsSteps(
  engine: Engine,
  cycleId: string,
  { changes }: WantedLists,
): Generator<void, void> {
  const { mirror, heldMembers } = engine
  yield* saveListSteps(mirror, sourceIds(engine), changes)
  for (const { rule, held, reason } of changes) {
    let part: string[] = []
    const hold = () => mirror.transaction(() => heldMembers.hold(cycleId, rule.key, part, reason))
    for (const { phone } of held) {
      part.push(phone)
      if (part.length < PART) continue
      hold()
      part = []
      yield
    }
    if (part.length > 0) hold()
  }
}

/** The plan is whole. To be called in the transaction that saves the plan of the contacts. */
export function keepLists(engine: Engine, cycleId: string, { changes, basis }: WantedLists): void {
  const { mirror, heldMembers, lists } = engine
  heldMembers.dropExcept(cycleId)
  const removed = new Map(changes.map(({ rule, remove }) => [rule.key, remove]))
  heldMembers.dropApprovalsExcept((key, phone) => removed.get(key)?.has(phone) ?? false)
  if (basis === null) return
  mirror.listDue.everybodyLookedAt(basis)
  mirror.listDue.forgetFailingExcept(lists.map(({ key }) => key))
}

/** Whoever was looked at is not due any more. After `keepLists`. */
export function* settleListsSteps({ mirror, lists }: Engine): Generator<void, void> {
  if (lists.length === 0) return
  for (let after = '', left = true; left; ) {
    const looked = mirror.listDraft.looked(after, PART)
    if (looked.length > 0) mirror.transaction(() => mirror.listDue.settle(looked))
    left = looked.length === PART
    after = looked.at(-1)?.phone ?? ''
    if (left) yield
  }
}

function sourceIds({ sources }: Engine): ReadonlySet<string> {
  return new Set(sources.map(({ config }) => config.id))
}
