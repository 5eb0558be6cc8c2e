// The plan of a cycle while it is being made: kept outside of memory, read in its order, and judged part by part.
import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/db/open.ts'
import { inOneGo } from '../../../src/lib/turns.ts'
import { type Change, changeHash } from '../../../src/sync/diff/change.ts'
import { type Draft, draftStore } from '../../../src/sync/guard/draft.ts'
import { heldStore, holdSteps } from '../../../src/sync/guard/held-store.ts'
import { enqueuePlanSteps, LANE, type Operation, openOutbox } from '../../../src/sync/outbox/outbox.ts'
import { aCreate, anUpdate, aRemoval, FIRST, nthPhone, OPT_OUT } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'

/** More than are read or saved at once. */
const MANY = 1_201

const phones = (changes: Iterable<Change>) => [...changes].map(({ phone }) => phone)

function held(change: Change) {
  return { ahead: null, held: { change, dials: ['updates' as const], reason: 'updates: too many' } }
}

/** What is in the outbox after it, in the order in which it came there. */
function enqueued(db: Db, draft: Draft): Operation[] {
  const outbox = openOutbox(db)
  const putLast = inOneGo(
    enqueuePlanSteps(outbox, draft.partsAhead(), { id: 'c1', lane: LANE.backfill, at: 1_000 }),
  )
  const before = outbox.inState('pending').length
  putLast()
  const all = outbox.inState('pending')
  expect(all.length - before).toBeGreaterThan(0)
  expect(all.length - before).toBeLessThanOrEqual(500)
  return all
}

describe('a draft', () => {
  test('gives back every change, creates first, then source by source, each in phone order', () => {
    const db = aDatabase()
    const draft = draftStore(db).begin()
    const made = Array.from({ length: MANY }, (_, n) => {
      const given = { phone: nthPhone(n + 1), sourceId: n % 2 === 0 ? 'clinic' : 'crm' }
      return [aCreate, anUpdate, aRemoval][n % 3]?.(given) ?? aCreate(given)
    })
    for (const change of made) draft.change(change)
    const of = (wanted: (change: Change) => boolean) => made.filter(wanted)
    const others = (sourceId: string) => of((one) => one.kind !== 'create' && one.sourceId === sourceId)
    const inOrder = [...of(({ kind }) => kind === 'create'), ...others('crm'), ...others('clinic')]
    expect([...draft.ahead]).toEqual(inOrder)
    expect(draft.ahead).toHaveLength(MANY)
    expect(phones([...draft.mayBeHeld()].flat())).toEqual(
      phones(inOrder.filter((one) => one.kind !== 'create')),
    )
    expect(enqueued(db, draft).map(({ change_hash }) => change_hash)).toEqual(inOrder.map(changeHash))
    expect(draft.kinds()).toEqual({ create: 401, update: 400, remove: 400 })
  })

  test('knows what is planned for a phone, and what of it goes ahead', () => {
    const draft = draftStore(aDatabase()).begin()
    const [create, update, removal] = [aCreate, anUpdate, aRemoval].map((make, n) =>
      make({ phone: nthPhone(n + 1) }),
    )
    for (const change of [create, update, removal]) if (change) draft.change(change)
    if (update) draft.judge(update, held(update))
    expect([1, 2, 3, 4].map((n) => draft.has(nthPhone(n)))).toEqual([true, true, true, false])
    expect([1, 2, 3, 4].map((n) => draft.find(nthPhone(n)))).toEqual([create, update, removal, undefined])
    expect([1, 2, 3, 4].map((n) => draft.kindAhead(nthPhone(n)))).toEqual(['create', null, 'remove', null])
    expect(phones(draft.ahead)).toEqual([nthPhone(1), nthPhone(3)])
    expect([...draft.held].map(({ change }) => change)).toEqual([update])
  })

  test('has both parts of a change of which one goes ahead and the rest is held', () => {
    const db = aDatabase()
    const draft = draftStore(db).begin()
    const change = anUpdate({ fields: [FIRST, OPT_OUT] })
    const ahead: Change = { ...change, fields: [OPT_OUT], partial: true }
    const rest: Change = { ...change, fields: [FIRST] }
    draft.change(change)
    draft.judge(change, { ahead, held: { change: rest, dials: ['updates', 'blanks'], reason: 'updates' } })
    expect([...draft.ahead]).toEqual([ahead])
    expect([...draft.held]).toEqual([{ change: rest, dials: ['updates', 'blanks'], reason: 'updates' }])
    expect(enqueued(db, draft)).toMatchObject([{ lane: LANE.consent, change_hash: changeHash(ahead) }])
    expect(draft.find(change.phone)).toEqual(change)
    expect([draft.ahead.length, draft.held.length, draft.kinds().update]).toEqual([1, 1, 2])
  })

  test('is forgotten when the next one is begun, and cannot be taken for it', () => {
    const store = draftStore(aDatabase())
    const first = store.begin()
    first.change(aCreate({ phone: nthPhone(1) }))
    const second = store.begin()
    second.change(aCreate({ phone: nthPhone(2) }))
    expect(phones(second.ahead)).toEqual([nthPhone(2)])
    expect(() => [...first.ahead]).toThrow('Another plan took the place')
    expect(first.ahead).toHaveLength(1)
  })
})

test('what is held is saved in parts, and the last comes with all else of the plan', () => {
  const db = aDatabase()
  const draft = draftStore(db).begin()
  const store = heldStore(db)
  const updates = Array.from({ length: MANY }, (_, n) => anUpdate({ phone: nthPhone(n + 1) }))
  for (const change of updates) draft.change(change)
  for (const change of updates) draft.judge(change, held(change))
  expect([draft.ahead.length, draft.held.length]).toEqual([0, MANY])
  const last = inOneGo(holdSteps(store, draft.held, 'c2'))
  expect(store.all()).toHaveLength(MANY - last.length)
  expect(last.length).toBeLessThanOrEqual(500)
  store.put('c2', last)
  store.dropExcept('c2')
  expect(store.all().map(({ phone }) => phone)).toEqual(phones(updates))
})
