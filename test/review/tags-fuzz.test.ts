import { expect, test } from 'vitest'
import type { Dialects } from '../../src/sandbox/dialects.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../support/engine.ts'
import { bent, FREE } from './support.ts'

function dice(seed: number) {
  let s = seed * 2654435761 + 7
  const next = () => {
    s = (s * 1103515245 + 12345) & 0x7fffffff
    return (s >> 8) / 0x7fffffff
  }
  for (let i = 0; i < 5; i += 1) next()
  return {
    next,
    pick: <T>(a: readonly T[]): T => a[Math.floor(next() * a.length) % a.length] as T,
    chance: (p: number) => next() < p,
  }
}
const SRC = aSource({ map: { tags: 'tags' } })
const OURS = ['t1', 't2', 't3', 't4', 't5', 't6', 't7']
const THEIRS = ['p1', 'p2', 'p3']
const N = 8
const COUNT = Number(process.env.FUZZ ?? 40)
const FROM = Number(process.env.FROM ?? 1)
const DIALECTS: Partial<Dialects>[] = [
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
test.each(Array.from({ length: COUNT }, (_, i) => i + FROM))('tags, seed %i', async (seed) => {
  const d = dice(seed)
  const dialects = { ...d.pick(DIALECTS), ...d.pick(DIALECTS) }
  const sub = (of: readonly string[], most: number) => {
    const all = [...of].sort(() => d.next() - 0.5)
    return all.slice(0, Math.floor(d.next() * (most + 1)))
  }
  const conf = () => ({
    tagPolicy: 'add' as const,
    tagPriority: sub(OURS, 3),
    fields: {
      tags: {
        onHeymarketEdit: d.pick(['source', 'heymarket'] as const),
        write: d.pick(['always', 'always', 'neverClear'] as const),
      },
    },
  })
  let c = conf()
  const story = [JSON.stringify({ dialects, c })]
  const world = await bent({
    dialects,
    seed,
    source: SRC,
    writes: d.pick(['auto', 'bulk', 'single'] as const),
    most: 20_000,
    ...c,
  })
  const ids = new Map<string, number>()
  for (const t of [...OURS, ...THEIRS]) {
    await world.client.tags.create(t)
  }
  for (const t of await world.client.tags.list())
    ids.set(
      (t as unknown as { tag?: string; name?: string }).tag ?? (t as unknown as { name: string }).name,
      t.id,
    )
  const name = new Map([...ids].map(([n, i]) => [i, n]))
  let engine: TestEngine = world
  // every tag is owned from the beginning
  engine.rows = {
    r99: { phone: nthPhone(99), first: 'x', last: 'y', tags: OURS.slice(0, 4).join(',') },
    r98: { phone: nthPhone(98), first: 'x', last: 'y', tags: OURS.slice(4).join(',') },
  }
  const rows: Record<string, Record<string, unknown>> = { ...engine.rows }
  const held = (i: number) => (world.sandbox.store.contact(nthPhone(i))?.tags ?? []).map((t) => t.tag)
  const want = new Map<number, string[]>()
  const agreed = new Map<number, string[]>()
  for (let i = 0; i < N; i += 1) want.set(i, sub(OURS, 7))
  const sync = async () => {
    for (let i = 0; i < N; i += 1)
      rows[`r${i}`] = { phone: nthPhone(i), first: `f${i}`, last: 'y', tags: want.get(i)!.join(',') }
    engine.rows = { ...rows }
    world.clock.advance(2 * 3_600_000)
    const { report } = await engine.cycle('full')
    story.push(report.status)
    expect(report.status, story.join('\n')).toBe('ok')
  }
  await sync()
  for (let round = 0; round < 6; round += 1) {
    if (d.chance(0.25)) {
      c = conf()
      story.push(JSON.stringify(c))
      engine = await anEngine({
        box: world,
        db: world.db,
        source: SRC,
        writes: world.engine.writes,
        guard: FREE,
        ...c,
      })
    }
    const before = new Map<
      number,
      { held: string[]; taken: string[]; given: string[]; wantBefore: string[] }
    >()
    for (let i = 0; i < N; i += 1) {
      const was = held(i)
      const wantBefore = want.get(i)!
      let now = [...was]
      if (d.chance(0.4)) {
        now = [
          ...now.filter(() => d.chance(0.7)),
          ...sub(
            [...OURS, ...THEIRS].filter((t) => !now.includes(t)),
            2,
          ),
        ].slice(0, 5)
        world.sandbox.store.edit(nthPhone(i), { tags: now.map((t) => ids.get(t)!) })
        story.push(`team ${i} ${was} -> ${now}`)
      }
      if (d.chance(0.4)) {
        want.set(i, sub(OURS, 7))
        story.push(`source ${i} ${want.get(i)}`)
      }
      before.set(i, {
        held: now,
        taken: was.filter((t) => !now.includes(t)),
        given: now.filter((t) => !was.includes(t)),
        wantBefore,
      })
    }
    await sync()
    for (let i = 0; i < N; i += 1) {
      const b = before.get(i)!
      const w = want.get(i)!
      const h = held(i)
      const label = `${story.join('\n')}\nround ${round} contact ${i}: held ${b.held} wanted ${w} (before ${b.wantBefore}) -> ${h}`
      expect(h.length, label).toBeLessThanOrEqual(5)
      for (const t of b.held.filter((x) => THEIRS.includes(x))) expect(h, label).toContain(t)
      if (c.fields.tags.write === 'neverClear' && w.length === 0) {
        expect([...h].sort(), label).toEqual([...b.held].sort())
        continue
      }
      if (c.fields.tags.onHeymarketEdit === 'source') {
        const theirs = b.held.filter((t) => THEIRS.includes(t))
        const first = c.tagPriority.filter((t) => w.includes(t))
        const all = [...first, ...w.filter((t) => !first.includes(t))].slice(0, 5 - theirs.length)
        expect([...h].sort(), label).toEqual([...theirs, ...all].sort())
      } else {
        // what they took of what the source did not touch stays away; what they gave of ours, and the source does not know, stays
        for (const t of b.taken.filter((x) => OURS.includes(x) && w.includes(x) && b.wantBefore.includes(x)))
          expect(h, `${label} taken ${t}`).not.toContain(t)
        for (const t of b.given.filter(
          (x) => OURS.includes(x) && !w.includes(x) && !b.wantBefore.includes(x),
        ))
          expect(h, `${label} given ${t}`).toContain(t)
      }
    }
    const writes = world.writes().length
    world.clock.advance(2 * 3_600_000)
    await engine.cycle('incremental')
    expect(world.writes().length, story.join('\n')).toBe(writes)
    agreed.clear()
  }
  void name
})
