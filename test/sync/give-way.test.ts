// Reading gives way between two pages to something more urgent, and goes on where it was.
import type { Page } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import { withEarlier } from '../../src/sync/report.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, type TestEngine } from '../support/engine.ts'
import { withSandbox } from '../support/heymarket.ts'

const PAGES = 6
const PER_PAGE = 10

/** A source of several pages, each of which takes 20 seconds. */
async function slowSource(resumable: boolean) {
  const box = await withSandbox({ dialects: { maxLimit: 7 } })
  const world = await anEngine({ box, can: { resumable } })
  const read: number[] = []
  world.source.pages = function* ({ resumeAfter }): Iterable<Page> {
    for (let page = Number(resumeAfter ?? 0) + 1; page <= PAGES; page += 1) {
      world.clock.advance(20_000)
      read.push(page)
      const records = Array.from({ length: PER_PAGE }, (_, index) => {
        const n = (page - 1) * PER_PAGE + index + 1
        return { id: `r${n}`, fields: { phone: nthPhone(n), first: `P${n}`, last: '' }, updatedAt: null }
      })
      const end = { covers: 'everything', count: PAGES * PER_PAGE } as const
      yield { records, position: String(page), ...(page === PAGES ? { end } : {}) }
    }
  }
  return { world, read }
}

const there = (world: TestEngine) => world.sandbox.store.contacts().length
const asked = () => true

describe('a pull', () => {
  test('gives way after half a minute, and goes on where it was', async () => {
    const { world, read } = await slowSource(true)
    let outcome = await world.cycle('full', { yieldNow: asked })
    expect(outcome).toMatchObject({
      goOn: { sources: ['clinic'] },
      report: { sources: [{ read: 20, part: true }] },
    })
    expect(read).toEqual([1, 2])
    expect(there(world)).toBe(0)
    expect(world.engine.cycles.latest(1)).toMatchObject([{ status: 'interrupted', error: null }])

    let report = outcome.report
    while (outcome.goOn !== null) {
      outcome = await world.cycle('full', { yieldNow: asked, ...outcome.goOn })
      report = withEarlier(report, outcome.report)
    }
    expect(read).toEqual([1, 2, 3, 4, 5, 6])
    expect(there(world)).toBe(60)
    expect(report).toMatchObject({
      status: 'ok',
      mode: 'full',
      sources: [{ id: 'clinic', read: 60, accepted: 60, gone: 0 }],
    })
    expect(report.sources[0]).not.toHaveProperty('part')
  })

  test('that was read in parts proves nobody gone, so the next one is read in one go, and does', async () => {
    const { world, read } = await slowSource(true)
    await world.cycle('full')
    let outcome = await world.cycle('full', { yieldNow: asked })
    while (outcome.goOn !== null) outcome = await world.cycle('full', { yieldNow: asked, ...outcome.goOn })
    expect(outcome.report.warnings).toEqual([expect.stringContaining('in parts')])
    read.length = 0
    expect(await world.cycle('full', { yieldNow: asked })).toMatchObject({
      goOn: null,
      report: { status: 'ok', warnings: [] },
    })
    expect(read).toHaveLength(PAGES)
    expect((await world.cycle('full', { yieldNow: asked })).goOn).not.toBeNull()
  })

  test('does not give way while nobody waits', async () => {
    const { world, read } = await slowSource(true)
    expect(await world.cycle('full', { yieldNow: () => false })).toMatchObject({
      goOn: null,
      report: { status: 'ok' },
    })
    expect(read).toHaveLength(PAGES)
  })

  test('does not give way where it could not go on: it would begin anew each time', async () => {
    const { world } = await slowSource(false)
    expect(await world.cycle('full', { yieldNow: asked })).toMatchObject({
      goOn: null,
      report: { status: 'ok' },
    })
  })
})

describe('reading the account', () => {
  test('gives way without asking the sources again, and goes on where it was', async () => {
    const { world, read } = await slowSource(true)
    await world.cycle('full')
    const before = world.exchanges.length
    let pages = 0
    // Somebody waits from the second page of the account on, and each page takes long.
    const yieldNow = () => {
      pages += 1
      return pages >= 2
    }
    world.source.pages = () => [{ records: [], position: 'end', end: { covers: 'changes', count: null } }]
    const { contacts } = world.engine.client
    const real = contacts.page
    Object.assign(contacts, {
      page: (...given: Parameters<typeof real>) => {
        world.clock.advance(40_000)
        return real(...given)
      },
    })
    const first = await world.cycle('full', { yieldNow })
    expect(first).toMatchObject({ goOn: { sources: [] } })
    const read1 = world.exchanges.length - before
    const second = await world.cycle('full', { ...first.goOn, yieldNow: () => false })
    expect(second).toMatchObject({
      goOn: null,
      report: { status: 'ok', sources: [], reconcile: { complete: true, seen: 60 } },
    })
    expect(read).toHaveLength(PAGES)
    expect(read1).toBeLessThan(8)
  })
})
