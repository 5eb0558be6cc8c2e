import Database from 'better-sqlite3'
import type { Page } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../support/engine.ts'
import { withSandbox } from '../support/heymarket.ts'

const GOLD = { title: 'Gold', where: 'contact.custom["Plan"] == "Gold"' }
const FREE = dials({
  updates: { ratio: 1 },
  removals: { ratio: 1 },
  listRemovals: { ratio: 1 },
  blanks: { ratio: 1 },
})
function people(world: TestEngine, count: number, gold: (n: number) => boolean = () => true): void {
  for (let n = 1; n <= count; n += 1)
    world.rows[`r${n}`] = {
      phone: nthPhone(n),
      first: `P${n}`,
      last: 'X',
      plan: gold(n) ? 'Gold' : '',
      stop: 'no',
      status: 'active',
    }
}
const SRC = (more: object = {}) => aSource({ map: { custom: { Plan: 'plan' }, optedOut: 'stop' }, ...more })

test('R2 a rejected record that was unreadable once still has its reason', async () => {
  const world = await anEngine()
  const record = { id: 'r2', fields: { phone: 'call me', first: 'C', last: 'D' }, updatedAt: null }
  const good = { id: 'r1', fields: { phone: nthPhone(1), first: 'A', last: 'B' }, updatedAt: null }
  const end = { covers: 'everything', count: null } as const
  const page = (p: Partial<Page>): Page[] => [{ records: [], position: 'x', end, ...p } as Page]
  world.source.pages = () => page({ records: [good, record] })
  await world.cycle()
  world.source.pages = () =>
    page({
      records: [good],
      bad: [{ id: 'r2', code: 'ROW_MALFORMED', message: 'too many columns', place: 'line 3' } as never],
    })
  await world.cycle()
  expect(world.engine.mirror.records.rejections()).toHaveLength(1)
  world.source.pages = () => page({ records: [good, record] })
  await world.cycle()
  expect(world.engine.mirror.records.rejections()).toHaveLength(1)
})

test('V2 v1_rejections.at is when it was last found to be so', async () => {
  const world = await anEngine()
  world.rows = {
    r1: { phone: nthPhone(1), first: 'A', last: 'B' },
    r2: { phone: 'call me', first: 'C', last: 'D' },
  }
  await world.cycle()
  world.clock.advance(24 * 3600_000)
  await world.cycle()
  const db = new Database(world.db.name, { readonly: true })
  const row = db.prepare('SELECT at FROM v1_rejections').get() as { at: string }
  db.close()
  expect(row.at.slice(0, 10)).toBe('2030-01-16')
})

describe('filter', () => {
  test.each([10, 19, 30])('F1 a filter that leaves out everybody removes nobody of %i', async (n) => {
    const world = await anEngine({ source: SRC({ onRemoved: 'delete' }) })
    people(world, n)
    await world.cycle()
    const typo = await anEngine({
      box: world,
      db: world.db,
      source: SRC({ onRemoved: 'delete', filter: 'record.status == "actve"' }),
    })
    typo.rows = world.rows
    const { report } = await typo.cycle()
    console.log(n, report.status, JSON.stringify(report.plan), JSON.stringify(report.alarms), report.warnings)
    expect(world.sandbox.store.contacts().length).toBe(n)
  })
  test('F2 opt-outs of the same pull do not let the others through', async () => {
    const world = await anEngine({ source: SRC({ onRemoved: 'delete' }) })
    people(world, 25)
    await world.cycle()
    const typo = await anEngine({
      box: world,
      db: world.db,
      source: SRC({ onRemoved: 'delete', filter: 'record.status == "actve"' }),
    })
    typo.rows = world.rows
    for (let n = 1; n <= 6; n += 1) typo.rows[`r${n}`] = { ...typo.rows[`r${n}`], stop: 'yes' }
    for (let c = 0; c < 3; c += 1) {
      const { report } = await typo.cycle()
      console.log(report.status, JSON.stringify(report.plan))
    }
    expect(world.sandbox.store.contacts().length).toBe(25)
  })
})

test('L6 somebody for whom there was no room gets on the second list', async () => {
  const box = await withSandbox({ dialects: { listSize: 10 } })
  const world = await anEngine({ box, source: SRC(), lists: [GOLD], guard: FREE })
  people(world, 9)
  await world.cycle()
  await world.client.lists.update(world.sandbox.store.lists()[0]?.id ?? 0, { add_phones: ['15105559001'] })
  people(world, 10)
  const ends: unknown[] = []
  for (const mode of ['incremental', 'incremental', 'full', 'full', 'incremental'] as const) {
    const { report } = await world.cycle(mode)
    ends.push([report.status, report.plan.listAdd, report.push.deadLettered, report.warnings])
  }
  console.log(
    JSON.stringify(ends),
    world.sandbox.store.lists().map((l) => [l.title, [...l.members].length]),
  )
  expect(world.sandbox.store.lists().flatMap(({ members }) => [...members])).toContain(nthPhone(10))
})

test('G3 an approval of a removal is over when its person came back', async () => {
  const world = await anEngine({ source: aSource({ onRemoved: 'delete' }) })
  people(world, 100)
  await world.cycle()
  for (let n = 1; n <= 25; n += 1) delete world.rows[`r${n}`]
  const first = await world.cycle()
  // The export was broken: they are back, with another name, before anybody approves; then somebody approves.
  world.engine.held.approve(first.report.cycle, world.clock.now())
  people(world, 100)
  for (let n = 1; n <= 25; n += 1) world.rows[`r${n}`] = { ...world.rows[`r${n}`], first: 'New' }
  await world.cycle()
  for (let n = 1; n <= 25; n += 1) delete world.rows[`r${n}`]
  const last = await world.cycle()
  console.log(JSON.stringify(last.report.plan))
  expect(world.sandbox.store.contacts().length).toBe(100)
})

test('G4 held removals of a source whose updates are retrying', async () => {
  const world = await anEngine({
    source: aSource({ onRemoved: 'delete' }),
    guard: dials({ updates: { ratio: 0, min: 1 } }),
  })
  people(world, 100)
  await world.cycle()
  for (let n = 1; n <= 25; n += 1) delete world.rows[`r${n}`]
  const first = await world.cycle()
  world.engine.held.approve(first.report.cycle, world.clock.now())
  people(world, 100)
  for (let n = 1; n <= 25; n += 1) world.rows[`r${n}`] = { ...world.rows[`r${n}`], first: 'New' }
  await world.cycle()
  for (let n = 1; n <= 25; n += 1) delete world.rows[`r${n}`]
  const last = await world.cycle()
  console.log(JSON.stringify(last.report.plan))
  expect(world.sandbox.store.contacts().length).toBe(100)
})

test('M1 a merge cycle and a chain end with one contact each', async () => {
  const world = await anEngine({ source: aSource({ onRemoved: 'delete' }) })
  const rec = (id: string, n: number, mergedInto?: string) => ({
    id,
    fields: { phone: nthPhone(n), first: id, last: 'X' },
    updatedAt: null,
    ...(mergedInto ? { mergedInto } : {}),
  })
  const end = (covers: 'everything' | 'changes') => ({ covers, count: null })
  world.source.pages = () => [
    {
      records: [rec('a', 1), rec('b', 2), rec('c', 3), rec('d', 4), rec('e', 5)],
      position: 'x',
      end: end('everything'),
    } as Page,
  ]
  await world.cycle()
  world.source.pages = () => [
    {
      records: [rec('a', 1, 'b'), rec('b', 2, 'a'), rec('c', 3, 'd'), rec('d', 4, 'e'), rec('e', 5)],
      position: 'y',
      end: end('changes'),
    } as Page,
  ]
  const { report } = await world.cycle('incremental')
  console.log(JSON.stringify(report.plan))
  console.log(world.sandbox.store.contacts().map(({ first }) => first))
  world.source.pages = () => [{ records: [rec('e', 5)], position: 'x', end: end('everything') } as Page]
  const { report: r2 } = await world.cycle()
  console.log(JSON.stringify(r2.plan))
  expect(world.sandbox.store.contacts().map(({ first }) => first)).toEqual(['e'])
})

test.each(['create', 'update'] as const)(
  'P1 numbers swapped and back, and a ring of three (%s)',
  async (onPhoneChange) => {
    const world = await anEngine({ source: aSource({ onPhoneChange, onRemoved: 'delete' }) })
    const set = (...ns: number[]) => {
      world.rows = Object.fromEntries(
        ns.map((n, i) => [`r${i + 1}`, { phone: nthPhone(n), first: `R${i + 1}`, last: 'X' }]),
      )
    }
    const show = () =>
      Object.fromEntries(world.sandbox.store.contacts().map((c) => [String(c.phone).slice(-1), c.first]))
    for (const ns of [
      [1, 2, 3],
      [2, 1, 3],
      [1, 2, 3],
      [2, 3, 1],
      [2, 3, 4],
      [2, 2, 4],
      [1, 2, 4],
      [1, 2, 3],
      [3, 2, 1],
    ]) {
      set(...ns)
      for (let c = 0; c < 3; c += 1) await world.cycle()
      const want: Record<string, string> = {}
      ns.forEach((n, i) => {
        want[String(n)] ??= `R${i + 1}`
      })
      expect(show(), ns.join()).toEqual(want)
    }
  },
)
