// What is saved as a fixture holds nobody, and keeps its structure.
import { expect, test } from 'vitest'
import { otherIds, scrub } from '../../src/cli/scrub.ts'

const known = { phone: new Set(['mobile', 'f_17']), name: new Set(['f_3']) }
const record = {
  id: 900_000_000_001,
  status: 'active',
  plan: 'Gold',
  vip: true,
  none: null,
  visits: 12,
  updated_at: '2026-03-01T10:00:00.123456Z',
  mobile: '(415) 555-2671',
  f_17: 14_155_552_671,
  firstName: 'Siobhán',
  lastname: 'Okonkwo-Smith',
  f_3: 'Oyelaran',
  full_name: 'Siobhán Okonkwo-Smith',
  email: 'siobhan@okonkwo.example',
  mailing: { street: '12 Elm Street', city: 'Oakland', tags: ['a', 'b'] },
  notes: 'Call her mother Grace at 415-555-2672',
  other: 'call 415 555 2673 or write to grace@okonkwo.example',
}
const PRIVATE = /siobh|okonkwo|oyelaran|grace|elm|oakland|2671|2672|2673|mother/i

test('nobody is left', () => {
  expect(JSON.stringify(scrub(record, known))).not.toMatch(PRIVATE)
})

test('the structure is left, and what is nobody', () => {
  const clean = scrub(record, known) as typeof record
  const { id, status, plan, vip, none, visits, updated_at } = record
  expect(clean).toMatchObject({ id, status, plan, vip, none, visits, updated_at })
  expect(Object.keys(clean)).toEqual(Object.keys(record))
  expect(clean.mobile).toMatch(/^\(415\) 555-01\d\d$/)
  expect(String(clean.f_17)).toMatch(/^141555501\d\d$/)
  expect(clean.full_name.split(' ')).toHaveLength(2)
  expect(clean.email).toMatch(/^person\d+@example\.com$/)
  expect(clean.mailing.street).toMatch(/^\d\d [A-Z][a-z]{2} [A-Z][a-z]{5}$/)
  expect(clean.mailing.tags).toEqual(['a', 'b'])
})

test('the same person is the same again', () => {
  expect(scrub(record, known)).toEqual(scrub(record, known))
  expect(scrub({ ...record, firstName: 'Grace' }, known)).toMatchObject({
    email: (scrub(record, known) as typeof record).email,
  })
})

test.each<[string, object]>([
  ['two numbers in a phone field', { mobile: '415-555-2671 / 415-555-2672' }],
  ['a number in a column of its own name', { fax: 14_155_552_671 }],
  ['a number behind a word', { link: 'tel:4155552671', other: 'phone:415-555-2672' }],
  ['two numbers with a blank between them', { text: '415 555 2671 415 555 2672', more: '5552671 5552672' }],
])('no number is left: %s', (_what, fields) => {
  const clean = JSON.stringify(scrub(fields, known))
  expect(clean).not.toMatch(/2671|2672/)
  expect(clean.replace(/\w/g, '')).toBe(JSON.stringify(fields).replace(/\w/g, ''))
})

test('numbers that are no phones stay', () => {
  const fields = {
    owner_id: 90_000_001,
    createdAt: 1_767_225_600_000,
    amount: 1_234_567.5,
    when: 'at 10:30:45',
  }
  expect(scrub(fields, known)).toEqual(fields)
})

test('ids become others of the same form, each one of its own, and the same again', () => {
  const ids = [
    'grace-okonkwo',
    'grace@okonkwo.example',
    ...Array.from({ length: 500 }, (_, n) => `${90_000_101 + n}`),
  ]
  const idOf = otherIds()
  const others = ids.map(idOf)
  expect(new Set(others).size).toBe(ids.length)
  expect(ids.map(idOf)).toEqual(others)
  expect(others.join()).not.toMatch(/grace|okonkwo/)
  expect(others[0]).toMatch(/^[a-z]{5}-[a-z]{7}$/)
  expect(others[2]).toMatch(/^\d{8}$/)
  expect(['1', '123456'].map(idOf)).toEqual(['1', '123456'])
})
