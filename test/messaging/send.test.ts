// One message, once: whatever is asked again, gets lost or happens in between.
import { describe, expect, test } from 'vitest'
import { sendEmail } from '../../src/messaging/email.ts'
import { schedule } from '../../src/messaging/schedule.ts'
import { type SendWish, send } from '../../src/messaging/send.ts'
import { nthPhone } from '../support/contact.ts'
import { aPost, type Post } from './support.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const ANA = nthPhone(1)
const BEN = nthPhone(2)
const LOST = { lostAnswer: 1, writesOnly: 1 }
const NEVER_SENT = { lostRequest: 1, writesOnly: 1 }
/** An account in which nothing but heysync keeps a message from going out twice. */
const BARE = { messageLocalId: 'ignored', localIdShown: 'no', broadcastIdShown: 'no' } as const

function wish(text = 'Hi', phone = ANA): SendWish {
  return {
    message: { inbox_id: 71, creator_id: 501, phone_number: phone, text },
    words: text,
    phones: [phone],
  }
}

let made = 0
function key(given?: string) {
  made += 1
  return { given, made: `made-${made}` }
}

describe('the same again', () => {
  test('is a second Enter until ten minutes after it went out, and another message after that', async () => {
    const { deps, clock, sent } = await aPost()
    expect(await send(deps, wish(), key())).toMatchObject({ earlier: 'none' })
    clock.advance(9 * MINUTE)
    expect(await send(deps, wish(), key())).toMatchObject({ earlier: 'done' })
    clock.advance(2 * MINUTE)
    expect(await send(deps, wish(), key())).toMatchObject({ earlier: 'none' })
    expect(sent()).toHaveLength(2)
  })

  test('counts from when it went out, not from when it was first asked for', async () => {
    const { deps, clock, sandbox, sent } = await aPost()
    sandbox.configure({ faults: NEVER_SENT })
    await expect(send(deps, wish(), key())).rejects.toMatchObject({ code: 'ERR_HEYMARKET_NO_ANSWER' })
    sandbox.configure({ faults: { lostRequest: 0 } })
    clock.advance(30 * MINUTE)
    expect(await send(deps, wish(), key())).toMatchObject({ earlier: 'unfinished' })
    clock.advance(9 * MINUTE)
    expect(await send(deps, wish(), key())).toMatchObject({ earlier: 'done' })
    expect(sent()).toHaveLength(1)
  })

  test('goes on with one that is not done, however old it is', async () => {
    const { deps, clock, sandbox, sent } = await aPost()
    sandbox.configure({ faults: NEVER_SENT })
    await expect(send(deps, wish(), key())).rejects.toThrow()
    sandbox.configure({ faults: { lostRequest: 0 } })
    clock.advance(40 * DAY)
    expect(await send(deps, wish(), key())).toMatchObject({ earlier: 'unfinished' })
    expect(sent()).toHaveLength(1)
  })

  test('of an e-mail or a scheduled message that is unknown is never sent again, however old it is', async () => {
    const { deps, clock, sandbox } = await aPost({ dialects: { emailInHistory: 'no' } })
    const at = new Date(clock.now() + 90 * DAY).toISOString()
    const later = { inbox_id: 71, phone_number: ANA, execute_at: at, content: { text: 'Hi' } }
    const asks = [
      () => sendEmail(deps, { creator_id: 501, text: 'Hi', targets: ['to:ana@example.com'] }, key()),
      () => schedule(deps, { request: later, words: 'Hi', phones: [ANA] }, key()),
    ]
    sandbox.configure({ faults: LOST })
    for (const ask of asks) expect(await ask()).toMatchObject({ intent: { state: 'unknown' } })
    sandbox.configure({ faults: { lostAnswer: 0 } })
    clock.advance(40 * DAY)
    for (const ask of asks) expect(await ask()).toMatchObject({ intent: { state: 'unknown' } })
    expect(sandbox.store.messages()).toHaveLength(1)
    expect(sandbox.store.scheduled()).toHaveLength(1)
  })

  test('of a scheduled message counts until its time', async () => {
    const { deps, clock, sandbox } = await aPost()
    const at = new Date(clock.now() + DAY).toISOString()
    const request = { inbox_id: 71, phone_number: ANA, execute_at: at, content: { text: 'Hi' } }
    const ask = () => schedule(deps, { request, words: 'Hi', phones: [ANA] }, key())
    expect(await ask()).toMatchObject({ earlier: 'none' })
    clock.advance(23 * 60 * MINUTE)
    expect(await ask()).toMatchObject({ earlier: 'done' })
    expect(sandbox.store.scheduled()).toHaveLength(1)
  })

  test('under a key that another message has, or whose local_id another has, is refused', async () => {
    const { deps, sent } = await aPost()
    await send(deps, wish(), key('news-2'))
    await expect(send(deps, wish('Other'), key('news-2'))).rejects.toMatchObject({ code: 'ERR_KEY_REUSED' })
    expect(sent()).toHaveLength(1)
  })
})

describe('an answer that was lost', () => {
  test.each([
    ['the account shows local_ids', {}],
    ['it shows none, and lets a second one through', BARE],
    ['it shows only what is at a time or later', { ...BARE, messagesDate: 'from' } as const],
    [
      'all messages of a minute carry one second',
      { ...BARE, messagesDate: 'from', resolution: 'second' } as const,
    ],
  ])('is settled by reading where %s', async (_, dialects) => {
    const { deps, sandbox, sent } = await aPost({ dialects })
    sandbox.configure({ faults: LOST })
    expect(await send(deps, wish(), key())).toMatchObject({ intent: { state: 'done' } })
    expect(sent()).toEqual([`${ANA}: Hi`])
  })

  test('is settled with the person where the history cannot be read whole', async () => {
    const { deps, sandbox, sent } = await aPost({
      dialects: { ...BARE, resolution: 'second', messagesDate: 'from' },
    })
    const list = sandbox.store.fillList({
      title: 'All',
      phones: Array.from({ length: 150 }, (_, at) => nthPhone(at + 10)),
    })
    await deps.client.messages.send({
      inbox_id: 71,
      creator_id: 501,
      list_id: list,
      local_id: 'all',
      text: 'News',
    })
    sandbox.configure({ faults: LOST })
    expect(await send(deps, wish(), key())).toMatchObject({ intent: { state: 'done' } })
    expect(sent().filter((one) => one === `${ANA}: Hi`)).toHaveLength(1)
  })

  test('does not take the same words of an earlier message for this one', async () => {
    const { deps, sandbox, sent } = await aPost({ dialects: BARE })
    await send(deps, wish(), key('first'))
    sandbox.configure({ faults: NEVER_SENT })
    await expect(send(deps, wish(), key('second'))).rejects.toThrow()
    sandbox.configure({ faults: { lostRequest: 0 } })
    await send(deps, wish(), key('second'))
    expect(sent()).toEqual([`${ANA}: Hi`, `${ANA}: Hi`])
  })

  test('of a template does not take other words for it', async () => {
    const { deps, sandbox, sent } = await aPost({ dialects: BARE })
    await deps.client.messages.send({ inbox_id: 71, creator_id: 502, phone_number: ANA, text: 'A chat' })
    const template = { inbox_id: 71, creator_id: 501, phone_number: ANA, template_id: 303 }
    const words = 'Our office is closed today. We answer tomorrow.'
    sandbox.configure({ faults: NEVER_SENT })
    await expect(send(deps, { message: template, words, phones: [ANA] }, key('k'))).rejects.toThrow()
    sandbox.configure({ faults: { lostRequest: 0 } })
    await send(deps, { message: template, words, phones: [ANA] }, key('k'))
    expect(sent()).toEqual([`${ANA}: A chat`, `${ANA}: ${words}`])
  })
})

describe('somebody who opts out', () => {
  async function stopWhileLooking(post: Post): Promise<unknown> {
    const { deps, sandbox, onTell } = post
    sandbox.store.fill([{ phone: ANA }])
    sandbox.configure({ faults: NEVER_SENT })
    onTell(() => {
      sandbox.store.stop(ANA)
      sandbox.configure({ faults: { lostRequest: 0 } })
    })
    return send(deps, wish(), key())
  }

  test('while a lost answer is looked for is not sent to again', async () => {
    const post = await aPost({ dialects: { optedOutSend: 'send' } })
    await expect(stopWhileLooking(post)).rejects.toMatchObject({ code: 'ERR_OPTED_OUT' })
    expect(post.sent()).toEqual([])
  })

  test('is refused by what heysync knows, and by what Heymarket says', async () => {
    const { deps, sandbox, clock, sent } = await aPost()
    deps.mirror.consent.optOut(ANA, 'source', 'clinic record 7', clock.now())
    sandbox.store.fill([{ phone: BEN, is_opted_out: true }])
    await expect(send(deps, wish(), key())).rejects.toMatchObject({
      message: '15•••••••01 opted out on 2030-01-15 (clinic record 7). Nothing was sent.',
    })
    await expect(send(deps, wish('Hi', BEN), key())).rejects.toMatchObject({
      message: '15•••••••02 opted out in Heymarket. Nothing was sent.',
    })
    expect(deps.mirror.consent.isOptedOut(BEN)).toBe(true)
    expect(sent()).toEqual([])
  })
})
