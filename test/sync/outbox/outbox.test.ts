// The outbox: one operation per phone, and what survives from one plan to the next.
import { describe, expect, test } from 'vitest'
import type { Change } from '../../../src/sync/diff/change.ts'
import { plannedRow } from '../../../src/sync/diff/planned.ts'
import { type Failure, LANE, openOutbox } from '../../../src/sync/outbox/outbox.ts'
import { aCreate, anUpdate, aRemoval, FIRST, nthPhone, OPT_OUT } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'

const FAILED: Failure = { code: 'ERR_HEYMARKET_SERVER', message: 'it broke', requestId: 'req-1' }
const OTHER = { ...FIRST, after: 'Other' }

function start() {
  const db = aDatabase()
  const outbox = openOutbox(db)
  const only = () => {
    const operation = outbox.ofPhone(nthPhone(1))
    if (operation === undefined) throw new Error('no operation')
    return operation
  }
  return {
    db,
    outbox,
    only,
    plan: (id: string, changes: readonly Change[], lane: number = LANE.incremental) => {
      outbox.enqueue(changes.map(plannedRow), { id, lane, at: 1_000 })
      outbox.dropUnplanned(id)
    },
  }
}

describe('a plan', () => {
  test('puts one operation per phone, in the order of lanes', () => {
    const { outbox, plan } = start()
    const changes = [
      aRemoval({ phone: nthPhone(1) }),
      anUpdate({ phone: nthPhone(2) }),
      anUpdate({ phone: nthPhone(3), fields: [OPT_OUT] }),
      aCreate({ phone: nthPhone(4) }),
    ]
    plan('c1', changes)
    expect(outbox.due(1_000, 10, 'c1').map(({ phone, lane, state }) => [phone, lane, state])).toEqual([
      [nthPhone(3), LANE.consent, 'pending'],
      [nthPhone(2), LANE.incremental, 'pending'],
      [nthPhone(4), LANE.incremental, 'pending'],
      [nthPhone(1), LANE.scrub, 'pending'],
    ])
    expect(outbox.due(1_000, 2, 'c1')).toHaveLength(2)
    expect(outbox.due(1_000, 10, 'c2')).toEqual([])
  })

  test('replaces the one before as a whole: what it does not contain is not wanted any more', () => {
    const { outbox, plan } = start()
    plan('c1', [anUpdate({ phone: nthPhone(1) }), anUpdate({ phone: nthPhone(2) })])
    plan('c2', [anUpdate({ phone: nthPhone(2) })])
    expect([outbox.ofPhone(nthPhone(1)), outbox.ofPhone(nthPhone(2))?.cycle_id]).toEqual([undefined, 'c2'])
  })

  test('leaves a change in its lane when it is planned again, and puts another one where it belongs', () => {
    const { plan, only } = start()
    plan('c1', [anUpdate()], LANE.backfill)
    plan('c2', [anUpdate()], LANE.incremental)
    expect(only()).toMatchObject({ lane: LANE.backfill, cycle_id: 'c2' })
    plan('c3', [anUpdate({ fields: [OTHER] })], LANE.incremental)
    expect(only().lane).toBe(LANE.incremental)
    plan('c4', [anUpdate({ fields: [OTHER] })], LANE.backfill)
    expect(only().lane).toBe(LANE.incremental)
  })

  test('replaces an older change for the same phone by the newer one, which starts afresh', () => {
    const { outbox, plan, only } = start()
    plan('c1', [anUpdate()])
    outbox.retry(only(), 'pending', 9_000, FAILED, 1_000)
    plan('c2', [anUpdate({ fields: [OTHER] })])
    expect(only()).toMatchObject({
      state: 'pending',
      attempts: 0,
      not_before: 0,
      error: null,
      error_code: null,
      cycle_id: 'c2',
    })
    expect(JSON.parse(only().change)).toEqual(anUpdate({ fields: [OTHER] }))
    expect(outbox.counts().pending).toBe(1)
  })

  test('that contains the same change keeps its attempts, and is due at once: somebody asked for it', () => {
    const { outbox, plan, only } = start()
    plan('c1', [anUpdate()])
    outbox.retry(only(), 'pending', 9_000, FAILED, 1_000)
    expect([outbox.due(8_999, 10, 'c1'), outbox.nextDueAt('c1')]).toEqual([[], 9_000])
    expect(outbox.due(9_000, 10, 'c1')).toHaveLength(1)
    plan('c2', [anUpdate()])
    expect(only()).toMatchObject({ attempts: 1, error: 'it broke', request_id: 'req-1', cycle_id: 'c2' })
    expect(outbox.due(1_000, 10, 'c2')).toHaveLength(1)
  })
})

describe('a dead letter', () => {
  test('stays dead while the change is the same, and lives again as another', () => {
    const { outbox, plan, only } = start()
    plan('c1', [anUpdate()])
    outbox.bury(only(), FAILED, 1_000)
    plan('c2', [anUpdate()])
    expect([only().state, outbox.due(9_000, 10, 'c2')]).toEqual(['dead', []])
    plan('c3', [anUpdate({ fields: [OTHER] })])
    expect(only()).toMatchObject({ state: 'pending', attempts: 0, error: null })
  })

  test('is put back by a redrive, one or all of them', () => {
    const { outbox, plan } = start()
    const changes = [1, 2, 3].map((n) => anUpdate({ phone: nthPhone(n) }))
    plan('c1', changes)
    for (const operation of outbox.due(1_000, 10, 'c1').slice(0, 2)) outbox.bury(operation, FAILED, 1_000)
    expect(outbox.redrive(nthPhone(3))).toBe(0)
    expect(outbox.redrive(nthPhone(1))).toBe(1)
    expect(outbox.ofPhone(nthPhone(1))).toMatchObject({ state: 'pending', attempts: 0, not_before: 0 })
    expect(outbox.redrive(null)).toBe(1)
    expect(outbox.counts()).toEqual({ pending: 3, in_flight: 0, unsettled: 0, dead: 0 })
  })

  test('that Heymarket acknowledged and does not show outlives plans that do not contain it', () => {
    const { outbox, plan, only } = start()
    outbox.buryNotStored(anUpdate(), 'shows other values', { id: 'c1', at: 1_000 })
    plan('c2', [anUpdate({ phone: nthPhone(2) })])
    expect(only()).toMatchObject({ state: 'dead', error_code: 'ERR_NOT_STORED', error: 'shows other values' })
  })
})

test('a change that was put back and that no plan contains any more is not wanted', () => {
  const { outbox, plan } = start()
  outbox.buryNotStored(anUpdate(), 'shows other values', { id: 'c1', at: 1_000 })
  outbox.redrive(nthPhone(1))
  plan('c2', [])
  expect(outbox.ofPhone(nthPhone(1))).toBeUndefined()
})

describe('an unsettled operation', () => {
  test('survives plans, with or without its phone, until it is known what became of it', () => {
    const { outbox, plan, only } = start()
    plan('c1', [aCreate()])
    outbox.claim(only().id)
    outbox.retry(only(), 'unsettled', 4_000, FAILED, 1_000)
    plan('c2', [])
    expect(only()).toMatchObject({ state: 'unsettled', not_before: 4_000 })
    plan('c3', [anUpdate({ fields: [OTHER] })])
    expect(only()).toMatchObject({ state: 'unsettled', not_before: 4_000, cycle_id: 'c3' })
    outbox.cancel([nthPhone(1)])
    expect(only().state).toBe('unsettled')
    outbox.requeue(only().id)
    expect(only().state).toBe('pending')
  })
})

describe('a claim', () => {
  test('takes an operation out of what is due; releasing puts it back', () => {
    const { outbox, plan, only } = start()
    plan('c1', [anUpdate()])
    outbox.claim(only().id)
    expect([outbox.due(1_000, 10, 'c1'), outbox.inState('in_flight')]).toMatchObject([
      [],
      [{ phone: nthPhone(1) }],
    ])
    outbox.release(only().id)
    expect(outbox.due(1_000, 10, 'c1')).toHaveLength(1)
  })

  test('that was followed by a lost answer is not released', () => {
    const { outbox, plan, only } = start()
    plan('c1', [aCreate()])
    outbox.claim(only().id)
    outbox.retry(only(), 'unsettled', 4_000, FAILED, 1_000)
    outbox.release(only().id)
    expect(only().state).toBe('unsettled')
  })
})

describe('attempts', () => {
  test('are kept newest first, each with its outcome', () => {
    const { outbox, plan, only } = start()
    plan('c1', [anUpdate()])
    outbox.retry(only(), 'pending', 0, FAILED, 1)
    outbox.retry(only(), 'unsettled', 0, FAILED, 2)
    outbox.ack(only(), 'c2', 3)
    expect(outbox.ofPhone(nthPhone(1))).toBeUndefined()
    expect(outbox.attempts(nthPhone(1))).toMatchObject([
      { outcome: 'acked', cycle_id: 'c2', at: 3, error: null },
      {
        outcome: 'unknown',
        error_code: 'ERR_HEYMARKET_SERVER',
        error: 'it broke',
        request_id: 'req-1',
        at: 2,
      },
      { outcome: 'retry', at: 1 },
    ])
  })
})

test('operations whose sides turned out to be equal are forgotten', () => {
  const { outbox, plan } = start()
  plan('c1', [anUpdate(), anUpdate({ phone: nthPhone(2) })])
  outbox.cancel([nthPhone(1)])
  expect(outbox.counts().pending).toBe(1)
})

test('counts tell the operations of one cycle apart from the rest', () => {
  const { outbox, plan, only } = start()
  plan('c1', [aCreate()])
  outbox.retry(only(), 'unsettled', 0, FAILED, 1)
  plan('c2', [anUpdate({ phone: nthPhone(2) })])
  expect(outbox.countsOfCycle('c1')).toEqual({ pending: 0, in_flight: 0, unsettled: 1, dead: 0 })
  expect(outbox.countsOfCycle('c2')).toEqual({ pending: 1, in_flight: 0, unsettled: 0, dead: 0 })
})
