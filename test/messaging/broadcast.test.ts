// A message to many: each person once, nobody who opted out, and nobody who was not asked for.
import { describe, expect, test } from 'vitest'
import { broadcast, findBroadcast, planBroadcast, resumeBroadcast } from '../../src/messaging/broadcast.ts'
import { broadcastStatus } from '../../src/messaging/broadcast-status.ts'
import type { MessagingDeps } from '../../src/messaging/deps.ts'
import { send } from '../../src/messaging/send.ts'
import { nthPhone } from '../support/contact.ts'
import { aPost, crowd, type Post } from './support.ts'

const HOUR = 60 * 60_000
const FROM = { inbox_id: 71, creator_id: 501 }
const NEVER_SENT = { lostRequest: 1, writesOnly: 1 }
const BARE = { messageLocalId: 'ignored', localIdShown: 'no', broadcastIdShown: 'no' } as const

function wish(text = 'News') {
  return { message: { ...FROM, text }, audience: { phones: 'all' }, title: 'News', text }
}

function plan(
  deps: MessagingDeps,
  people: number,
  key: string,
  listSize: number | null = null,
  text = 'News',
) {
  return planBroadcast(deps, wish(text), crowd(people), { key, listSize })
}

describe('who opts out', () => {
  test('while the question waits is taken off the list', async () => {
    const { deps, sandbox, clock, sent } = await aPost({ dialects: { optedOutBroadcast: 'send' } })
    sandbox.store.fill(crowd(8).map(({ phone }) => ({ phone })))
    const planned = await plan(deps, 8, 'k')
    clock.advance(3 * HOUR)
    sandbox.store.stop(nthPhone(3))
    await broadcast(deps, planned)
    expect(sent()).toHaveLength(7)
    expect(sent().join()).not.toContain(nthPhone(3))
  })

  test('as the last of a list ends it without a message to it', async () => {
    const { deps, sandbox, clock, sent } = await aPost({ dialects: { optedOutBroadcast: 'send' } })
    sandbox.store.fill(crowd(3).map(({ phone }) => ({ phone })))
    const planned = await plan(deps, 3, 'k', 2)
    clock.advance(3 * HOUR)
    sandbox.store.stop(nthPhone(2))
    expect(await broadcast(deps, planned)).toMatchObject({ intent: { state: 'done' } })
    expect(sent()).toHaveLength(2)
  })
})

describe('an answer that was lost', () => {
  test.each([
    ['shows local_ids', {}],
    ['shows neither local_id nor broadcast', BARE],
    ['gives all messages one second', { ...BARE, resolution: 'second' } as const],
    [
      'gives all messages one second, and shows what is later',
      { ...BARE, resolution: 'second', messagesDate: 'from' } as const,
    ],
  ])('is settled by reading in an account that %s', async (_, dialects) => {
    const { deps, sandbox, sent } = await aPost({ dialects })
    sandbox.configure({ faults: { lostAnswer: 1, writesOnly: 1 } })
    const planned = await plan(deps, 120, 'k', 50)
    expect(await broadcast(deps, planned)).toMatchObject({ intent: { state: 'done' } })
    expect(new Set(sent()).size).toBe(120)
    expect(sent()).toHaveLength(120)
  })

  test('is not answered by the same words of an earlier broadcast', async () => {
    const { deps, sandbox, sent } = await aPost({ dialects: BARE })
    await broadcast(deps, await plan(deps, 4, 'first'))
    sandbox.configure({ faults: NEVER_SENT })
    await expect(broadcast(deps, await plan(deps, 4, 'second'))).rejects.toThrow()
    sandbox.configure({ faults: { lostRequest: 0 } })
    const again = findBroadcast(deps, wish(), 'second')
    expect(again).not.toBeNull()
    if (again !== null) await resumeBroadcast(deps, again)
    expect(sent()).toHaveLength(8)
  })

  test('is not answered by one person who was sent the same words', async () => {
    const { deps, sandbox, sent } = await aPost({ dialects: BARE })
    await deps.client.messages.send({ ...FROM, phone_number: nthPhone(1), text: 'News' })
    sandbox.configure({ faults: NEVER_SENT })
    await expect(broadcast(deps, await plan(deps, 4, 'k'))).rejects.toThrow()
    sandbox.configure({ faults: { lostRequest: 0 } })
    const again = findBroadcast(deps, wish(), 'k')
    if (again !== null) await resumeBroadcast(deps, again)
    expect(sent()).toHaveLength(5)
  })
})

test('a key whose parts another broadcast has is refused before anything is made', async () => {
  const { deps, sandbox, sent } = await aPost()
  await broadcast(deps, await plan(deps, 4, 'news', 2))
  const other = await plan(deps, 2, 'news-2', null, 'Other')
  await expect(broadcast(deps, other)).rejects.toMatchObject({
    code: 'ERR_KEY_REUSED',
    message: 'The key "news-2" would give a message the local_id "news-2", which another message has.',
  })
  await expect(
    send(
      deps,
      { message: { ...FROM, phone_number: nthPhone(9), text: 'Hi' }, words: 'Hi', phones: [nthPhone(9)] },
      { given: 'news-1', made: '' },
    ),
  ).rejects.toMatchObject({ code: 'ERR_KEY_REUSED' })
  expect(sent()).toHaveLength(4)
  expect(sandbox.store.lists()).toHaveLength(2)
})

test('a list that somebody else was put on since is not sent to', async () => {
  // The list is made; from its answer on, nothing that is written arrives.
  const post: Post = await aPost({
    onRequest: ({ path }) => {
      if (path === '/v2/lists') post.sandbox.configure({ faults: NEVER_SENT })
    },
  })
  const { deps, sandbox, sent } = post
  await expect(broadcast(deps, await plan(deps, 3, 'k'))).rejects.toThrow()
  sandbox.configure({ faults: { lostRequest: 0 } })
  const [list] = sandbox.store.lists()
  await deps.client.lists.update(list?.id ?? 0, { add_phones: [nthPhone(77)] })
  const again = findBroadcast(deps, wish(), 'k')
  await expect(again === null ? null : resumeBroadcast(deps, again)).rejects.toMatchObject({
    code: 'ERR_LIST_DIFFERS',
    message: expect.stringContaining('holds 1 who were not asked for'),
  })
  expect(sent()).toEqual([])
})

test.each([
  ['local_id', {}],
  ['the broadcast alone', { localIdShown: 'no' } as const],
  ['words alone', BARE],
  ['one second for all', { resolution: 'second' } as const],
])('its status is read where an account shows %s', async (_, dialects) => {
  const { deps, sandbox } = await aPost({ dialects })
  const { intent } = await broadcast(deps, await plan(deps, 130, 'k'))
  sandbox.store.reply(nthPhone(4), 'Thanks')
  sandbox.store.reply(nthPhone(5), 'stop')
  sandbox.store.reply('15105559876', 'Who is this?')
  expect(await broadcastStatus(deps, intent)).toMatchObject({
    state: 'done',
    recipients: 130,
    sent: 130,
    failed: [],
    unseen: [],
    optOuts: [nthPhone(5)],
  })
  expect((await broadcastStatus(deps, intent)).replies.map((one) => one.text).sort()).toEqual([
    'Thanks',
    'stop',
  ])
})
