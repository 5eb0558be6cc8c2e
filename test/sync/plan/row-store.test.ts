// The rows of a plan: in their order and with their verdicts, also where they are more than are read at once.
import { expect, test } from 'vitest'
import { inOneGo } from '../../../src/lib/turns.ts'
import type { PlannedChange, PlannedMember } from '../../../src/sync/plan/plan-file.ts'
import { rowStore } from '../../../src/sync/plan/row-store.ts'
import { nthPhone } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'

const PEOPLE = 1203

function change(n: number, field: string, held: string | null = null): PlannedChange {
  return {
    kind: 'update',
    phone: nthPhone(n),
    contactId: n,
    source: 'clinic',
    record: `r${n}`,
    rung: null,
    fields: [{ field, before: '', after: 'true' }],
    held,
    base: { hash: null, rev: null, optedOut: false },
    pins: [],
  }
}

function member(n: number, what: 'add' | 'remove', held: string | null = null): PlannedMember {
  return { list: n % 2 === 0 ? 'b' : 'a', shard: (n % 3) + 1, what, phone: nthPhone(n), contactId: n, held }
}

const backwards = Array.from({ length: PEOPLE }, (_, at) => PEOPLE - at)
const phones = (some: Iterable<{ phone: string }>) => Array.from(some, ({ phone }) => phone)

test('changes come in phone order behind those that opt out', () => {
  const store = rowStore(aDatabase())
  store.begin()
  for (const n of backwards) store.addChange(change(n, n % 10 === 0 ? 'optedOut' : 'first'))
  const all = [...backwards].reverse()
  const first = all.filter((n) => n % 10 === 0)
  const rest = all.filter((n) => n % 10 !== 0)
  expect(phones(store.changes)).toEqual([...first, ...rest].map(nthPhone))
  store.begin()
  expect([...store.changes]).toEqual([])
})

test('an opt-out goes with what was held of it, once that is let through', () => {
  const store = rowStore(aDatabase())
  store.begin()
  for (const n of [1, 2]) store.addChange(change(n, 'optedOut'))
  for (const n of [2, 3]) store.addChange(change(n, 'first', 'updates'))
  store.joinHeld()
  expect(
    [...store.changes].map(({ phone, fields, held }) => [phone, fields.map((one) => one.field), held]),
  ).toEqual([
    [nthPhone(1), ['optedOut'], null],
    [nthPhone(2), ['optedOut', 'first'], 'updates'],
    [nthPhone(3), ['first'], 'updates'],
  ])
})

test('each is found by its verdict, and members by list, way and shard', () => {
  const store = rowStore(aDatabase())
  store.begin()
  for (const n of backwards) store.addChange({ ...change(n, 'first'), kind: 'create', contactId: null })
  for (const n of backwards)
    store.addMember(n % 5 === 0 ? member(n, 'remove', 'dial') : member(n, n % 5 === 1 ? 'remove' : 'add'))
  const verdict = ({ phone }: { phone: string }) =>
    phone.endsWith('7') ? ('refused' as const) : ('go' as const)
  inOneGo(store.judgeChanges(verdict))
  inOneGo(store.judgeMembers(verdict))
  const all = [...backwards].reverse()
  const refused = all.filter((n) => nthPhone(n).endsWith('7'))
  expect(phones(store.changesWith('refused'))).toEqual(refused.map(nthPhone))
  expect(store.count('refused')).toBe(2 * refused.length)
  expect([store.createOf(nthPhone(17)), store.createOf(nthPhone(18)), store.createOf('1')]).toEqual([
    'refused',
    'go',
    undefined,
  ])
  const onB = all.filter((n) => n % 2 === 0 && n % 5 <= 1 && !nthPhone(n).endsWith('7'))
  const going = store.going('b', 'remove')
  expect(going.length).toBe(onB.length)
  expect(phones(going).sort()).toEqual(onB.map(nthPhone).sort())
  const second = onB.filter((n) => n % 3 === 1)
  expect(phones(going.of(2)).sort()).toEqual(second.map(nthPhone).sort())
  expect(going.shards.get(2)).toBe(second.length)
  expect([going.has(nthPhone(10)), going.has(nthPhone(12)), store.going('c', 'add').length]).toEqual([
    true,
    false,
    0,
  ])
})
