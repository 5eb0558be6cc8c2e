// STOPs and contacts made by hand at any request of a cycle, in pairs of readings, with lost answers.
import { expect, test } from 'vitest'
import { DIALECT_TABLE, type Dialects } from '../../src/sandbox/dialects.ts'
import { nthPhone } from '../support/contact.ts'
import { bent, person, RICH } from './support.ts'

function dice(seed: number) {
  let s = seed * 2654435761 + 99
  const next = () => {
    s = (s * 1103515245 + 12345) & 0x7fffffff
    return (s >> 8) / 0x7fffff
  }
  for (let i = 0; i < 5; i += 1) next()
  return {
    next,
    pick: <T>(a: readonly T[]): T => a[Math.floor(next() * a.length) % a.length] as T,
    chance: (p: number) => next() < p,
  }
}
const NAMES = [
  'duplicatePhone',
  'putOmitted',
  'displayName',
  'omittedOptOut',
  'overwriteOmitted',
  'clearCustom',
  'tagsRead',
  'optedOutRead',
  'emptyFields',
  'emptyList',
  'createStatus',
  'errorBody',
  'unknownId',
  'resolution',
  'cursor',
  'batchAnswer',
  'batchSkipped',
  'batchCustom',
  'batchFields',
  'batchRefusal',
  'batchCalls',
  'bulkExisting',
  'bulkFields',
  'bulkRefusal',
  'bulkCalls',
  'searchCalls',
  'idText',
  'uuid',
  'listOrder',
  'page',
  'scalars',
  'tooManyTags',
  'unknownCustom',
  'zeroTimes',
  'trimNames',
  'countShape',
  'channelsRead',
  'channelIds',
  'optedOutInList',
] as const
const COUNT = Number(process.env.FUZZ ?? 40)
const FROM = Number(process.env.FROM ?? 1)
test.each(Array.from({ length: COUNT }, (_, i) => i + FROM))('mid-cycle, seed %i', async (seed) => {
  const d = dice(seed)
  const dialects: Record<string, unknown> = {}
  for (let i = 0; i < 4; i += 1) {
    const n = d.pick(NAMES)
    dialects[n] = d.pick((DIALECT_TABLE[n] as { values: readonly string[] }).values)
  }
  if (d.chance(0.3)) dialects.batchSize = d.pick([5, 7, 12])
  if (d.chance(0.3)) dialects.searchSize = d.pick([1, 3, 8])
  const faults = d.chance(0.5)
    ? {
        lostAnswer: 0.1,
        lostRequest: 0.05,
        error500After: 0.05,
        error500Before: 0.05,
        truncated: 0.05,
        rateLimited: 0.05,
      }
    : {}
  const story = [JSON.stringify({ dialects, faults })]
  const world = await bent({
    dialects: dialects as Partial<Dialects>,
    faults,
    seed,
    source: RICH,
    writes: d.pick(['auto', 'bulk'] as const),
    most: 30_000,
    fields: { default: { onHeymarketEdit: d.pick(['source', 'heymarket'] as const) } },
  })
  const stopped = new Set<string>()
  const typed = new Set<string>()
  const events = d.pick([0.02, 0.1, 0.3])
  const busy = (allow: boolean) => {
    world.bend = async (request, pass) => {
      const before = allow && d.chance(events)
      const act = () => {
        const n = 1 + Math.floor(d.next() * 40)
        const phone = nthPhone(n)
        const there = world.sandbox.store.contact(phone)
        if (there) {
          world.sandbox.store.stop(phone)
          stopped.add(phone)
          story.push(`stop ${phone} at ${request.method} ${request.path}`)
        } else if (d.chance(0.3)) {
          world.sandbox.store.fill([{ phone, first: 'Typed' }])
          typed.add(phone)
          story.push(`fill ${phone} at ${request.method} ${request.path}`)
        }
      }
      if (before && d.chance(0.5)) act()
      const a = await pass()
      if (before) act()
      return a
    }
  }
  const optedIn: string[] = []
  const check = () => {
    for (const phone of stopped)
      if (!world.sandbox.store.contacts().some((c) => c.phone === phone && c.is_opted_out))
        optedIn.push(phone)
  }
  const pull = async (label: string) => {
    const r = await world.cycle(d.pick(['full', 'incremental'] as const)).then(
      ({ report }) => `${report.status} ${JSON.stringify(report.push)} ${JSON.stringify(report.plan)}`,
      (e: Error & { code?: string }) => `${e.code} ${e.message}`,
    )
    story.push(`${label}: ${r}`)
    expect(r, story.join('\n')).not.toMatch(/ERR_COUNTS|ERR_INTERNAL|RUNAWAY/)
    world.clock.advance(10 * 60_000)
    return r
  }
  const rows = () => {
    for (let n = 1; n <= 40; n += 1)
      world.rows[`r${n}`] = person(n, {
        first: `A${Math.floor(d.next() * 3)}`,
        plan: d.pick(['', 'Gold', 'Silver', '7']),
        tags: d.pick(['', 'VIP', 'VIP,Newsletter']),
        stop: (world.rows[`r${n}`]?.stop as string) ?? (d.chance(0.1) ? 'yes' : 'no'),
      })
  }
  for (let round = 0; round < 3; round += 1) {
    rows()
    busy(true)
    await pull('busy')
    check()
    if (d.chance(0.5)) await pull('busy')
    check()
  }
  busy(false)
  let last = ''
  for (let t = 0; t < 8; t += 1) {
    last = await pull('quiet')
    if (last.startsWith('ok')) break
  }
  expect(optedIn, story.join('\n')).toEqual([])
  const dead = world.engine.outbox.inState('dead').map((o) => `${o.phone} ${o.error}`)
  const merges = dialects.tagsWrite === 'merge'
  expect({ dead, ok: last.slice(0, 2) }, story.join('\n')).toEqual({ dead: [], ok: 'ok' })
  const phones = world.sandbox.store
    .contacts()
    .map((c) => c.phone)
    .sort()
  expect(phones, story.join('\n')).toEqual([...new Set(phones)])
  expect(phones).toHaveLength(40)
  for (const c of world.sandbox.store.contacts()) {
    const row = Object.values(world.rows).find((r) => r.phone === c.phone)!
    const policyHolds = typed.has(c.phone!) && story.length > 0
    if (!merges && !policyHolds)
      expect(
        [
          c.phone,
          c.first,
          c.email,
          c.custom['901'] ?? '',
          c.tags
            .map((t) => t.tag)
            .sort()
            .join(),
        ],
        story.join('\n'),
      ).toEqual([row.phone, row.first, row.email, row.plan, String(row.tags).split(',').sort().join()])
    if (row.stop === 'yes' || stopped.has(c.phone!)) expect(c.is_opted_out, story.join('\n')).toBe(true)
  }
  const before =
    world.writes().length +
    world.log.filter(
      (r) => r.path.startsWith('/v1/batch') || (r.path === '/v2/contacts' && r.method === 'POST'),
    ).length
  await pull('silent')
  expect(
    world.writes().length +
      world.log.filter(
        (r) => r.path.startsWith('/v1/batch') || (r.path === '/v2/contacts' && r.method === 'POST'),
      ).length,
    story.join('\n'),
  ).toBe(before)
})
