// The guard: what it holds, by each dial, and what goes ahead all the same.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Change, FieldChange } from '../../../src/sync/diff/change.ts'
import { dialsOfSource, type GuardInput, openGuard, trips } from '../../../src/sync/guard/guard.ts'
import { aCreate, anUpdate, aRemoval, BLANKED, FIRST, nthPhone, OPT_OUT } from '../../support/contact.ts'
import { dials } from '../../support/engine.ts'

/** So many changes, each for a number of its own. */
function many(
  count: number,
  make: (given: { phone: ReturnType<typeof nthPhone> }) => Change,
  from = 1,
): Change[] {
  return Array.from({ length: count }, (_, n) => make({ phone: nthPhone(from + n) }))
}

function guard(changes: readonly Change[], more: Partial<GuardInput> = {}) {
  const judge = openGuard({
    dials: () => dials(),
    inHeymarket: () => 1_000,
    isApproved: () => false,
    heldBefore: () => null,
    mayEmpty: () => false,
    unreadableSince: () => new Set(),
    scopeDoubt: () => null,
    ...more,
  })
  for (const change of changes) judge.count(change)
  const verdicts = changes.map(judge.verdict)
  return {
    released: verdicts.flatMap(({ ahead }) => ahead ?? []),
    held: verdicts.flatMap(({ held }) => held ?? []),
  }
}

const reasons = (result: ReturnType<typeof guard>) => [...new Set(result.held.map(({ reason }) => reason))]

describe('a dial', () => {
  test('trips above its share and from its least number on', () => {
    const dial = { ratio: 0.1, min: 20, count: undefined }
    expect([trips(dial, 19, 100), trips(dial, 20, 100)]).toEqual([false, true])
    expect([trips(dial, 100, 1_000), trips(dial, 101, 1_000)]).toEqual([false, true])
    expect([trips(dial, 20, 0), trips(dial, 19, 0)]).toEqual([true, false])
  })

  test('trips above its count, whatever the share', () => {
    const dial = { ratio: 1, min: 0, count: 5 }
    expect([trips(dial, 5, 1_000), trips(dial, 6, 1_000)]).toEqual([false, true])
    expect(trips({ ratio: 1, min: 0, count: 0 }, 1, 1_000)).toBe(true)
  })

  test('never trips on nothing', () => {
    expect(trips({ ratio: 0, min: 0, count: 0 }, 0, 0)).toBe(false)
  })
})

describe.each([
  ['removals', aRemoval, 100, 'contacts of clinic (the dial allows 10 % or 5000)'],
  ['updates', anUpdate, 500, 'contacts of clinic (the dial allows 50 %)'],
  [
    'blanks',
    (given: object) => anUpdate({ ...given, fields: [BLANKED] }),
    100,
    'contacts of clinic (the dial allows 10 %)',
  ],
  [
    'optOuts',
    (given: object) => anUpdate({ ...given, fields: [OPT_OUT] }),
    100,
    'contacts of clinic (the dial allows 10 %)',
  ],
] as const)('the dial %s', (name, make, most, sentence) => {
  test(`lets ${most} of 1000 through and holds one more, all of them`, () => {
    expect(guard(many(most, make))).toMatchObject({ held: [], released: { length: most } })
    const tripped = guard(many(most + 1, make))
    expect(tripped.released).toEqual([])
    expect(tripped.held).toHaveLength(most + 1)
    expect(tripped.held[0]).toMatchObject({
      dials: [name],
      reason: `${name}: ${most + 1} of 1000 ${sentence}`,
    })
  })

  test('lets a handful through whatever its share, and not one more', () => {
    const { min } = dials()[name]
    const everybody = { inHeymarket: () => min }
    expect(guard(many(min - 1, make), everybody).held).toEqual([])
    expect(guard(many(min, make), everybody).held).toHaveLength(min)
  })

  test('holds by its count where one is set', () => {
    const set = { dials: () => dials({ [name]: { ratio: 1, min: 0, count: 3 } }), inHeymarket: () => 100_000 }
    expect(guard(many(3, make), set).held).toEqual([])
    expect(guard(many(4, make), set).held).toHaveLength(4)
  })

  test('counts each source for itself', () => {
    const crm = many(most, (given) => ({ ...make(given), sourceId: 'crm' }), 5_000)
    expect(guard([...many(most + 1, make), ...crm])).toMatchObject({
      released: { length: most },
      held: { length: most + 1 },
    })
  })

  test('does not count what is approved', () => {
    const changes = many(most + 1, make)
    const first = changes[0]?.phone
    expect(guard(changes, { isApproved: (phone) => phone === first }).held).toEqual([])
  })
})

describe('what an earlier cycle held', () => {
  const [first] = many(1, aRemoval)
  const heldBefore = (phone: string) =>
    phone === first?.phone ? { dials: ['removals' as const], reason: 'removals: 200 of 1000' } : null

  test('stays held when fewer are left, with its reason', () => {
    const result = guard(many(3, aRemoval), { heldBefore })
    expect(result).toMatchObject({ held: [{ change: first, dials: ['removals'] }], released: { length: 2 } })
    expect(reasons(result)).toEqual(['removals: 200 of 1000'])
  })

  test('goes once it is approved', () => {
    const result = guard(many(3, aRemoval), { heldBefore, isApproved: (phone) => phone === first?.phone })
    expect(result).toMatchObject({ held: [], released: { length: 3 } })
  })

  test('goes when it was held for unreadable rows, and they are gone', () => {
    const unreadable = () => ({ dials: ['unreadable' as const], reason: 'unreadable rows' })
    expect(guard(many(3, aRemoval), { heldBefore: unreadable }).held).toEqual([])
  })
})

describe('a source that wants nobody any more', () => {
  test('is not believed, however few they are', () => {
    const result = guard(many(3, aRemoval), { inHeymarket: () => 3 })
    expect(reasons(result)).toEqual([
      'removals: all 3 contacts of clinic (not all at once, whatever the dial allows)',
    ])
    expect(guard(many(2, aRemoval), { inHeymarket: () => 3 }).held).toEqual([])
  })

  test('is believed when the operator says so', () => {
    expect(guard(many(3, aRemoval), { inHeymarket: () => 3, mayEmpty: () => true }).held).toEqual([])
  })
})

describe('what goes ahead', () => {
  test('are creates, however many', () => {
    expect(guard(many(10_000, aCreate), { inHeymarket: () => 0 })).toMatchObject({
      held: [],
      released: { length: 10_000 },
    })
  })

  test('are the other kinds of change while one is held', () => {
    const result = guard([...many(200, aRemoval), ...many(50, anUpdate, 300), ...many(10, aCreate, 400)])
    expect(result.held.every(({ change }) => change.kind === 'remove')).toBe(true)
    expect(result.released).toHaveLength(60)
    expect(reasons(result)).toHaveLength(1)
  })

  test('is what a person approved', () => {
    const result = guard(many(200, aRemoval), { isApproved: () => true })
    expect(result).toMatchObject({ held: [], released: { length: 200 } })
  })

  test('are opt-outs, alone, when only the rest of their change is held', () => {
    const fields: FieldChange[] = [FIRST, OPT_OUT]
    const others = many(600, anUpdate, 100)
    const result = guard([...many(1, (given) => anUpdate({ ...given, fields })), ...others])
    expect(result.released).toEqual([{ ...anUpdate({ fields: [OPT_OUT] }), partial: true }])
    expect(result.held[0]?.change).toEqual(anUpdate({ fields: [FIRST] }))
    expect(result.held).toHaveLength(601)
  })

  test('are opt-outs without anything else, whole', () => {
    const result = guard([
      ...many(1, (given) => anUpdate({ ...given, fields: [OPT_OUT] })),
      ...many(600, anUpdate, 100),
    ])
    expect(result.released).toEqual([anUpdate({ fields: [OPT_OUT] })])
  })
})

describe('opt-outs', () => {
  test('are held with the rest of their change when too many come at once', () => {
    const result = guard(many(101, (given) => anUpdate({ ...given, fields: [FIRST, OPT_OUT] })))
    expect(result.released).toEqual([])
    expect(result.held[0]).toMatchObject({ dials: ['optOuts'], change: { fields: [FIRST, OPT_OUT] } })
  })
})

describe('a removal', () => {
  test('is held while rows that nobody can read may be the person who seems to have left', () => {
    const unreadableSince = () => new Set(['c1'])
    const changes = [
      aRemoval({ leftCycle: 'c1' }),
      aRemoval({ phone: nthPhone(2), leftCycle: 'c2' }),
      anUpdate({ phone: nthPhone(3) }),
    ]
    const result = guard(changes, { unreadableSince })
    expect(result.held).toMatchObject([{ dials: ['unreadable'], change: { phone: nthPhone(1) } }])
    expect(result.released).toHaveLength(2)
  })

  test('is not held for the unreadable rows of another source', () => {
    const unreadableSince = (id: string) => new Set(id === 'crm' ? ['c1'] : [])
    expect(guard([aRemoval()], { unreadableSince }).held).toEqual([])
  })
})

const FIELD_SETS = fc.constantFrom<FieldChange[]>(
  [FIRST],
  [BLANKED],
  [OPT_OUT],
  [FIRST, OPT_OUT],
  [BLANKED, OPT_OUT],
)
const CHANGES = fc
  .uniqueArray(
    fc.record({
      n: fc.integer({ min: 1, max: 500 }),
      kind: fc.nat(2),
      fields: FIELD_SETS,
      crm: fc.boolean(),
    }),
    {
      selector: ({ n }) => n,
      maxLength: 60,
    },
  )
  .map((rows) =>
    rows.map(({ n, kind, fields, crm }): Change => {
      const given = { phone: nthPhone(n), sourceId: crm ? 'crm' : 'clinic', recordId: `r${n}`, fields }
      return kind === 0 ? aCreate(given) : kind === 1 ? anUpdate(given) : aRemoval({ ...given, fields: [] })
    }),
  )

test('every change is released or held exactly once; only an opt-out may leave the rest of its change behind', () => {
  const dial = fc.record({ ratio: fc.constantFrom(0, 0.1, 0.5, 1), min: fc.nat(10), count: fc.nat(20) })
  const config = fc
    .record({ removals: dial, updates: dial, blanks: dial, optOuts: dial })
    .map((given) => dials(given))
  fc.assert(
    fc.property(CHANGES, config, fc.nat(100), fc.boolean(), (changes, dialSet, total, unreadable) => {
      const { released, held } = guard(changes, {
        dials: () => dialSet,
        inHeymarket: () => total,
        unreadableSince: () => new Set(unreadable ? ['c1'] : []),
        scopeDoubt: () => null,
      })
      for (const change of changes) {
        const out = released.filter(({ phone }) => phone === change.phone)
        const kept = held.filter((one) => one.change.phone === change.phone)
        if (out.length === 1 && kept.length === 1) {
          expect(out[0]).toEqual({ ...change, fields: [OPT_OUT], partial: true })
          expect(kept[0]?.change).toEqual({
            ...change,
            fields: change.fields.filter((field) => field !== OPT_OUT),
          })
          expect(kept[0]?.dials).not.toContain('optOuts')
        } else {
          expect([...out, ...kept.map((one) => one.change)]).toEqual([change])
        }
        if (change.kind === 'create') expect(out).toEqual([change])
      }
      expect(released.length + held.length).toBeGreaterThanOrEqual(changes.length)
      for (const { dials: names, reason } of held)
        expect([names.length > 0, reason.length > 0]).toEqual([true, true])
    }),
  )
})

test('the order in which changes come does not matter', () => {
  fc.assert(
    fc.property(CHANGES, fc.nat(100), (changes, total) => {
      const phones = (list: readonly Change[]) => list.map(({ phone }) => phone).sort()
      const there = guard(changes, { inHeymarket: () => total })
      const back = guard([...changes].reverse(), { inHeymarket: () => total })
      expect(phones(back.released)).toEqual(phones(there.released))
    }),
  )
})

test('nobody needs to count further than is asked for', () => {
  fc.assert(
    fc.property(
      CHANGES,
      fc.nat(100),
      fc.constantFrom(0, 0.1, 0.5, 1),
      fc.nat(20),
      (changes, total, ratio, min) => {
        const dial = { ratio, min, count: min * 2 }
        const given = { dials: () => dials({ removals: dial, updates: dial, blanks: dial, optOuts: dial }) }
        const all = guard(changes, { ...given, inHeymarket: () => total })
        const upTo = (_: string, enough: number) => Math.min(total, Math.ceil(enough))
        expect(guard(changes, { ...given, inHeymarket: upTo })).toEqual(all)
      },
    ),
  )
})

test('the dials of a source are those for all, with its own keys laid over them', () => {
  const all = dials()
  const own = dialsOfSource(all, { removals: { ratio: 0.5 }, optOuts: { count: 3 } })
  expect(own).toEqual({
    ...all,
    removals: { ...all.removals, ratio: 0.5 },
    optOuts: { ...all.optOuts, count: 3 },
  })
  const ofClinic = (sourceId: string) => (sourceId === 'clinic' ? own : all)
  const removals = [
    ...many(200, aRemoval),
    ...many(200, (given) => aRemoval({ ...given, sourceId: 'shop' }), 300),
  ]
  const { held, released } = guard(removals, { dials: ofClinic })
  expect(new Set(held.map(({ change }) => change.sourceId))).toEqual(new Set(['shop']))
  expect(released).toHaveLength(200)
})
