// Owns what the tests of plans share: a world with people, a plan made of what it would do, and plans applied.
import type { SourceConfig } from '../../../src/config/schema.ts'
import { inOneGo } from '../../../src/lib/turns.ts'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import { readLists } from '../../../src/sync/lists/read-lists.ts'
import { type ApplyOutcome, applyPlan } from '../../../src/sync/plan/apply.ts'
import { makePlan } from '../../../src/sync/plan/make-plan.ts'
import { memberRows } from '../../../src/sync/plan/member-rows.ts'
import { type Plan, type PlanFile, planText } from '../../../src/sync/plan/plan-file.ts'
import { readPlanSteps } from '../../../src/sync/plan/read-plan.ts'
import type { RowStore } from '../../../src/sync/plan/row-store.ts'
import { planUndo, type Undo, type UndoWishes } from '../../../src/sync/plan/undo.ts'
import { rulesOfCycle } from '../../../src/sync/plan/undo-lists.ts'
import { reconcileIncremental } from '../../../src/sync/reconcile/reconcile.ts'
import { diffSettings } from '../../../src/sync/settings.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../../support/engine.ts'
import { withSandbox } from '../../support/heymarket.ts'

export interface World extends TestEngine {
  /** A plan of what a cycle would do now; of a cycle that only plans. */
  planned(): Promise<PlanFile>
  apply(plan: PlanFile, more?: { includeHeld?: boolean }): Promise<ApplyOutcome>
  /** What would take this cycle back. */
  undoOf(cycle: string, wishes?: Partial<UndoWishes>): Promise<{ found: Undo; plan: PlanFile }>
  /** The contact in Heymarket. */
  held(n: number): ReturnType<TestEngine['sandbox']['store']['contact']>
  /** Somebody edits the contact in Heymarket. */
  edit(n: number, fields: Record<string, unknown>): Promise<void>
  /** Writes that Heymarket got while `work` ran. */
  writesOf(work: () => Promise<unknown>): Promise<readonly string[]>
}

export function person(n: number, first = `P${n}`, more: Record<string, unknown> = {}) {
  return { phone: nthPhone(n), first, last: 'X', ...more }
}

export async function aWorld(
  people: number,
  source: SourceConfig = aSource({ map: { email: 'email' } }),
  dialects: Partial<Dialects> = {},
  more: Omit<Parameters<typeof anEngine>[0], 'box' | 'source'> = {},
): Promise<World> {
  const made = await anEngine({ box: await withSandbox({ dialects }), source, ...more })
  for (let n = 1; n <= people; n += 1) made.rows[`r${n}`] = person(n, `P${n}`, { email: `p${n}@example.com` })
  const { engine, sandbox, client } = made
  let applied = 0
  const head = async (cycle: string) => {
    const { account } = await engine.lookups.get()
    return { cycle, account, requestsPerMinute: 450 }
  }
  const world: World = Object.assign(made, {
    planned: async () => {
      const { plan, report } = await made.cycle('full', { planOnly: true })
      const changes = [
        ...[...plan.released].map((change) => ({ change, held: null, pins: [] })),
        ...[...plan.held].map(({ change, reason }) => ({ change, held: reason, pins: [] })),
      ]
      const settings = diffSettings(engine, await engine.lookups.get())
      const onLists = memberRows(engine.mirror, plan.lists)
      const named = { ...(await head(report.cycle)), undoes: null }
      return asFile(await makePlan(engine, engine.planRows, settings, changes, onLists, named))
    },
    apply: (plan: PlanFile, more: { includeHeld?: boolean } = {}) => {
      applied += 1
      const trigger = plan.undoes === null ? ('apply' as const) : ('undo' as const)
      const read = readText(textOf(plan), engine.planRows)
      return applyPlan(engine, read, { id: `a${applied}`, trigger, includeHeld: false, ...more })
    },
    undoOf: async (cycle: string, wishes: Partial<UndoWishes> = {}) => {
      const { mirror, clock } = engine
      await reconcileIncremental({ mirror, contacts: client.contacts, clock })
      const rules = rulesOfCycle(engine, cycle)
      if (rules.length > 0) await readLists({ mirror, lists: client.lists, rules, clock })
      const lookups = await engine.lookups.get()
      const all = { cycle, fields: null, phones: null, deleteCreated: false, ...wishes }
      const found = planUndo(mirror, lookups, all)
      const settings = diffSettings(engine, lookups)
      const named = { ...(await head(cycle)), undoes: cycle }
      const { changes, onLists } = found
      const plan = await makePlan(engine, engine.planRows, settings, changes, onLists, named)
      return { found, plan: asFile(plan) }
    },
    held: (n: number) => sandbox.store.contact(nthPhone(n)),
    edit: async (n: number, fields: Record<string, unknown>) => {
      const now = await client.contacts.lookUp(nthPhone(n))
      if (!now) throw new Error(`nobody has ${nthPhone(n)}`)
      const whole = {
        phone: nthPhone(n),
        first: now.first,
        last: now.last,
        email: now.email,
        display_name: now.displayName,
        custom: now.custom,
        tags: now.tagIds.map((tag_id) => ({ tag_id })),
        assignee_id: now.assigneeId ?? -1,
      }
      await client.contacts.update(now.id, { ...whole, ...fields }, false)
    },
    writesOf: async (work: () => Promise<unknown>) => {
      const before = made.writes().length
      await work()
      return made.writes().slice(before)
    },
  })
  return world
}

/** With all of its rows. */
export function asFile(plan: Plan): PlanFile {
  return { ...plan, changes: [...plan.changes], members: [...plan.members] }
}

export function textOf(plan: Plan): string {
  return [...planText(plan)].join('')
}

/** As it is read from a file `p` of this text. */
export function readText(text: string, rows: RowStore): Plan {
  return inOneGo(readPlanSteps({ name: 'p', lines: () => text.split('\n'), text: () => text }, rows))
}
