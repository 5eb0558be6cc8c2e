// How a contact of Heymarket is kept: what is read is what was written, and blanks take no room.
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { RemoteContact } from '../../../src/heymarket/contact.ts'
import { readBareE164 } from '../../../src/lib/phone.ts'
import { DISPLAY_NAME, parseRemote, remoteBody } from '../../../src/sync/mirror/remote-body.ts'
import { aRemote, nthPhone } from '../../support/contact.ts'

const PLAIN = aRemote({ first: 'Ann', last: 'Lee', displayName: 'Ann Lee', updated: null })

function kept(contact: RemoteContact): RemoteContact {
  const phone = readBareE164(contact.phone)
  return parseRemote({ id: contact.id, phone, rev: contact.rev, body: remoteBody(contact, phone) })
}

describe('a contact is read as it was', () => {
  test.each<[string, Partial<RemoteContact>]>([
    ['with nothing but a name', {}],
    [
      'with everything',
      { email: 'a@b.c', avatar: 'x.png', custom: { 7: 'x' }, tagIds: [2, 1], assigneeId: 3 },
    ],
    ['opted out', { isOptedOut: true }],
    ['of whom nobody says whether they opted out', { isOptedOut: null }],
    ['with a nickname', { displayName: 'Annie' }],
    ['with a blank display name', { displayName: '' }],
    ['with one name', { last: '', displayName: 'Ann' }],
    ['with a blank around the name', { first: ' Ann', last: 'Lee\t', displayName: 'Ann Lee' }],
    ['without a name', { first: '', last: '', displayName: '' }],
    ['without a number', { phone: '' }],
    ['with something that is no number', { phone: 'fb:123' }],
    ['with a number in another spelling', { phone: '+1 510-555-0001' }],
    ['without a revision', { rev: null }],
  ])('%s', (_, differs) => {
    expect(kept({ ...PLAIN, ...differs })).toEqual({ ...PLAIN, ...differs })
  })
})

test('what is blank, and what a column says, takes no room', () => {
  expect(remoteBody(PLAIN, nthPhone(1))).toBe('{"first":"Ann","last":"Lee"}')
})

test.each([PLAIN, { ...PLAIN, displayName: 'Annie' }, { ...PLAIN, last: '', displayName: 'Ann' }])(
  'SQL reads the display name too: %j',
  (contact) => {
    const db = new Database(':memory:')
    const shown = db.prepare(`SELECT ${DISPLAY_NAME} FROM (SELECT ? AS body)`).pluck()
    expect(shown.get(remoteBody(contact, contact.phone))).toBe(contact.displayName)
  },
)
