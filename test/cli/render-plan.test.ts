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
  return { released, held }
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
    expect(text).toContain('    clinic 8,333: first, last\n    crm 4,167: first, last\n')
    expect(text.replace(/\s+/g, ' ')).toContain(
      'Plan: 12,500 to create, 25,000 to update, 12,500 to remove, 500 held for you. 50,000 requests, about 112 minutes at 450 per minute.',
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
    const text = renderPlan({ released: [aChange(1, 'create'), aChange(2, 'update')], held: [] }, VIEW)
    expect(text).toContain(`+ create 1\n  + ${nthPhone(1)}  first "Ann1", last "Ann1"\n`)
    expect(text).toContain(`~ update 1\n  ~ ${nthPhone(2)}  clinic/P-2\n      first`)
    expect(text).toContain('2 requests, under a minute')
  })

  test('of nothing says so', () => {
    expect(renderPlan({ released: [], held: [] }, VIEW)).toContain('Nothing to change')
  })
})
