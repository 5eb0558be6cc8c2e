// Every value of every dialect can be seen from outside.
import { describe, expect, test } from 'vitest'
import { DIALECT_TABLE, type Dialects, parseDialect } from '../../src/sandbox/dialects.ts'
import { list, type Observation, PHONE, put } from './observe.ts'
import { ACCOUNT } from './observe-account.ts'
import { LISTS } from './observe-lists.ts'
import { MESSAGES } from './observe-messages.ts'
import { READS } from './observe-reads.ts'
import { WEBHOOKS } from './observe-webhooks.ts'
import { WRITES } from './observe-writes.ts'
import { handClock, people, start } from './support.ts'

const OBSERVATIONS: Readonly<Record<keyof Dialects, Observation>> = {
  ...READS,
  ...WRITES,
  ...ACCOUNT,
  ...LISTS,
  ...MESSAGES,
  ...WEBHOOKS,
}

describe.each(Object.entries(OBSERVATIONS))('dialect %s', (name, { see, expected, also }) => {
  test.each(Object.keys(expected))('reads as told with %s', async (value) => {
    const clock = handClock()
    const box = await start({ clock, dialects: { ...also, ...parseDialect(`${name}=${value}`) } })
    expect(await see(box, clock)).toEqual(expected[value])
  })

  test('has every value observed, the default among them', () => {
    const one = DIALECT_TABLE[name as keyof Dialects]
    const values: readonly string[] = 'values' in one ? one.values : [String(one.default)]
    expect(Object.keys(expected)).toEqual(expect.arrayContaining([...values]))
  })
})

test('a cursor finer than the resolution is cut to it, so a tie block is skipped or repeated whole', async () => {
  const clock = handClock()
  const box = await start({ clock, dialects: { resolution: 'second' } })
  box.store.fill(people(5), { sameInstant: true })
  expect(await list(box, { date: '2026-11-20T09:30:00.999999Z' })).toEqual([])
  box.configure({ dialects: { cursor: 'inclusive' } })
  expect(await list(box, { date: '2026-11-20T09:30:00Z' })).toHaveLength(5)
})

test('a delayed update and deletion leave the old image in lists, while writes see the truth', async () => {
  const clock = handClock()
  const box = await start({ clock })
  const id = await box.create({ phone: PHONE, first: 'Ana' })
  box.configure({ dialects: { visibilityDelayMs: 500 } })
  await put(box, id, { first: 'Bea' })
  expect(await list(box)).toMatchObject([{ first: 'Ana', rev: 1 }])
  expect((await box.post('/v1/contact', { phone: PHONE })).json).toMatchObject({ id, rev: 3 })
  expect(box.store.contacts()).toMatchObject([{ first: 'Bea', rev: 3 }])
  clock.advance(500)
  expect(await list(box)).toMatchObject([{ first: 'Bea', rev: 3 }])
  await box.call('DELETE', `/v1/contact/${id}`)
  expect(await list(box)).toHaveLength(1)
  expect(box.store.contacts()).toEqual([])
  box.configure({ dialects: { visibilityDelayMs: 0 } })
  expect(await list(box)).toEqual([])
})

test('a deleted tag does not count against the five when tags are merged', async () => {
  const box = await start({ dialects: { tagsWrite: 'merge', tagsRead: 'ids' } })
  for (const tag of ['a', 'b', 'c']) await box.post('/v1/tag', { tag })
  const id = await box.create({ phone: PHONE, tags: [11, 12, 13, 14, 15].map((tag_id) => ({ tag_id })) })
  await box.call('DELETE', '/v1/tag/12')
  expect((await put(box, id, { tags: [{ tag_id: 16 }] })).status).toBe(200)
  expect((await box.read(id)).tags).toEqual([11, 13, 14, 15, 16])
})

test('the number of contacts without a phone follows the dialect while it runs', async () => {
  const box = await start()
  for (const emailOnlyContacts of [3, 1, 2, 0]) {
    box.configure({ dialects: { emailOnlyContacts } })
    expect(await list(box)).toHaveLength(emailOnlyContacts)
  }
})

test('parseDialect names the nearest dialect, and the allowed values', () => {
  expect(parseDialect('maxLimit=50')).toEqual({ maxLimit: 50 })
  const failing = (text: string) => {
    try {
      parseDialect(text)
      return undefined
    } catch (thrown) {
      const { code, message, hint } = thrown as { code: string; message: string; hint: string }
      return { code, message, hint }
    }
  }
  expect(failing('curser=inclusive')).toMatchObject({
    code: 'ERR_USAGE',
    hint: expect.stringContaining('"cursor"? Allowed there: exclusive, inclusive'),
  })
  expect(failing('cursor=maybe')).toMatchObject({ code: 'ERR_USAGE', hint: 'Allowed: exclusive, inclusive.' })
  expect(failing('cursor')).toMatchObject({ message: 'The dialect "cursor" has no value.' })
  expect(failing('maxLimit=0')).toMatchObject({ hint: 'Allowed: a whole number from 1 to 10000.' })
  expect(failing('maxLimit=2.5')).toMatchObject({ code: 'ERR_USAGE' })
  expect(failing('maxLimit=')).toMatchObject({ code: 'ERR_USAGE' })
  expect(failing('constructor=1')).toMatchObject({
    hint: expect.stringMatching(/^There are: cursor, resolution, /),
  })
})
