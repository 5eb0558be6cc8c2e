// Owns what the tests of lists share: a list by a custom field, an engine that keeps it, and who is on it.
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import type { Faults } from '../../../src/sandbox/faults.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../../support/engine.ts'
import { aDatabase } from '../../support/folder.ts'
import { withSandbox } from '../../support/heymarket.ts'

export const GOLD = { title: 'Gold', where: 'contact.custom["Plan"] == "Gold"' }
export const ALL = { title: 'All', where: 'true' }

/** No dial trips. */
export const FREE = {
  updates: { ratio: 1 },
  removals: { ratio: 1 },
  listRemovals: { ratio: 1 },
  blanks: { ratio: 1 },
}

export interface Given {
  readonly dialects?: Partial<Dialects>
  readonly faults?: Partial<Faults>
  readonly seed?: number
  readonly lists?: readonly { title: string; where: string; key?: string; owned?: boolean }[]
  readonly onRemoved?: 'keep' | 'removeFromLists' | 'delete'
  readonly onPhoneChange?: 'create' | 'update'
  readonly guard?: Record<string, object>
}

/** After `before`: the same account, database and rows under another config. */
export async function start(given: Given = {}, before?: TestEngine): Promise<TestEngine> {
  const { dialects = {}, faults = {}, seed = 1, lists = [GOLD] } = given
  const { onRemoved = 'removeFromLists', onPhoneChange = 'create' } = given
  const box = before ?? (await withSandbox({ dialects, faults, seed }))
  const source = aSource({ onRemoved, onPhoneChange, map: { custom: { Plan: 'plan' }, optedOut: 'stop' } })
  const world = await anEngine({
    box,
    source,
    lists,
    guard: dials(given.guard ?? FREE),
    writes: 'auto',
    db: before?.db ?? aDatabase(),
  })
  world.rows = before?.rows ?? {}
  return world
}

export function people(world: TestEngine, count: number, gold: (n: number) => boolean = () => true): void {
  for (let n = 1; n <= count; n += 1)
    world.rows[`r${n}`] = { phone: nthPhone(n), first: `P${n}`, plan: gold(n) ? 'Gold' : '', stop: 'no' }
}

export const upTo = (count: number) => Array.from({ length: count }, (_, at) => nthPhone(at + 1)).sort()

export function onList(world: TestEngine, title = 'Gold'): string[] | undefined {
  const list = world.sandbox.store.lists().find((one) => one.title === title)
  return list === undefined ? undefined : [...list.members].sort()
}
