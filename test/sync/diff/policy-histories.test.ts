// The field policies of docs/configuration.md#fields as a model, held against Heymarket over whole histories in which the
// source and the team edit, and the policies change. The model of one field of one contact:
//   wanted  what the source says;  found  what Heymarket holds;  base  what both last agreed on, or left as it was
// and `settle` says what one cycle makes of it. Whatever the reading of the API, Heymarket then holds `found`.
import { expect, test } from 'vitest'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import { aBentEngine, FREE } from '../../support/bent.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../../support/engine.ts'
import { type Fate, fate, seeds, story } from '../../support/fate.ts'

const FILE = 'test/sync/diff/policy-histories.test.ts'
const PEOPLE = 12
const SOURCE = aSource({ map: { email: 'email', custom: { Plan: 'plan', Notes: 'notes' } } })
const FIELDS = ['first', 'email', 'plan', 'notes'] as const
type Field = (typeof FIELDS)[number]
const CUSTOM: Partial<Record<Field, string>> = { plan: '901', notes: '903' }

interface Model {
  wanted: string
  found: string
  base: string | null
}

interface Policy {
  readonly write: 'always' | 'neverClear' | 'ifEmpty'
  readonly onHeymarketEdit: 'source' | 'heymarket'
}

function settle(model: Model, { write, onHeymarketEdit }: Policy): void {
  const { wanted, found, base } = model
  const mayNot = (write === 'ifEmpty' && found !== '') || (write === 'neverClear' && wanted === '')
  const keeps = onHeymarketEdit === 'heymarket'
  const edited = base === null ? keeps && found !== '' : keeps && found !== base && wanted === base
  if (found === wanted) model.base = wanted
  else if (mayNot) model.base = found
  else if (edited) model.base = wanted
  else {
    model.found = wanted
    model.base = wanted
  }
}

type PerField<T> = Record<Field, T>
const perField = <T>(make: (field: Field) => T): PerField<T> => ({
  first: make('first'),
  email: make('email'),
  plan: make('plan'),
  notes: make('notes'),
})

const READINGS: readonly [Partial<Dialects>, ...Partial<Dialects>[]] = [
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

const aValue = (chance: Fate, field: Field) => {
  const value = chance.pick(['', 'a', 'b', 'c'])
  return value !== '' && field === 'email' ? `${value}@example.com` : value
}

const aPolicy = (chance: Fate): Policy => ({
  write: chance.pick(['always', 'always', 'neverClear', 'ifEmpty']),
  onHeymarketEdit: chance.pick(['source', 'heymarket']),
})

const inConfig = ({ first, email, plan, notes }: PerField<Policy>) => ({
  first,
  email,
  custom: { Plan: plan, Notes: notes },
})

/** What Heymarket holds of somebody, or is to hold. */
const customOf = (models: PerField<Model>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ 901: models.plan.found, 903: models.notes.found }).filter(([, value]) => value !== ''),
  )

function shown(world: TestEngine, n: number): PerField<string> {
  const contact = world.sandbox.store.contact(nthPhone(n))
  return perField((field) => {
    const id = CUSTOM[field]
    if (id !== undefined) return contact?.custom[id] ?? ''
    return (field === 'first' ? contact?.first : contact?.email) ?? 'nobody'
  })
}

test.each(seeds(7))('history %i', async (seed) => {
  const chance = fate(seed)
  const told = story(FILE, seed)
  const dialects = { ...chance.pick(READINGS), ...chance.pick(READINGS) }
  const faults = chance.chance(0.4) ? { lostAnswer: 0.1, error500After: 0.05, lostRequest: 0.05 } : {}
  const writes = chance.pick(['auto', 'bulk', 'single'])
  let policies = perField(() => aPolicy(chance))
  told.tell(JSON.stringify({ dialects, faults, writes, policies }))
  const bent = { dialects, faults, seed, source: SOURCE, writes, fields: inConfig(policies), most: 20_000 }
  const world = await aBentEngine(bent)
  let engine: TestEngine = world
  const everybody = Array.from({ length: PEOPLE }, (_, n) =>
    perField((field): Model => {
      const before = n < 4 ? aValue(chance, field) : ''
      return { wanted: aValue(chance, field), found: before, base: null }
    }),
  )
  // Four are there before heysync.
  world.sandbox.store.fill(
    everybody.slice(0, 4).map((models, n) => ({
      phone: nthPhone(n),
      first: models.first.found,
      last: 'L',
      email: models.email.found,
      custom: customOf(models),
    })),
  )
  const edit = (models: PerField<Model>, n: number) => {
    const field = chance.pick(FIELDS)
    models[field].found = aValue(chance, field)
    told.tell(`team ${n} ${field}=${models[field].found}`)
    const { first, email } = models
    world.sandbox.store.edit(nthPhone(n), {
      first: first.found,
      email: email.found,
      custom: customOf(models),
    })
  }
  for (let round = 0; round < 7; round += 1) {
    if (round > 0 && chance.chance(0.25)) {
      policies = perField(() => aPolicy(chance))
      told.tell(JSON.stringify({ policies }))
      const config = { source: SOURCE, writes, guard: FREE, fields: inConfig(policies) }
      engine = await anEngine({ ...config, box: world, db: world.db })
    }
    for (const [n, models] of everybody.entries()) {
      if (round > 0 && chance.chance(0.5)) {
        const field = chance.pick(FIELDS)
        models[field].wanted = aValue(chance, field)
        told.tell(`source ${n} ${field}=${models[field].wanted}`)
      }
      if (round > 0 && chance.chance(0.4)) edit(models, n)
      const wanted = perField((field) => models[field].wanted)
      engine.rows[`r${n}`] = { phone: nthPhone(n), last: 'L', ...wanted }
      for (const field of FIELDS) settle(models[field], policies[field])
    }
    world.clock.advance(2 * 3_600_000)
    let end = ''
    for (let cycle = 0; cycle < 8 && end !== 'ok'; cycle += 1) {
      end = await engine.cycle(chance.pick(['full', 'incremental'])).then(
        ({ report }) => report.status,
        (error: Error) => error.message,
      )
      told.tell(`cycle: ${end}`)
      world.clock.advance(15 * 60_000)
    }
    const dead = engine.engine.outbox.inState('dead').map(({ phone, error }) => `${phone} ${error}`)
    expect({ dead, end }, told.toString()).toEqual({ dead: [], end: 'ok' })
    for (const [n, models] of everybody.entries())
      expect({ n, ...shown(world, n) }, told.toString()).toEqual({
        n,
        ...perField((field) => models[field].found),
      })
  }
})
