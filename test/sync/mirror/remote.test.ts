// What Heymarket is known to hold: by reading it, and by having written it.
import { describe, expect, test } from 'vitest'
import { openMirror } from '../../../src/sync/mirror/mirror.ts'
import { parseRemote } from '../../../src/sync/mirror/remote-body.ts'
import { aRemote, nthPhone } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'

function remote() {
  return openMirror(aDatabase()).remote
}

function shownBy(store: ReturnType<typeof remote>) {
  const row = store.find(1)
  return row && parseRemote(row)
}

describe('a read', () => {
  test('is new, then the same, then a change', () => {
    const store = remote()
    expect(store.read(aRemote(), 1, 10)).toBe('new')
    expect(store.read(aRemote(), 2, 20)).toBe('same')
    expect(store.read(aRemote({ first: 'Anna', rev: 2 }), 3, 30)).toBe('changed')
    expect(store.find(1)).toMatchObject({ rev: 2, seen_walk: 3, read_at: 30, phone: nthPhone(1) })
  })

  test('is the same in whatever order tags and custom values come', () => {
    const store = remote()
    store.read(aRemote({ tagIds: [1, 2], custom: { 1: 'a', 2: 'b' } }), 1, 0)
    expect(store.read(aRemote({ tagIds: [2, 1], custom: { 2: 'b', 1: 'a' } }), 1, 0)).toBe('same')
  })

  test('of a revision before the one known is stale, and changes nothing but that it was seen', () => {
    const store = remote()
    store.read(aRemote({ first: 'New', rev: 3 }), 1, 10)
    expect(store.read(aRemote({ first: 'Old', rev: 2 }), 2, 20)).toBe('stale')
    expect(shownBy(store)).toMatchObject({ first: 'New', rev: 3 })
    expect(store.find(1)).toMatchObject({ seen_walk: 2, read_at: 10 })
  })

  test('that leaves the opt-out out does not lift one that was known', () => {
    const store = remote()
    store.read(aRemote({ isOptedOut: true }), 1, 0)
    expect(store.read(aRemote({ isOptedOut: null }), 2, 0)).toBe('same')
    expect(shownBy(store)).toMatchObject({ isOptedOut: true })
    store.read(aRemote({ isOptedOut: false, rev: 2 }), 3, 0)
    expect(shownBy(store)).toMatchObject({ isOptedOut: false })
  })

  test.each([
    ['+1 510-555-0001', nthPhone(1)],
    ['', null],
    ['fb:123', null],
  ])('of a phone written %j stands for %s', (written, phone) => {
    const store = remote()
    store.read(aRemote({ phone: written }), 1, 0)
    expect(store.find(1)?.phone).toBe(phone)
  })
})

describe('our own write', () => {
  test('is known at once, and what the list still shows from before it is stale', () => {
    const store = remote()
    store.read(aRemote(), 1, 10)
    store.wrote(aRemote({ first: 'Ours', rev: 2, updated: null }), 20)
    expect(store.find(1)).toMatchObject({ rev: 2, acked_rev: 2, acked_at: 20, read_at: null, seen_walk: 1 })
    expect(store.read(aRemote(), 2, 30)).toBe('stale')
    expect(store.read(aRemote({ first: 'Ours', rev: 2 }), 3, 40)).toBe('same')
    expect(store.find(1)).toMatchObject({ read_at: 40, acked_rev: 2, acked_at: 20 })
  })

  test('stays known as ours after somebody else wrote', () => {
    const store = remote()
    store.wrote(aRemote({ rev: 2 }), 20)
    store.read(aRemote({ first: 'Theirs', rev: 3 }), 1, 30)
    expect(store.find(1)).toMatchObject({ rev: 3, acked_rev: 2, acked_at: 20 })
  })
})

test('who a walk did not meet is told', () => {
  const store = remote()
  store.read(aRemote({ id: 1 }), 1, 0)
  store.read(aRemote({ id: 2 }), 2, 0)
  store.wrote(aRemote({ id: 3 }), 100)
  expect([...store.unseen(2)].flat().map(({ id }) => id)).toEqual([1, 3])
})

test('numbers that stand on more than one contact are counted, and found with the oldest first', () => {
  const store = remote()
  for (const id of [3, 1, 2]) store.read(aRemote({ id }), 1, 0)
  store.read(aRemote({ id: 4, phone: nthPhone(4) }), 1, 0)
  store.read(aRemote({ id: 5, phone: '' }), 1, 0)
  store.read(aRemote({ id: 6, phone: '' }), 1, 0)
  expect([store.duplicatePhones(), store.count()]).toEqual([1, 6])
  expect(store.byPhone(nthPhone(1)).map(({ id }) => id)).toEqual([1, 2, 3])
  store.drop(1)
  expect(store.byPhone(nthPhone(1)).map(({ id }) => id)).toEqual([2, 3])
})

test('an account shows opt-outs once any answer said so, also false', () => {
  const store = remote()
  store.read(aRemote({ isOptedOut: null }), 1, 0)
  store.wrote(aRemote({ id: 2, isOptedOut: true }), 0)
  expect(store.showsOptOut()).toBe(false)
  store.read(aRemote({ id: 3, isOptedOut: false }), 1, 0)
  expect(store.showsOptOut()).toBe(true)
})
