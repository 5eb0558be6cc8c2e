// Who is looked at again by the rules of lists: whoever anything changed for that a rule or the plan of a list can see, and
// nobody else.
import { beforeEach, describe, expect, test } from 'vitest'
import { contentHash } from '../../../src/lib/hash.ts'
import type { Membership } from '../../../src/sync/mirror/lists.ts'
import { type Mirror, openMirror } from '../../../src/sync/mirror/mirror.ts'
import { aRemote, nthPhone } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'

const ANN = nthPhone(1)
const BEN = nthPhone(2)
const hash = (text: string) => contentHash(text)
const row = (fields: string, phone = ANN, source_id = 'clinic') => ({
  phone,
  source_id,
  record_id: 'r1',
  fields,
  hash: hash(fields),
  claims: 1,
})
const member = (more: Partial<Membership> = {}): Membership => ({
  key: 'gold',
  phone: ANN,
  shard: 1,
  contact_id: 1,
  state: 'on',
  wants: 'on',
  ours: 1,
  ...more,
})

let mirror: Mirror
const due = () => mirror.listDue.due('', 100).map(({ phone }) => phone)

/** Everybody was looked at. */
function settle(): void {
  mirror.listDue.everybodyLookedAt('basis')
  mirror.listDue.settle(mirror.listDue.due('', 100).map((one) => ({ ...one, again: false })))
}

beforeEach(() => {
  mirror = openMirror(aDatabase())
  mirror.contacts.want(row('{"first":"Ann"}'))
  mirror.contacts.want(row('{"first":"Ben"}', BEN))
  mirror.remote.read(aRemote({ id: 1, phone: ANN }), 1, 5)
  mirror.remote.read(aRemote({ id: 2, phone: BEN }), 1, 5)
  mirror.contacts.putLink(ANN, 1, 'created', 'keep')
  mirror.lists.putMember(member())
  settle()
})

const listed = (title: string, ...members: string[]) => ({ title, members, whole: true }) as const

const NEWS: readonly [string, (on: Mirror) => void][] = [
  ['other fields', ({ contacts }) => contacts.want(row('{"first":"Anna"}'))],
  ['another source', ({ contacts }) => contacts.want(row('{"first":"Ann"}', ANN, 'other'))],
  ['leaving', ({ contacts }) => contacts.leave(ANN, 'c1', 'deleted')],
  ['forgetting', ({ contacts }) => contacts.forget(ANN)],
  ['an opt-out', ({ consent }) => void consent.optOut(ANN, 'hand', 'said so', 5)],
  ['another link', ({ contacts }) => contacts.putLink(ANN, 7, 'adopted', 'keep')],
  ['no link', ({ contacts }) => contacts.dropLink(ANN)],
  ['one more contact in Heymarket', ({ remote }) => void remote.read(aRemote({ id: 9, phone: ANN }), 1, 5)],
  [
    'another number in Heymarket',
    ({ remote }) => void remote.read(aRemote({ id: 1, phone: nthPhone(3) }), 1, 5),
  ],
  ['nobody in Heymarket', ({ remote }) => remote.drop(1)],
  ['a member on another list', ({ lists }) => lists.putMember(member({ key: 'all', ours: 0 }))],
  ['a member of theirs', ({ lists }) => lists.putMember(member({ ours: 0 }))],
  ['another contact on the list', ({ lists }) => lists.putMember(member({ contact_id: 9 }))],
  ['getting off', ({ lists }) => lists.putMember(member({ state: 'removing', wants: 'off' }))],
  ['nobody on the list', ({ lists }) => lists.dropMember('gold', ANN)],
  ['a list that is gone', ({ lists }) => lists.drop('gold', 1)],
  [
    'an undo',
    ({ memberPins }) => memberPins.put({ key: 'gold', phone: ANN, what: 'add', cycle_id: 'c1', at: 5 }),
  ],
]

describe('somebody is due after', () => {
  test.each(NEWS)('%s', (_what, news) => {
    news(mirror)
    expect(due()).toContain(ANN)
    expect(due()).not.toContain(BEN)
  })

  test('another way of leaving, and a removal that is over or begins anew', () => {
    mirror.contacts.leave(ANN, 'c1', 'absent')
    for (const next of [
      () => mirror.contacts.leftAnew(ANN, 'deleted'),
      () => mirror.contacts.markRemoved(ANN),
      () => mirror.contacts.reopenRemoval(ANN),
    ]) {
      settle()
      next()
      expect(due()).toEqual([ANN])
    }
  })

  test('a link that is there again', () => {
    mirror.contacts.dropLink(ANN)
    settle()
    mirror.contacts.putLink(ANN, 1, 'adopted', 'keep')
    expect(due()).toEqual([ANN])
  })

  test('an opt-out that was lifted', () => {
    mirror.consent.optOut(ANN, 'hand', 'said so', 5)
    settle()
    mirror.consent.allow(ANN, 'said so', 6)
    expect(due()).toEqual([ANN])
  })

  test('an undo that does not count any more', () => {
    mirror.memberPins.put({ key: 'gold', phone: ANN, what: 'add', cycle_id: 'c1', at: 5 })
    settle()
    mirror.memberPins.put({ key: 'gold', phone: ANN, what: 'remove', cycle_id: 'c2', at: 6 })
    expect(due()).toEqual([ANN])
    settle()
    mirror.memberPins.drop('gold', ANN)
    expect(due()).toEqual([ANN])
  })

  test('what happens to the lists that their records are on, and to what claims their number', () => {
    const record = { source_id: 'clinic', record_id: 'r1', state: 'accepted', raw_hash: hash('r1') } as const
    const rest = { updated_at: null, place: null, contact: '{}', notes: null, seen_pull: 1, changed_at: 5 }
    mirror.records.put({ ...record, ...rest, phone: ANN }, [nthPhone(3)])
    for (const next of [
      () => mirror.sourceLists.save('clinic', listed('News', 'r1'), 1, () => false),
      () => mirror.sourceLists.save('clinic', listed('News', 'r2'), 2, () => false),
      () => mirror.sourceLists.inherit('clinic', 'r2', 'r1'),
      () => mirror.sourceLists.forgetRecord('clinic', 'r1'),
    ]) {
      settle()
      next()
      expect(due()).toEqual([ANN, nthPhone(3)])
    }
    settle()
    mirror.records.markDirty(BEN)
    mirror.records.takeDirty(10)
    expect(due()).toEqual([BEN])
  })
})

describe('nobody is due after', () => {
  const SAME: readonly [string, (on: Mirror) => void][] = [
    ['the same fields', ({ contacts }) => contacts.want(row('{"first":"Ann"}'))],
    ['an accord of the two sides', ({ contacts }) => contacts.settle(ANN, hash('a'), hash('b'))],
    ['another name in Heymarket', ({ remote }) => void remote.read(aRemote({ id: 1, first: 'Anna' }), 1, 5)],
    [
      'a contact of somebody on no list',
      ({ remote }) => void remote.read(aRemote({ id: 8, phone: BEN }), 1, 5),
    ],
    ['the same member', ({ lists }) => lists.putMember(member())],
    ['a reading of a list of theirs', ({ lists }) => lists.showed('gold', 1, 1)],
  ]

  test.each(SAME)('%s', (_what, same) => {
    same(mirror)
    expect(due()).toEqual([])
  })

  test('somebody got on as the plan wanted it, but is due until then', () => {
    mirror.lists.putMember(member({ phone: BEN, state: 'adding', contact_id: null }))
    expect(due()).toEqual([BEN])
    mirror.lists.putMember(member({ phone: BEN, contact_id: 2 }))
    expect(due()).toEqual([])
  })

  test('anything, where there are no rules', () => {
    mirror.listDue.stop()
    mirror.contacts.want(row('{"first":"Anna"}'))
    mirror.consent.optOut(BEN, 'hand', 'said so', 5)
    mirror.listDue.mark(BEN)
    expect(due()).toEqual([])
  })
})

test('somebody who got on as another contact than they are now is due', () => {
  mirror.lists.putMember(member({ phone: BEN, state: 'adding', contact_id: null }))
  mirror.lists.putMember(member({ phone: BEN, contact_id: 77 }))
  expect(due()).toEqual([BEN])
})

test('a mark that comes while its person is looked at stays', () => {
  mirror.contacts.want(row('{"first":"Anna"}'))
  const looked = mirror.listDue.due('', 10)
  mirror.contacts.want(row('{"first":"Anne"}'))
  mirror.listDue.settle(looked.map((one) => ({ ...one, again: false })))
  expect(due()).toEqual([ANN])
})

test('whoever is due is shown in pages, in the order of their numbers', () => {
  for (let n = 3; n <= 30; n += 1) {
    if (n % 2 === 0) mirror.contacts.want(row('{}', nthPhone(n)))
    if (n % 3 === 0)
      for (const key of ['a', 'b', 'c'])
        mirror.lists.putMember(member({ key, phone: nthPhone(n), state: 'adding' }))
  }
  const seen: string[] = []
  for (let after = ''; ; ) {
    const page = mirror.listDue.due(after, 4).map(({ phone }) => phone)
    seen.push(...page)
    if (page.length < 4) break
    after = page.at(-1) ?? ''
  }
  const all = Array.from({ length: 28 }, (_, at) => at + 3).filter((n) => n % 2 === 0 || n % 3 === 0)
  expect(seen).toEqual(all.map(nthPhone))
})
