import { describe, expect, test } from 'vitest'
import type { Inbox } from '../../src/heymarket/inboxes.ts'
import { inboxOf, mustReachGroups, senderOf } from '../../src/messaging/defaults.ts'

function inbox(id: number, name: string, given: Partial<Inbox> = {}): Inbox {
  return { id, name, phone: '15105550100', phones: [], members: [501, 502], ...given }
}

const DESK = inbox(71, 'Front desk')
const BILLING = inbox(72, 'Billing', { members: [501] })
const TEAM = {
  id: 41,
  name: 'Team',
  listSize: null,
  members: [
    { id: 501, name: 'Ana Duarte', email: 'ana@example.com', role: 'admin' },
    { id: 502, name: 'Ben Okafor', email: 'ben@example.com', role: 'member' },
    { id: 503, name: 'Cy Martin', email: '', role: 'member' },
  ],
}

describe('the inbox', () => {
  test('is the one asked for, else the only one', () => {
    expect(inboxOf('billing', [DESK, BILLING])).toBe(BILLING)
    expect(inboxOf(71, [DESK, BILLING])).toBe(DESK)
    expect(inboxOf(undefined, [BILLING])).toBe(BILLING)
  })

  test('is asked for where there are several, or none', () => {
    expect(() => inboxOf(undefined, [DESK, BILLING])).toThrow('There is Front desk (71), Billing (72).')
    expect(() => inboxOf(undefined, [])).toThrow('there is nothing to send from')
  })
})

describe('the sender', () => {
  test.each([
    ['Ben Okafor', 502],
    ['ben@example.com', 502],
    [502, 502],
  ])('is %j by name, e-mail or id', (asked, id) => {
    expect(senderOf(asked, DESK, TEAM).id).toBe(id)
  })

  test('is the only member of the inbox where nobody is asked for', () => {
    expect(senderOf(undefined, BILLING, TEAM).id).toBe(501)
    expect(() => senderOf(undefined, DESK, TEAM)).toThrow(
      'Front desk has Ana Duarte (501), Ben Okafor (502).',
    )
    expect(() => senderOf(undefined, inbox(73, 'New', { members: [999] }), TEAM)).toThrow('has no members')
  })

  test('must be a member, where the account shows them', () => {
    expect(() => senderOf('Ben Okafor', BILLING, TEAM)).toThrow('is not a member of the inbox Billing')
    expect(senderOf('Cy Martin', inbox(73, 'New', { members: [] }), TEAM).id).toBe(503)
  })
})

test.each([
  ['18005550100', []],
  ['', ['+1 (888) 555-0100']],
])('a group message does not go out from a toll-free number: %j %j', (phone, phones) => {
  expect(() => mustReachGroups(inbox(71, 'Free', { phone, phones }))).toThrow('has a toll-free number')
  expect(() => mustReachGroups(DESK)).not.toThrow()
})
