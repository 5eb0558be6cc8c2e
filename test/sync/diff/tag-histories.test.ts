// Tags over whole histories, under `tagPolicy: add`. After each cycle, of a contact that held some tags and whose source wants some:
//   a tag that no record ever gave stays;
//   where the source decides, the rest are its tags, first those of tagPriority, as far as five allow;
//   where an edit in Heymarket counts, what the team took stays away and what it gave stays, as long as the source says the same;
//   under neverClear a source without tags changes nothing;
// and the next cycle writes nothing (I7).
import { expect, test } from 'vitest'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import { aBentEngine, FREE } from '../../support/bent.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../../support/engine.ts'
import { type Fate, fate, seeds, story } from '../../support/fate.ts'

const FILE = 'test/sync/diff/tag-histories.test.ts'
const SOURCE = aSource({ map: { tags: 'tags' } })
const OURS = ['t1', 't2', 't3', 't4', 't5', 't6', 't7']
const THEIRS = ['p1', 'p2', 'p3']
const PEOPLE = 8
const MOST = 5
const HOURS = 2 * 3_600_000

const READINGS: readonly [Partial<Dialects>, ...Partial<Dialects>[]] = [
  {},
  { tagsRead: 'ids' },
  { tagsRead: 'refs' },
  { batchFields: 'basic' },
  { batchCalls: 'gone' },
  { tooManyTags: 'truncate' },
  { emptyFields: 'omitted' },
  { emptyList: 'null' },
  { putOmitted: 'keep' },
]

const aConfig = (chance: Fate) => ({
  tagPriority: chance.some(OURS, 3),
  fields: {
    tags: {
      onHeymarketEdit: chance.pick(['source', 'heymarket']),
      write: chance.pick(['always', 'always', 'neverClear']),
    },
  },
})

interface Person {
  wanted: string[]
  /** What the source wanted before, and what was held before and after the team's edit. */
  wantedBefore: string[]
  was: string[]
  held: string[]
}

/** What somebody may hold now; the message says which rule is broken. */
function expectRight(now: string[], one: Person, config: ReturnType<typeof aConfig>, message: string): void {
  const { wanted, wantedBefore, was, held } = one
  const { onHeymarketEdit, write } = config.fields.tags
  const theirs = held.filter((tag) => THEIRS.includes(tag))
  expect(now.length, message).toBeLessThanOrEqual(MOST)
  expect(now, message).toEqual(expect.arrayContaining(theirs))
  if (write === 'neverClear' && wanted.length === 0) {
    expect([...now].sort(), message).toEqual([...held].sort())
  } else if (onHeymarketEdit === 'source') {
    const first = config.tagPriority.filter((tag) => wanted.includes(tag))
    const inOrder = [...first, ...wanted.filter((tag) => !first.includes(tag))]
    const room = MOST - theirs.length
    expect([...now].sort(), message).toEqual([...theirs, ...inOrder.slice(0, room)].sort())
  } else {
    const same = (tag: string) => wanted.includes(tag) === wantedBefore.includes(tag)
    const edited = OURS.filter((tag) => same(tag) && was.includes(tag) !== held.includes(tag))
    for (const tag of edited) {
      // A tag that the team takes and the source does not want, or gives and the source wants, is no dispute.
      if (held.includes(tag) === wanted.includes(tag)) continue
      expect(now.includes(tag), `${message}\n${tag}`).toBe(held.includes(tag))
    }
  }
}

test.each(seeds(6))('history %i', async (seed) => {
  const chance = fate(seed)
  const told = story(FILE, seed)
  const dialects = { ...chance.pick(READINGS), ...chance.pick(READINGS) }
  const writes = chance.pick(['auto', 'bulk', 'single'])
  let config = aConfig(chance)
  told.tell(JSON.stringify({ dialects, writes, config }))
  const world = await aBentEngine({ dialects, seed, source: SOURCE, writes, most: 20_000, ...config })
  for (const tag of [...OURS, ...THEIRS]) await world.client.tags.create(tag)
  const ids = new Map((await world.client.tags.list()).map(({ id, name }) => [name, id]))
  const held = (n: number) => world.sandbox.store.contact(nthPhone(n))?.tags.map(({ tag }) => tag) ?? []
  const people = Array.from(
    { length: PEOPLE },
    (): Person => ({ wanted: chance.some(OURS, 7), wantedBefore: [], was: [], held: [] }),
  )
  let engine: TestEngine = world
  const row = (n: number, tags: readonly string[]) => ({
    phone: nthPhone(n),
    first: 'x',
    last: 'y',
    tags: tags.join(),
  })
  const sync = async (mode: 'full' | 'incremental' = 'full') => {
    // From the first cycle on, records give all of ours.
    engine.rows = { r98: row(98, OURS.slice(0, 4)), r99: row(99, OURS.slice(4)) }
    for (const [n, { wanted }] of people.entries()) engine.rows[`r${n}`] = row(n, wanted)
    world.clock.advance(HOURS)
    expect((await engine.cycle(mode)).report.status, told.toString()).toBe('ok')
  }
  await sync()
  for (let round = 0; round < 6; round += 1) {
    if (chance.chance(0.25)) {
      config = aConfig(chance)
      told.tell(JSON.stringify(config))
      engine = await anEngine({ box: world, db: world.db, source: SOURCE, writes, guard: FREE, ...config })
    }
    for (const [n, one] of people.entries()) {
      one.was = held(n)
      one.held = one.was
      one.wantedBefore = one.wanted
      if (chance.chance(0.4)) {
        const others = [...OURS, ...THEIRS].filter((tag) => !one.was.includes(tag))
        const stay = one.was.filter(() => chance.chance(0.7))
        one.held = [...stay, ...chance.some(others, 2)].slice(0, MOST)
        told.tell(`team ${n}: ${one.was} -> ${one.held}`)
        world.sandbox.store.edit(nthPhone(n), { tags: one.held.map((tag) => ids.get(tag) ?? 0) })
      }
      if (chance.chance(0.4)) {
        one.wanted = chance.some(OURS, 7)
        told.tell(`source ${n}: ${one.wanted}`)
      }
    }
    await sync()
    for (const [n, one] of people.entries()) {
      const message = `${told}\nround ${round}, ${n}: held ${one.held}, wanted ${one.wanted}, holds ${held(n)}`
      expectRight(held(n), one, config, message)
    }
    const before = world.log.length
    await sync('incremental')
    const written = world.log
      .slice(before)
      .filter(({ path, method }) => method === 'PUT' || /^[/]v1[/](contact|batch[/]contacts)$/.test(path))
    expect(written, told.toString()).toEqual([])
  }
})
