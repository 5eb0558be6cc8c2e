import { describe, expect, test } from 'vitest'
import { index, lookupCache } from '../../../src/sync/diff/lookups.ts'
import { someLookups } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'
import { withSandbox } from '../../support/heymarket.ts'

const TEAM = { id: 41, name: 'T', members: [] }

describe('names', () => {
  test('lead to ids and back; an id without a name is shown as its number', () => {
    const names = someLookups()
    expect([names.fieldId('Plan'), names.fieldName('901'), names.fieldName('7')]).toEqual([901, 'Plan', '#7'])
    expect([names.tagId('VIP'), names.tagName(11), names.tagName(7)]).toEqual([11, 'VIP', '#7'])
    expect([names.memberId('BEN okafor'), names.memberName(502), names.memberName(7)]).toEqual([
      502,
      'Ben Okafor',
      '#7',
    ])
    expect([names.fieldId('plan'), names.tagId('vip'), names.memberId('nobody')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('that stand twice mean the smaller id, in whatever order they come', () => {
    const twice = [
      { id: 8, name: 'Plan' },
      { id: 5, name: 'Plan' },
    ]
    for (const fields of [twice, [...twice].reverse()]) {
      expect(index({ fields, tags: fields, team: TEAM }).fieldId('Plan')).toBe(5)
      expect(index({ fields, tags: fields, team: TEAM }).tagId('Plan')).toBe(5)
    }
  })

  test('have a fingerprint that does not depend on the order of an answer', () => {
    const names = [5, 6].map((id) => ({ id, name: `N${id}` }))
    const members = [7, 8].map((id) => ({ id, name: `M${id}`, email: '' }))
    const inOrder = index({ fields: names, tags: names, team: { ...TEAM, members } })
    const [reversed, others] = [[...names].reverse(), [...members].reverse()]
    const shuffled = index({ fields: reversed, tags: reversed, team: { ...TEAM, members: others } })
    expect(shuffled.fingerprint).toBe(inOrder.fingerprint)
  })

  test('have a fingerprint that changes with any of them', () => {
    const fields = [{ id: 5, name: 'Plan' }]
    const fingerprint = index({ fields, tags: [], team: TEAM }).fingerprint
    expect(index({ fields, tags: [], team: TEAM }).fingerprint).toBe(fingerprint)
    expect(index({ fields: [{ id: 6, name: 'Plan' }], tags: [], team: TEAM }).fingerprint).not.toBe(
      fingerprint,
    )
  })
})

describe('the cache', () => {
  test('asks Heymarket once an hour, over two connections to one database', async () => {
    const { client, clock, exchanges } = await withSandbox()
    const db = aDatabase()
    const needs = { account: 'a', fields: true, tags: true }
    const first = await lookupCache(db, client, needs, clock).get()
    const asked = exchanges.length
    clock.advance(59 * 60_000)
    expect((await lookupCache(db, client, needs, clock).get()).fingerprint).toBe(first.fingerprint)
    expect(exchanges).toHaveLength(asked)
    clock.advance(60_000)
    await lookupCache(db, client, needs, clock).get()
    expect(exchanges.length).toBeGreaterThan(asked)
  })

  test('asks again when told to, and when the clock went back', async () => {
    const { client, clock, exchanges } = await withSandbox()
    const cache = lookupCache(aDatabase(), client, { account: 'a', fields: false, tags: false }, clock)
    await cache.get()
    await client.tags.create('Blue')
    const asked = exchanges.length
    await cache.get({ fresh: true })
    expect(exchanges.length).toBe(asked + 1)
    clock.advance(-1)
    await cache.get()
    expect(exchanges.length).toBe(asked + 2)
  })

  test('never takes the names of one account for those of another', async () => {
    const { client, clock, exchanges } = await withSandbox()
    const db = aDatabase()
    await lookupCache(db, client, { account: 'a', fields: true, tags: true }, clock).get()
    const asked = exchanges.length
    await lookupCache(db, client, { account: 'b', fields: true, tags: true }, clock).get()
    expect(exchanges.length).toBeGreaterThan(asked)
  })

  test('asks only for what the config needs', async () => {
    const { client, clock, exchanges } = await withSandbox()
    await lookupCache(aDatabase(), client, { account: 'a', fields: false, tags: false }, clock).get()
    expect(exchanges.map(({ path }) => path)).toEqual(['/v1/team'])
  })
})
