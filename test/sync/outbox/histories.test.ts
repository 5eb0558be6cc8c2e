// Dead letters over whole histories: whatever is refused, lost, mended or put back, every cycle adds up (I1; a cycle whose
// counts are off throws), and once nothing happens any more nothing is written (I7).
import { expect, test } from 'vitest'
import { revive } from '../../../src/sync/outbox/revive.ts'
import { nthPhone } from '../../support/contact.ts'
import { dice } from '../../support/dice.ts'
import { anEngine, aSource, dials, type TestEngine } from '../../support/engine.ts'
import { withSandbox } from '../../support/heymarket.ts'

const PEOPLE = 8
const OWNERS = ['', 'ana@example.com', 'Ben Okafor']
const TAGS = ['', 'VIP', 'Newsletter']

/** No dial trips: what the guard holds is another story. */
const OPEN = dials({
  removals: { ratio: 1, min: 1000 },
  updates: { ratio: 1, min: 1000 },
  blanks: { ratio: 1, min: 1000 },
  optOuts: { ratio: 1, min: 1000 },
})

async function start(rung: 'clear' | 'delete' | 'removeFromLists'): Promise<TestEngine> {
  // Assignees and tags that go are acknowledged and not kept; hidden contacts make creates fail.
  const dialects = { assigneeIds: 'users', tagsWrite: 'merge', duplicatePhone: 'reject' } as const
  const source = aSource({ map: { assignee: 'owner', tags: 'tags', optedOut: 'stop' }, onRemoved: rung })
  return anEngine({ box: await withSandbox({ dialects }), source, guard: OPEN })
}

async function happen(world: TestEngine, roll: (sides: number) => number): Promise<unknown> {
  const n = 1 + roll(PEOPLE)
  const { mirror, outbox, lookups } = world.engine
  const { sandbox } = world
  switch (roll(9)) {
    case 0:
    case 1:
    case 2:
      world.rows[`r${n}`] = {
        phone: nthPhone(n),
        first: `P${roll(3)}`,
        last: 'X',
        owner: OWNERS[roll(3)],
        tags: TAGS[roll(3)],
        stop: roll(10) === 0 ? 'yes' : 'no',
      }
      return null
    case 3:
      if (Object.keys(world.rows).length > 1) delete world.rows[`r${n}`]
      return null
    case 4:
      lookups.forget()
      return world.client.tags.create(`T${sandbox.store.requests().length}`)
    case 5:
      revive(
        mirror,
        outbox,
        outbox.inState('dead').filter(() => roll(2) === 0),
      )
      return null
    case 6: {
      const all = sandbox.store.contacts()
      const one = all[roll(Math.max(1, all.length))]
      return one && world.client.contacts.remove(one.id)
    }
    case 7:
      sandbox.configure({ dialects: { visibilityDelayMs: roll(2) === 0 ? 0 : 600_000 } })
      return sandbox.store.contact(nthPhone(n)) === null
        ? world.client.contacts.create({ phone: nthPhone(n), first: 'Typed' })
        : null
    default:
      sandbox.configure({ dialects: { assigneeIds: roll(2) === 0 ? 'users' : 'members' } })
      return null
  }
}

test.each(Array.from({ length: 12 }, (_, seed) => seed + 1))('history %i', async (seed) => {
  const roll = dice(seed * 7919)
  const world = await start((['clear', 'delete', 'removeFromLists'] as const)[seed % 3] ?? 'clear')
  for (let step = 0; step < 25; step += 1) {
    await happen(world, roll)
    if (roll(3) > 0) world.clock.advance(roll(2) * 60_000)
    const { report } = await world.cycle(roll(4) === 0 ? 'full' : 'incremental')
    expect(report.push.deadLettered).toBeLessThanOrEqual(world.engine.outbox.counts().dead)
  }
  world.sandbox.configure({ dialects: { visibilityDelayMs: 0 } })
  for (const mode of ['full', 'incremental', 'full'] as const) {
    world.clock.advance(15 * 60_000)
    await world.cycle(mode)
  }
  const before = world.writes().length
  for (const mode of ['incremental', 'full'] as const) {
    world.clock.advance(15 * 60_000)
    await world.cycle(mode)
  }
  expect(world.writes().slice(before)).toEqual([])
  expect(world.engine.outbox.counts()).toMatchObject({ pending: 0, in_flight: 0, unsettled: 0 })
})
