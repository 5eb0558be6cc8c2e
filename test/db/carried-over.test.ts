// A database of before the mirror was made smaller says afterwards what it said then.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { APPLICATION_ID, type Db } from '../../src/db/open.ts'
import type { RemoteContact } from '../../src/heymarket/contact.ts'
import { openMirror } from '../../src/sync/mirror/mirror.ts'
import { parseRemote } from '../../src/sync/mirror/remote-body.ts'
import { openOutbox } from '../../src/sync/outbox/outbox.ts'
import { aRemote, nthPhone } from '../support/contact.ts'
import { aDatabase, tempFolder } from '../support/folder.ts'

const FOLDER = new URL('../../src/db/migrations/', import.meta.url)
const AT = '2030-01-15T11:00:00.123Z'
const [ANN, BEN] = ['{"first":"Ann"}', '{"first":"Ben"}']
const HASH = Buffer.alloc(16, 7)
const WRITTEN = [{ field: 'first', before: '', after: 'Ann' }]

/** As it was when migration 034 was the last. */
function databaseBefore(fill: (db: Db) => void): Db {
  const path = join(tempFolder(), 'heysync.db')
  const old = new Database(path)
  const known = readdirSync(FOLDER)
    .sort()
    .filter((name) => name < '035')
  for (const name of known) old.exec(readFileSync(new URL(name, FOLDER), 'utf8'))
  old.pragma(`user_version = ${known.length}`)
  old.pragma(`application_id = ${APPLICATION_ID}`)
  fill(old)
  old.close()
  return aDatabase(path)
}

/** What its view says, in a database as it was and as it is. */
function contactsBefore(fill: (db: Db) => void): unknown[] {
  const db = new Database(':memory:')
  onTestFinished(() => void db.close())
  for (const name of readdirSync(FOLDER).sort())
    if (name < '035') db.exec(readFileSync(new URL(name, FOLDER), 'utf8'))
  fill(db)
  return db.prepare('SELECT * FROM v1_contacts ORDER BY phone').all()
}

const REMOTES: readonly RemoteContact[] = [
  aRemote({ id: 1, phone: nthPhone(1), first: 'Ann', last: 'Lee', displayName: 'Ann Lee', updated: AT }),
  aRemote({
    id: 2,
    phone: nthPhone(2),
    first: ' Ben',
    last: 'Ray',
    displayName: ' Ben Ray',
    rev: null,
    updated: AT,
  }),
  aRemote({
    id: 3,
    phone: '+1 510-555-0003',
    displayName: 'Nick',
    tagIds: [4],
    assigneeId: 9,
    updated: null,
  }),
  aRemote({
    id: 4,
    phone: '',
    first: '',
    last: '',
    displayName: '',
    isOptedOut: true,
    custom: { 7: 'x' },
    updated: AT,
  }),
  aRemote({
    id: 5,
    phone: nthPhone(5),
    first: 'Eve',
    last: '',
    displayName: 'Eve',
    isOptedOut: null,
    updated: AT,
  }),
]

function fill(db: Db): void {
  const remote = db.prepare(
    `INSERT INTO remote_contact (id, phone, body, hash, rev, updated, seen_walk) VALUES (@id, @bare, @body, @hash, @rev, @updated, 1)`,
  )
  const bare = [nthPhone(1), nthPhone(2), nthPhone(3), null, nthPhone(5)]
  for (const [n, one] of REMOTES.entries()) {
    const key = one.updated === null ? null : `${one.updated.slice(0, -1)}000000Z`
    remote.run({
      id: one.id,
      bare: bare[n],
      body: JSON.stringify(one),
      hash: HASH,
      rev: one.rev,
      updated: key,
    })
  }
  const operation = db.prepare(
    `INSERT INTO operation (phone, kind, lane, change, change_hash, source_id, state, not_before, cycle_id, created_at)
     VALUES (?, 'create', ?, '{}', x'00', 's', ?, ?, ?, 1)`,
  )
  operation.run(nthPhone(1), 1, 'pending', 0, 'C')
  operation.run(nthPhone(2), 2, 'pending', 900, 'C')
  operation.run(nthPhone(3), 2, 'dead', 0, 'C')
  operation.run(nthPhone(4), 2, 'pending', 0, 'D')
  const contact = db.prepare(
    `INSERT INTO contact (phone, state, source_id, record_id, fields, hash, claims, settled_desired, settled_remote, pushed_key, base, base_push)
     VALUES (?, ?, 's', ?, ?, ?, 1, ?, ?, ?, ?, ?)`,
  )
  contact.run(nthPhone(1), 'wanted', 'r1', ANN, HASH, HASH, HASH, HASH, ANN, HASH)
  contact.run(nthPhone(2), 'wanted', 'r2', ANN, HASH, Buffer.from('old'), HASH, HASH, BEN, Buffer.from('old'))
  contact.run(nthPhone(3), 'left', 'r3', ANN, HASH, null, null, null, null, null)
  const link = db.prepare(
    'INSERT INTO link (phone, contact_id, origin, rung, linked_at) VALUES (?, ?, ?, ?, 1)',
  )
  link.run(nthPhone(1), 1, 'created', 'removeFromLists')
  link.run(nthPhone(2), 2, 'adopted', 'delete')
  const record = db.prepare(
    `INSERT INTO source_record (source_id, record_id, state, raw_hash, phone, contact, seen_pull, gone_cycle, changed_at)
     VALUES ('s', ?, ?, ?, ?, ?, 1, ?, 1)`,
  )
  record.run('r1', 'accepted', HASH, nthPhone(1), ANN, null)
  record.run('r2', 'accepted', HASH, nthPhone(2), ANN, null)
  record.run('r3', 'gone', HASH, nthPhone(3), ANN, 'C')
  const image = db.prepare(
    `INSERT INTO before_image (cycle_id, phone, kind, rung, contact_id, source_id, record_id, body, fields, at)
     VALUES ('C', ?, ?, ?, 1, 's', 'r', ?, ?, 1)`,
  )
  image.run(nthPhone(1), 'update', null, JSON.stringify(REMOTES[0]), JSON.stringify(WRITTEN))
  image.run(nthPhone(2), 'remove', 'delete', JSON.stringify(REMOTES[2]), '[]')
}

test('contacts, what Heymarket holds of them, links and counts', () => {
  const db = databaseBefore(fill)
  const { contacts, records, remote } = openMirror(db)
  expect(REMOTES.map(({ id }) => remote.find(id)).map((row) => row && parseRemote(row))).toEqual(REMOTES)
  expect(contacts.find(nthPhone(1))).toMatchObject({
    fields: ANN,
    base: ANN,
    settled_desired: HASH,
    settled_remote: remote.find(1)?.hash,
    pushed_key: HASH,
    base_push: HASH,
  })
  expect(contacts.find(nthPhone(2))).toMatchObject({
    base: BEN,
    settled_desired: Buffer.from('old'),
    base_push: Buffer.from('old'),
  })
  expect(contacts.find(nthPhone(3))).toMatchObject({ base: null, settled_desired: null, base_push: null })
  expect(contacts.unsettled('', ':').map(({ phone }) => phone)).toEqual([nthPhone(2), nthPhone(3)])
  expect(contacts.link(nthPhone(1))).toEqual({ contact_id: 1, origin: 'created', rung: 'removeFromLists' })
  expect(contacts.link(nthPhone(2))).toEqual({ contact_id: 2, origin: 'adopted', rung: 'delete' })
  expect([contacts.countWanted(), records.countKnown('s')]).toEqual([2, 2])
  expect(records.anyGoneSince('s', 'C')).toBe(true)
})

test('how much waits, and how much does from then on', () => {
  const outbox = openOutbox(databaseBefore(fill))
  const none = { pending: 0, in_flight: 0, unsettled: 0, dead: 0 }
  expect(outbox.counts()).toEqual({ ...none, pending: 3, dead: 1 })
  expect(outbox.countsOfCycle('C')).toEqual({ ...none, pending: 2, dead: 1 })
  expect([outbox.countDueBy('C', 899), outbox.countDueBy('C', 900)]).toEqual([1, 2])
  outbox.redrive(null)
  expect(outbox.countsOfCycle('C')).toEqual({ ...none, pending: 3 })
})

test('what undo needs', () => {
  const { images } = openMirror(databaseBefore(fill))
  const [update, removal] = images.ofCycle('C')
  expect(update).toMatchObject({ fields: WRITTEN, body: null })
  const held = { id: 3, phone: nthPhone(3), rev: null, body: removal?.body ?? '' }
  expect(parseRemote(held)).toMatchObject({ displayName: 'Nick', tagIds: [4], assigneeId: 9 })
})

test('the views that are a contract', () => {
  const shown = databaseBefore(fill).prepare('SELECT * FROM v1_contacts ORDER BY phone').all()
  expect(shown).toHaveLength(3)
  expect(shown).toEqual(contactsBefore(fill))
})
