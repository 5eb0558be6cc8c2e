// The counts that triggers keep beside the rows they count, and the marks that stand for what a row says elsewhere.
import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/db/open.ts'
import { openMirror } from '../../../src/sync/mirror/mirror.ts'
import { aRemote, nthPhone } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'

function world() {
  const db = aDatabase()
  const mirror = openMirror(db)
  const put = (id: string, state: 'accepted' | 'filtered') =>
    mirror.records.put({
      source_id: 's',
      record_id: id,
      state,
      raw_hash: Buffer.from(id),
      updated_at: null,
      place: null,
      phone: null,
      contact: null,
      notes: null,
      seen_pull: 1,
      changed_at: 1,
    })
  const want = (phone: string, source_id: string, fields = '{}', hash = Buffer.from(fields)) =>
    mirror.contacts.want({ phone, source_id, record_id: 'r', fields, hash, claims: 1 })
  return { db, mirror, put, want }
}

function counted(db: Db, table: 'record' | 'contact') {
  return db.prepare(`SELECT source_id, state, n FROM ${table}_count WHERE n <> 0 ORDER BY 1, 2`).raw().all()
}

describe('how many rows there are is known after', () => {
  test('records came, changed their state, and were dropped', () => {
    const { db, mirror, put } = world()
    for (const id of ['1', '2', '3', '4']) put(id, 'accepted')
    put('2', 'filtered')
    put('3', 'accepted')
    mirror.records.markGone('s', '3', 'C', 1)
    mirror.records.drop('s', '4')
    expect(counted(db, 'record')).toEqual([
      ['s', 'accepted', 1],
      ['s', 'filtered', 1],
      ['s', 'gone', 1],
    ])
    expect(mirror.records.countKnown('s')).toBe(2)
    expect(mirror.records.anyGoneSince('s', 'C')).toBe(true)
  })

  test('contacts of Heymarket were read, read again, written, and deleted', () => {
    const { mirror } = world()
    expect(mirror.remote.count()).toBe(0)
    for (const id of [1, 2, 3]) mirror.remote.read(aRemote({ id, phone: nthPhone(id) }), 1, 5)
    mirror.remote.read(aRemote({ id: 2, phone: nthPhone(9), first: 'New' }), 2, 6)
    mirror.remote.wrote(aRemote({ id: 4, phone: nthPhone(4) }), 7)
    mirror.remote.drop(1)
    mirror.remote.drop(99)
    expect(mirror.remote.count()).toBe(3)
  })

  test('contacts came, left, went over to another source, and were forgotten', () => {
    const { db, mirror, want } = world()
    for (const n of [1, 2, 3, 4]) want(nthPhone(n), 's')
    want(nthPhone(2), 't')
    mirror.contacts.leave(nthPhone(3), null, '')
    mirror.contacts.forget(nthPhone(4))
    expect(counted(db, 'contact')).toEqual([
      ['s', 'left', 1],
      ['s', 'wanted', 1],
      ['t', 'wanted', 1],
    ])
    expect(mirror.contacts.countWanted()).toBe(2)
  })
})

describe('what a contact agreed on', () => {
  const ANN = '{"first":"Ann"}'
  const BEN = '{"first":"Ben"}'

  test('stays what it was when the sources say something else, and when they say it again', () => {
    const { db, mirror, want } = world()
    const raw = db.prepare('SELECT base, length(settled_desired) FROM contact').raw()
    const settled = () => mirror.contacts.find(nthPhone(1))
    want(nthPhone(1), 's', ANN)
    mirror.contacts.settle(nthPhone(1), Buffer.from(ANN), Buffer.from('r'))
    const agreed = { base: ANN, settled_desired: Buffer.from(ANN) }
    expect([raw.get(), settled()]).toMatchObject([['=', 0], agreed])
    want(nthPhone(1), 's', BEN)
    expect([raw.get(), settled()]).toMatchObject([[ANN, ANN.length], { ...agreed, fields: BEN }])
    want(nthPhone(1), 's', ANN)
    expect([raw.get(), settled()]).toMatchObject([['=', 0], agreed])
  })

  test('may differ from what the sources say', () => {
    const { mirror, want } = world()
    want(nthPhone(1), 's', ANN)
    mirror.contacts.settle(nthPhone(1), Buffer.from(ANN), Buffer.from('r'), { base: BEN, cutTags: null })
    expect(mirror.contacts.find(nthPhone(1))?.base).toBe(BEN)
    mirror.contacts.remember(nthPhone(1), ANN, null)
    expect(mirror.contacts.find(nthPhone(1))?.base).toBe(ANN)
    mirror.contacts.remember(nthPhone(1), null, null)
    expect(mirror.contacts.find(nthPhone(1))?.base).toBeNull()
  })

  test('forgets custom fields and tags, and nothing else', () => {
    const { mirror, want } = world()
    const fields = [ANN, '{"first":"Ann","custom":{"Plan":"Plus"}}', '{"first":"Ann","tags":["VIP"]}']
    for (const [n, text] of fields.entries()) {
      want(nthPhone(n), 's', text)
      mirror.contacts.settle(nthPhone(n), Buffer.from(text), Buffer.from('r'))
    }
    mirror.contacts.forgetNamedBases()
    expect(fields.map((_, n) => mirror.contacts.find(nthPhone(n))?.base)).toEqual([ANN, ANN, ANN])
  })

  test('keeps the write that it was taken after when another one follows', () => {
    const { mirror, want } = world()
    const [first, second] = [Buffer.from('first'), Buffer.from('second')]
    want(nthPhone(1), 's', ANN)
    mirror.contacts.pushed(nthPhone(1), first)
    mirror.contacts.settle(nthPhone(1), Buffer.from(ANN), Buffer.from('r'))
    expect(mirror.contacts.find(nthPhone(1))).toMatchObject({ base_push: first, pushed_key: first })
    mirror.contacts.pushed(nthPhone(1), second)
    expect(mirror.contacts.find(nthPhone(1))).toMatchObject({ base_push: first, pushed_key: second })
    mirror.contacts.settle(nthPhone(1), Buffer.from(ANN), Buffer.from('r'))
    mirror.contacts.leave(nthPhone(1), null, '')
    expect(mirror.contacts.find(nthPhone(1))).toMatchObject({ base_push: second, pushed_key: null })
  })
})

test('a link under the usual rung is read as it was written, and one under another too', () => {
  const { mirror } = world()
  for (const [n, rung] of ['removeFromLists', 'delete', '{"absent":"keep"}'].entries()) {
    mirror.contacts.putLink(nthPhone(n), n, 'adopted', rung)
    expect(mirror.contacts.link(nthPhone(n))).toEqual({ contact_id: n, origin: 'adopted', rung })
  }
})
