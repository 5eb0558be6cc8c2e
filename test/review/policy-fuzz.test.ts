// The table of docs/configuration.md#fields as a model, lived through in random histories.
import { expect, test } from 'vitest'
import type { Dialects } from '../../src/sandbox/dialects.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../support/engine.ts'
import { bent, FREE } from './support.ts'

function dice(seed: number) {
  let s = seed * 2654435761 + 12345
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
const SRC = aSource({
  map: { first: 'first', last: 'last', email: 'email', custom: { Plan: 'plan', Notes: 'notes' } },
})
const FIELDS = ['first', 'email', 'custom.Plan', 'custom.Notes'] as const
type F = (typeof FIELDS)[number]
const VALUES = ['', 'a', 'b', 'c']
const value = (f: F, v: string) => (v === '' ? '' : f === 'email' ? `${v}@example.com` : v)
interface M {
  wanted: string
  found: string
  base: string | undefined
}
type Policy = { write: 'always' | 'neverClear' | 'ifEmpty'; onHeymarketEdit: 'source' | 'heymarket' }

function step(m: M, p: Policy) {
  if (m.found === m.wanted) {
    m.base = m.wanted
    return
  }
  if ((p.write === 'ifEmpty' && m.found !== '') || (p.write === 'neverClear' && m.wanted === '')) {
    m.base = m.found
    return
  }
  const keeps = p.onHeymarketEdit === 'heymarket'
  if (m.base === undefined ? keeps && m.found !== '' : m.found !== m.base && keeps && m.wanted === m.base) {
    m.base = m.wanted
    return
  }
  m.found = m.wanted
  m.base = m.wanted
}

const N = 12
const DIALECTS: Partial<Dialects>[] = [
  {},
  { batchCalls: 'gone' },
  { batchFields: 'basic' },
  { batchCustom: 'replace' },
  { optedOutRead: 'absent' },
  { optedOutRead: 'omitFalse' },
  { putOmitted: 'keep' },
  { resolution: 'second' },
  { emptyFields: 'omitted' },
  { batchSize: 5, searchSize: 3 },
  { searchCalls: 'gone' },
  { overwriteOmitted: 'keeps' },
  { displayName: 'recompute' },
  { batchAnswer: 'contacts' },
  { duplicatePhone: 'duplicate' },
  { batchRefusal: 'whole' },
]
const COUNT = Number(process.env.FUZZ ?? 60)
const FROM = Number(process.env.FROM ?? 1)
const STALE = process.env.STALE
test.each(Array.from({ length: COUNT }, (_, i) => i + FROM))('policies, seed %i', async (seed) => {
  const d = dice(seed)
  const dialects = { ...d.pick(DIALECTS), ...d.pick(DIALECTS) }
  const faults = d.chance(0.4) ? { lostAnswer: 0.1, error500After: 0.05, lostRequest: 0.05 } : {}
  const story: string[] = [JSON.stringify({ dialects, faults })]
  const policy = (): Policy => ({
    write: d.pick(['always', 'always', 'neverClear', 'ifEmpty'] as const),
    onHeymarketEdit: d.pick(['source', 'heymarket'] as const),
  })
  let policies = Object.fromEntries(FIELDS.map((f) => [f, policy()])) as Record<F, Policy>
  const config = () => ({
    first: policies.first,
    email: policies.email,
    custom: { Plan: policies['custom.Plan'], Notes: policies['custom.Notes'] },
  })
  const world = await bent({
    dialects,
    faults,
    seed,
    source: SRC,
    writes: d.pick(['auto', 'bulk', 'single'] as const),
    fields: config(),
    most: 20_000,
  })
  let engine: TestEngine = world
  const rows: Record<string, Record<string, unknown>> = {}
  const model = Array.from(
    { length: N },
    () =>
      Object.fromEntries(
        FIELDS.map((f) => [f, { wanted: value(f, d.pick(VALUES)), found: '', base: undefined } as M]),
      ) as Record<F, M>,
  )
  const store = () => {
    for (const [i, m] of model.entries())
      rows[`r${i}`] = {
        phone: nthPhone(i),
        last: 'L',
        first: m.first.wanted,
        email: m.email.wanted,
        plan: m['custom.Plan'].wanted,
        notes: m['custom.Notes'].wanted,
      }
    engine.rows = { ...rows }
  }
  // some are there before
  for (let i = 0; i < 4; i += 1) {
    const m = model[i]!
    for (const f of FIELDS) m[f].found = value(f, d.pick(VALUES))
    world.sandbox.store.fill([
      {
        phone: nthPhone(i),
        first: m.first.found,
        last: 'L',
        email: m.email.found,
        custom: Object.fromEntries(
          [
            ['901', m['custom.Plan'].found],
            ['903', m['custom.Notes'].found],
          ].filter(([, v]) => v !== ''),
        ) as Record<string, string>,
      },
    ])
  }
  for (let round = 0; round < 7; round += 1) {
    if (round > 0) {
      if (d.chance(0.25)) {
        policies = Object.fromEntries(FIELDS.map((f) => [f, policy()])) as Record<F, Policy>
        story.push(`policies ${JSON.stringify(policies)}`)
        engine = await anEngine({
          box: world,
          db: world.db,
          source: SRC,
          writes: world.engine.writes,
          guard: FREE,
          fields: config(),
        })
      }
      for (const [i, m] of model.entries()) {
        if (d.chance(0.5)) {
          const f = d.pick(FIELDS)
          m[f].wanted = value(f, d.pick(VALUES))
          story.push(`source ${i} ${f}=${m[f].wanted}`)
        }
        if (d.chance(0.4)) {
          const f = d.pick(FIELDS)
          m[f].found = value(f, d.pick(VALUES))
          story.push(`team ${i} ${f}=${m[f].found}`)
          const held = world.sandbox.store.contact(nthPhone(i))!
          const id = f === 'custom.Plan' ? '901' : '903'
          const custom: Record<string, string> = { ...held.custom }
          if (m[f].found === '') delete custom[id]
          else custom[id] = m[f].found
          world.sandbox.store.edit(nthPhone(i), f.startsWith('custom') ? { custom } : { [f]: m[f].found })
        }
      }
    }
    store()
    for (const m of model) for (const f of FIELDS) step(m[f], policies[f])
    world.clock.advance(2 * 3_600_000)
    let last = 'none'
    for (let t = 0; t < 8; t += 1) {
      last = await engine.cycle(d.pick(['full', 'incremental'] as const)).then(
        ({ report }) => (report.status === 'ok' ? 'ok' : JSON.stringify(report)),
        (e: Error) => e.message,
      )
      story.push(`cycle ${last.slice(0, 300)}`)
      world.clock.advance(15 * 60_000)
      if (last === 'ok') break
    }
    const dead = engine.engine.outbox.inState('dead').map((o) => `${o.phone} ${o.error}`)
    expect({ dead, last }, story.join('\n')).toEqual({ dead: [], last: 'ok' })
    for (const [i, m] of model.entries()) {
      const c = world.sandbox.store.contact(nthPhone(i))!
      const shown = {
        first: c.first,
        email: c.email,
        'custom.Plan': c.custom['901'] ?? '',
        'custom.Notes': c.custom['903'] ?? '',
      }
      expect({ round, i, ...shown }, story.join('\n')).toEqual({
        round,
        i,
        ...Object.fromEntries(FIELDS.map((f) => [f, m[f].found])),
      })
    }
  }
})
void STALE
