// The sandbox calls webhooks as Heymarket would: every event, in order unless a fault says otherwise, never in the API's way.
import { describe, expect, test } from 'vitest'
import { EVENT_TYPES } from '../../src/sandbox/events.ts'
import { aServer } from '../support/http.ts'
import { PHONE } from './observe.ts'
import { receiver } from './receiver.ts'
import { start } from './support.ts'

const OUT = { inbox_id: 71, creator_id: 501, phone_number: PHONE, text: 'Hi' }

describe('what causes a call', () => {
  test('a message that goes out, with the message and its conversation', async () => {
    const box = await start()
    const hook = await receiver()
    box.webhooks.add(hook.url, 'token')
    await box.post('/v1/message/send', { ...OUT, local_id: 'a' })
    await box.webhooks.idle()
    expect(hook.bodies).toMatchObject([
      {
        type: 'message_sent',
        id: 1,
        token: 'token',
        event_data: { local_id: 'a', text: 'Hi', target: PHONE, conversation: { inbox: 71, target: PHONE } },
      },
    ])
  })

  test('changes of a conversation', async () => {
    const box = await start()
    await box.post('/v1/message/send', OUT)
    const hook = await receiver()
    box.webhooks.add(hook.url)
    const chat = { target: PHONE, inbox_id: 71 }
    await box.post('/v1/conversations/close', chat)
    await box.post('/v1/conversations/open', chat)
    await box.post('/v1/conversations/reassign', { ...chat, reassign_id: 502 })
    const conversation_id = (hook.bodies[0]?.event_data as { id: number } | undefined)?.id ?? 600_001
    await box.post('/v1/conversations/transfer', { conversation_id, transfer_inbox_id: 72 })
    await box.webhooks.idle()
    expect(hook.bodies.map((body) => body.type)).toEqual([
      'chat_closed',
      'chat_opened',
      'chat_reassigned',
      'chat_transferred',
    ])
    expect(hook.bodies[3]).toMatchObject({ event_data: { inbox: 72 } })
  })

  test.each(EVENT_TYPES)('%s can be made by hand', async (type) => {
    const box = await start()
    const hook = await receiver()
    box.webhooks.add(hook.url)
    const answer = await box.post('/_sandbox/webhooks/emit', { type, data: { target: PHONE } })
    expect(answer.status).toBe(200)
    await box.webhooks.idle()
    expect(hook.bodies).toMatchObject([{ type, event_data: { target: PHONE } }])
  })

  test('the older generation knows three events, and has `event` where the newer has `type`', async () => {
    const box = await start({ dialects: { webhookPayload: 'event' } })
    const hook = await receiver()
    box.webhooks.add(hook.url, 'token')
    for (const type of EVENT_TYPES) box.webhooks.emit(type, { id: 7, text: type })
    await box.webhooks.idle()
    expect(
      hook.bodies.map(({ event, event_data }) => [event, (event_data as { text: string }).text]),
    ).toEqual([
      ['message_sent', 'message_sent'],
      ['message_received', 'message_recieved'],
      ['chat_updated', 'chat_reassigned'],
      ['chat_updated', 'chat_closed'],
      ['chat_updated', 'chat_opened'],
      ['chat_updated', 'chat_pending'],
      ['chat_updated', 'chat_transferred'],
    ])
    for (const body of hook.bodies) expect(Object.keys(body)).toEqual(['event', 'id', 'token', 'event_data'])
  })

  test.each([
    ['text', 'message_recieved', { text: 'Hi', target: PHONE }],
    ['STOP', 'target_opt_out', { target: PHONE, team_id: 41 }],
    ['START', 'target_opt_in', { target: PHONE, team_id: 41 }],
  ])('a person who texts in: %s', async (said, type, event_data) => {
    const box = await start()
    const hook = await receiver()
    box.webhooks.add(hook.url)
    await box.post('/_sandbox/reply', { phone: PHONE, text: said === 'text' ? 'Hi' : said })
    await box.webhooks.idle()
    expect(hook.bodies[0]).toMatchObject({ type: 'message_recieved' })
    expect(hook.bodies.at(-1)).toMatchObject({ type, event_data })
  })

  test('each configuration is called with its own id and token', async () => {
    const box = await start()
    const [one, two] = [await receiver(), await receiver()]
    for (const [hook, token] of [
      [one, 'a'],
      [two, 'b'],
    ] as const)
      expect((await box.post('/_sandbox/webhooks', { url: hook.url, token })).status).toBe(200)
    expect((await box.call('GET', '/_sandbox/webhooks')).json).toMatchObject([{ id: 1 }, { id: 2 }])
    box.webhooks.emit('incoming_call')
    await box.call('DELETE', '/_sandbox/webhooks/1')
    box.webhooks.emit('chat_pending')
    await box.webhooks.idle()
    expect(one.bodies).toMatchObject([{ id: 1, token: 'a' }])
    expect(two.bodies.map(({ id, token, type }) => [id, token, type])).toEqual([
      [2, 'b', 'incoming_call'],
      [2, 'b', 'chat_pending'],
    ])
  })
})

describe('faults', () => {
  const types = async (faults: Record<string, number>) => {
    const box = await start({ faults })
    const hook = await receiver()
    box.webhooks.add(hook.url)
    for (const type of ['chat_opened', 'chat_closed', 'chat_pending', 'incoming_call'])
      box.webhooks.emit(type)
    await box.webhooks.idle()
    return hook.bodies.map((body) => body.type)
  }

  test('none: in order, each once', async () => {
    expect(await types({})).toEqual(['chat_opened', 'chat_closed', 'chat_pending', 'incoming_call'])
  })

  test('dropped', async () => {
    expect(await types({ webhookDropped: 1 })).toEqual([])
  })

  test('repeated', async () => {
    expect(await types({ webhookRepeated: 1 })).toEqual(
      ['chat_opened', 'chat_closed', 'chat_pending', 'incoming_call'].flatMap((type) => [type, type]),
    )
  })

  test('reordered: after the next one', async () => {
    expect(await types({ webhookReordered: 1 })).toEqual([
      'chat_closed',
      'chat_opened',
      'incoming_call',
      'chat_pending',
    ])
  })

  test('the same seed drops the same calls', async () => {
    const first = await types({ webhookDropped: 0.5 })
    expect(first.length).toBeLessThan(4)
    expect(await types({ webhookDropped: 0.5 })).toEqual(first)
  })
})

describe('until the answer is exactly 200', () => {
  const attempts = async (answer: (call: number) => number) => {
    const box = await start({ dialects: { webhookRetry: 'until200' } })
    const hook = await receiver(answer)
    box.webhooks.add(hook.url)
    box.webhooks.emit('incoming_call')
    await box.webhooks.idle()
    const ledger = (await box.call('GET', '/_sandbox/webhooks/deliveries')).json as object[]
    return ledger.map((one) => ('status' in one ? one.status : undefined))
  }

  test('a 204 is not enough', async () => {
    expect(await attempts((call) => (call === 1 ? 204 : 200))).toEqual([204, 200])
  })

  test('four calls at most', async () => {
    expect(await attempts(() => 500)).toEqual([500, 500, 500, 500])
  })
})

test('a receiver that hangs, or is not there, does not hold the API', async () => {
  const box = await start()
  const hangs = await receiver(() => null)
  box.webhooks.add(hangs.url)
  box.webhooks.add('http://127.0.0.1:1/nobody')
  const answer = await box.post('/v1/message/send', OUT)
  expect(answer.status).toBe(200)
  expect(box.webhooks.deliveries().filter((one) => one.status !== null)).toEqual([])
  await box.close()
  expect(box.webhooks.deliveries().map((one) => one.error)).toContain('the sandbox ended')
})

test('a redirect is not followed: it could lead off this machine', async () => {
  const box = await start()
  const elsewhere = await receiver()
  const first = await aServer((_nth, response) => response.writeHead(307, { location: elsewhere.url }).end())
  box.webhooks.add(first.url)
  box.webhooks.emit('incoming_call')
  await box.webhooks.idle()
  expect(elsewhere.bodies).toEqual([])
  expect(box.webhooks.deliveries()).toMatchObject([{ status: 307, error: null }])
})

test('a configuration that was removed is not called again', async () => {
  const box = await start({ faults: { webhookReordered: 1 }, dialects: { webhookRetry: 'until200' } })
  const hook = await receiver()
  const { id } = box.webhooks.add(hook.url)
  box.webhooks.emit('incoming_call')
  box.webhooks.remove(id)
  await box.webhooks.idle()
  expect(hook.bodies).toEqual([])
})

test('an address that is not on this machine is refused', async () => {
  const box = await start()
  for (const url of [
    'https://example.com/hook',
    'ftp://127.0.0.1/',
    'http://127.0.0.1.example.com/',
    'nothing',
  ]) {
    const { status, json } = await box.post('/_sandbox/webhooks', { url })
    expect([status, (json as { message: string }).message]).toEqual([
      400,
      `The sandbox calls no webhook at "${url}": what it tells is made up, so it stays on this machine.`,
    ])
  }
  expect(box.webhooks.list()).toEqual([])
})

test('an event that Heymarket does not have is refused', async () => {
  const box = await start()
  const { status, json } = await box.post('/_sandbox/webhooks/emit', { type: 'message_received' })
  expect(status).toBe(400)
  expect(json).toMatchObject({ message: '"message_received" is not an event of Heymarket.' })
})
