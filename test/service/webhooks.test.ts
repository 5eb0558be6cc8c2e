// The door for webhooks: real HTTP on loopback, real SQLite, and a real sandbox that calls it in both generations.
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLogger } from '../../src/lib/logger.ts'
import { openSeenMessages } from '../../src/messaging/seen-messages.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { openWebhooks } from '../../src/service/webhooks.ts'
import { openMirror } from '../../src/sync/mirror/mirror.ts'
import { aDatabase } from '../support/folder.ts'

const SECRET = 'a-secret-of-20-signs'
const ANA = '15105553344'
const NOW = Date.parse('2026-11-20T09:30:00Z')

async function open(token: string | null = null) {
  const db = aDatabase()
  const { consent } = openMirror(db)
  const seen = openSeenMessages(db, consent)
  const door = await openWebhooks({
    listen: '127.0.0.1:0',
    secret: SECRET,
    token,
    log: await createLogger({ level: 'silent', pretty: false, secrets: [], stream: process.stderr }),
    take: (event) => seen.take(event, NOW),
  })
  onTestFinished(() => door.close())
  const url = door.url.replace('…', SECRET)
  const post = async (body: unknown, to = url) => {
    const answer = await fetch(to, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return answer.status
  }
  return { url, post, seen, consent, door }
}

const STOP = {
  type: 'message_recieved',
  id: 1,
  token: 'token',
  event_data: { id: 7, text: 'Stop', target: ANA, date: '2026-11-20T09:29:00Z' },
}

describe('a call', () => {
  test('is taken once, and a STOP in it counts at once', async () => {
    const { post, seen, consent } = await open()
    expect([await post(STOP), await post(STOP)]).toEqual([200, 200])
    expect(seen.since('2026-11-20T09:00:00Z')).toMatchObject([
      { id: 7, text: 'Stop', direction: 'in', phone: ANA },
    ])
    expect(seen.since('2026-11-20T09:29:01Z')).toEqual([])
    expect(consent.isOptedOut(ANA)).toBe(true)
    expect(consent.history(ANA)).toHaveLength(1)
  })

  test('needs the secret in its address, and says nothing to who guesses', async () => {
    const { post, url, seen } = await open()
    expect(await post(STOP, url.replace(SECRET, 'a-secret-of-21-signs'))).toBe(404)
    expect(await post(STOP, url.replace(`/${SECRET}`, ''))).toBe(404)
    expect(seen.since('2000-01-01T00:00:00Z')).toEqual([])
  })

  test('needs the token where one is configured', async () => {
    const { post, seen } = await open('token')
    expect(await post({ ...STOP, token: 'other' })).toBe(401)
    expect(await post({ ...STOP, token: undefined })).toBe(401)
    expect(seen.since('2000-01-01T00:00:00Z')).toEqual([])
    expect(await post(STOP)).toBe(200)
  })

  test.each([
    ['no JSON', '{', 400],
    ['no event', { id: 1 }, 400],
    ['a list', [], 400],
    ['an event that nobody knows', { type: 'moon_landing', event_data: null }, 200],
    ['a message without anything in it', { type: 'message_sent', event_data: {} }, 200],
  ])('with %s does no harm', async (_, body, status) => {
    const { post, seen } = await open()
    expect(await post(body)).toBe(status)
    expect(seen.since('2000-01-01T00:00:00Z')).toEqual([])
  })

  test.each([
    ['target', { target: ANA }],
    ['phone with a plus', { phone: `+${ANA}` }],
    ['phone_number', { phone_number: ANA }],
  ])('of an opt-out counts, whatever names the person: %s', async (_, event_data) => {
    const { post, consent } = await open()
    await post({ type: 'target_opt_out', event_data })
    expect(consent.isOptedOut(ANA)).toBe(true)
  })

  test('of an opt-in lifts nothing', async () => {
    const { post, consent } = await open()
    await post({ type: 'target_opt_out', event_data: { target: ANA } })
    await post({ type: 'target_opt_in', event_data: { target: ANA } })
    expect(consent.isOptedOut(ANA)).toBe(true)
  })
})

test.each([
  ['the newer generation', {}, {}],
  ['the older generation', { webhookPayload: 'event' } as const, {}],
  ['opt-outs by phone', { optEvent: 'phone' } as const, {}],
  ['calls that are repeated and reordered', {}, { webhookRepeated: 0.5, webhookReordered: 0.5 }],
])('the sandbox is heard in %s', async (_, dialects, faults) => {
  const { url, seen, consent } = await open()
  const sandbox = await startSandbox({ port: 0, dialects, faults })
  onTestFinished(() => sandbox.close())
  sandbox.webhooks.add(url)
  sandbox.store.reply(ANA, 'Hello')
  sandbox.store.reply('15105553355', 'STOP')
  await sandbox.webhooks.idle()
  expect(new Set(sandbox.webhooks.deliveries().map((one) => one.status))).toEqual(new Set([200]))
  expect(
    seen
      .since('2000-01-01T00:00:00Z')
      .map(({ phone, text }) => `${phone} ${text}`)
      .sort(),
  ).toEqual([`${ANA} Hello`, '15105553355 STOP'])
  expect([consent.isOptedOut(ANA), consent.isOptedOut('15105553355')]).toEqual([false, true])
})

test('an address that is taken is said', async () => {
  const { door } = await open()
  const taken = new URL(door.url).host
  await expect(
    openWebhooks({
      listen: taken,
      secret: SECRET,
      token: null,
      log: await createLogger({ level: 'silent', pretty: false, secrets: [], stream: process.stderr }),
      take: () => true,
    }),
  ).rejects.toMatchObject({ code: 'ERR_PORT_IN_USE' })
})
