// What a batch leaves undone, because the account is late, keeps only some of the fields, or refuses: it is finished by single
// writes or said to have failed, in this cycle or the next, and never goes round for ever.
import { describe, expect, test } from 'vitest'
import { LineError } from '../../../src/heymarket/line.ts'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import { madeTwice } from '../../invariants/situations.ts'
import { aBentEngine, answer, type BentEngine, isBatch } from '../../support/bent.ts'
import { nthPhone } from '../../support/contact.ts'
import { aFieldIsGone, people, person, RICH, renamed } from './support.ts'

const BASIC = { batchFields: 'basic' } as const

describe('an account that shows writes late', () => {
  test('and keeps only basic fields of many: a cycle of edits ends, with each of them made', async () => {
    const world = await aBentEngine({
      dialects: { visibilityDelayMs: 10_000, ...BASIC },
      source: RICH,
      writes: 'auto',
      most: 200,
    })
    people(world, 30)
    await world.cycle()
    for (let n = 1; n <= 30; n += 1) world.rows[`r${n}`] = person(n, { plan: `P${n}` })
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 30 } })
  })

  test.each([10_000, 60_000, 300_000])('after %i ms: edits cost no more than one by one', async (late) => {
    const world = await aBentEngine({ dialects: { visibilityDelayMs: late }, source: RICH, writes: 'auto' })
    people(world, 30)
    await world.cycle()
    for (let quiet = 0; quiet < 2; quiet += 1) {
      world.clock.advance(600_000)
      await world.cycle()
    }
    renamed(world, 30)
    const before = world.log.length
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 30 } })
    const requests = world.log.slice(before)
    expect(requests.filter(isBatch).length).toBeLessThanOrEqual(1)
    expect(requests.length).toBeLessThan(45)
  })

  test('is asked for four of five that it accepted as long as for all five', async () => {
    const world = await aBentEngine({
      dialects: { visibilityDelayMs: 10_000, duplicatePhone: 'duplicate', unknownCustom: 'reject' },
      source: RICH,
      writes: 'auto',
    })
    for (let n = 1; n <= 5; n += 1) world.rows[`r${n}`] = person(n, { plan: n === 1 ? 'Gold' : '' })
    await aFieldIsGone(world, 'Plan')
    expect((await world.cycle()).report.push).toMatchObject({ acked: 4, deadLettered: 1 })
    world.clock.advance(60_000)
    expect(madeTwice(world)).toEqual([])
  })
})

test.each<Partial<Dialects>>([{ batchAnswer: 'contacts' }, {}])(
  'edits of a field that was deleted in the account a moment ago are dead letters (%j)',
  async (dialects) => {
    const world = await aBentEngine({
      dialects: { ...dialects, unknownCustom: 'reject' },
      source: RICH,
      writes: 'auto',
      most: 200,
    })
    people(world, 12, { plan: '' })
    await world.cycle()
    for (let n = 1; n <= 12; n += 1) world.rows[`r${n}`] = person(n, { plan: `P${n}` })
    await aFieldIsGone(world, 'Plan')
    expect((await world.cycle()).report.push).toMatchObject({ acked: 0, deadLettered: 12 })
  },
)

describe('tags that somebody took away, and that a batch does not put back', () => {
  /** Eight people of a batch that keeps no tags; their tags are gone, and single writes fail as `fails` says. */
  async function tagsAreGone(fails: () => Promise<ReturnType<typeof answer>>): Promise<BentEngine> {
    const world = await aBentEngine({ source: RICH, writes: 'auto', dialects: BASIC, most: 1000 })
    people(world, 8, { tags: 'VIP', stop: 'no' })
    await world.cycle()
    await world.cycle()
    for (let n = 1; n <= 8; n += 1) world.sandbox.store.edit(nthPhone(n), { tags: [] })
    world.clock.advance(3_600_000)
    world.bend(async (request, pass) => (request.method === 'PUT' ? fails() : pass()))
    return world
  }
  const tagged = (world: BentEngine) =>
    world.sandbox.store.contacts().filter(({ tags }) => tags.length === 1).length

  test('are tried again after single writes failed, and the counts add up (I1)', async () => {
    const world = await tagsAreGone(async () => answer(500, 'down'))
    expect((await world.cycle()).report).toMatchObject({
      status: 'failed',
      push: { acked: 0, retrying: 8, deadLettered: 0 },
    })
    world.straighten()
    world.clock.advance(600_000)
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 8 } })
    expect(tagged(world)).toBe(8)
  })

  test('are put back by the next cycle where the first was cut off', async () => {
    const world = await tagsAreGone(async () => {
      throw new LineError('ECONNREFUSED', false)
    })
    await expect(world.cycle()).rejects.toThrow('ECONNREFUSED')
    world.straighten()
    world.clock.advance(600_000)
    expect((await world.cycle()).report.status).toBe('ok')
    expect(tagged(world)).toBe(8)
  })
})
