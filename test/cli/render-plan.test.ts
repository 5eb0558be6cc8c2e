// How a plan looks: one screen whatever its size, opt-outs first, and everything when it is asked for.
import { createColors } from 'picocolors'
import { describe, expect, test } from 'vitest'
import { type PlanView, renderPlan } from '../../src/cli/render-plan.ts'
import type { Change } from '../../src/sync/diff/change.ts'
import { nthPhone } from '../support/contact.ts'

const VIEW: PlanView = {
  columns: 80,
  color: createColors(false),
  requestsPerMinute: 450,
  all: false,
  nameOf: () => '',
}

const NOTHING = { released: [], held: [], lists: [], cost: { requests: 2, requestsAtMost: 2 } }

type Kind = 'create' | 'update' | 'opt out' | 'remove'

function aChange(n: number, kind: Kind, sourceId = 'clinic'): Change {
  const base = { phone: nthPhone(n), sourceId, recordId: `P-${n}` }
  const name = { field: 'first', before: '', after: `Ann${n}` }
  if (kind === 'create') return { ...base, kind, fields: [name, { ...name, field: 'last' }] }
  if (kind === 'remove') {
    return {
      ...base,
      kind,
      contactId: n,
      rung: 'clear',
      leftCycle: 'c1',
      fields: [{ ...name, before: 'Ann', after: '' }],
    }
  }
  const fields = ['first', 'last', 'email', 'custom.Plan', 'custom.Notes'].map((field) => ({
    field,
    before: 'before '.repeat(20),
    after: 'after '.repeat(20),
  }))
  const optOut = { field: 'optedOut', before: '', after: 'true' }
  return { ...base, kind: 'update', contactId: n, fields: kind === 'update' ? fields : [...fields, optOut] }
}

/** Changes of every kind by two sources, a part of them held for two reasons. */
function aLargePlan(size: number) {
  const kinds = ['create', 'update', 'opt out', 'remove'] as const
  const released = Array.from({ length: size }, (_, n) =>
    aChange(n, kinds[n % 4] ?? 'create', n % 3 === 0 ? 'crm' : 'clinic'),
  )
  const held = Array.from({ length: size / 100 }, (_, n) => ({
    change: aChange(size + n, 'update'),
    reason: `${n % 2 === 0 ? 'updates' : 'blanks'}: many of more contacts of clinic`,
  }))
  const members = (n: number) => Array.from({ length: n }, (_, at) => nthPhone(at))
  const lists = Array.from({ length: 7 }, (_, n) => ({
    title: `A list with quite a long title, as people write them, number ${n}`,
    made: n === 0,
    renamedFrom: '',
    add: members(size / 5),
    remove: members(size / 50),
    held: members(n === 1 ? size / 10 : 0),
    reason: n === 1 ? 'listRemovals: 5,000 of 10,000 members of "a list" (the dial allows 30 %)' : '',
  }))
  return { released, held, lists, cost: { requests: 8_400, requestsAtMost: 50_000 } }
}

describe('a plan', () => {
  test('of 50,000 changes fits one screen, with what it is about in groups', () => {
    const text = renderPlan(aLargePlan(50_000), VIEW)
    const lines = text.split('\n')
    expect(lines.length).toBeLessThanOrEqual(40)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(lines.filter((line) => /^[!+~-] |^held/.test(line))).toEqual([
      '! opt out 12,500',
      '+ create 12,500',
      '~ update 12,500',
      '- remove 12,500',
      'held 500',
    ])
    expect(lines.filter((line) => line.startsWith('lists '))).toEqual(['lists 7'])
    expect(text).toContain('new  +10,000  -1,000\n')
    expect(text).toContain('+10,000  -1,000  5,000 held\n    listRemovals: 5,000 of 10,000')
    expect(text).toContain('    clinic 8,333: first, last; and 1 more source\n')
    expect(text.replace(/\s+/g, ' ')).toContain(
      'Plan: 12,500 to create, 25,000 to update, 12,500 to remove, 77,000 list memberships to change, 5,500 held for you. 8,400 requests, about 19 minutes at 450 per minute, if the account takes many contacts in one; if not, 50,000, about 112 minutes.',
    )
  })

  test('shows everything when it is asked to', () => {
    const plan = aLargePlan(400)
    const text = renderPlan(plan, { ...VIEW, all: true })
    expect(text.match(/→/g)?.length).toBe(100 * 5 + 100 * 6 + 100 + 4 * 5)
    for (const { phone } of [...plan.released, ...plan.held.map(({ change }) => change)])
      expect(text).toContain(phone)
    expect(text).not.toContain('… and')
  })

  test('that is small shows each change, field by field', () => {
    const text = renderPlan({ ...NOTHING, released: [aChange(1, 'create'), aChange(2, 'update')] }, VIEW)
    expect(text).toContain(`+ create 1\n  + ${nthPhone(1)}  first "Ann1", last "Ann1"\n`)
    expect(text).toContain(`~ update 1\n  ~ ${nthPhone(2)}  clinic/P-2\n      first`)
    expect(text).toContain('2 requests, under a minute')
  })

  test('of nothing says so', () => {
    expect(renderPlan(NOTHING, VIEW)).toContain('Nothing to change')
  })
})
