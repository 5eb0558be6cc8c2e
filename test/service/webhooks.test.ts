// The door for webhooks: real HTTP on loopback, real SQLite, and a real sandbox that calls it in both generations. What
// comes is safe in the journal before it is answered, and worked off from there.
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../src/db/open.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { openSeenMessages } from '../../src/messaging/seen-messages.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { openJournal } from '../../src/service/webhook-journal.ts'
import { workOff } from '../../src/service/work-off.ts'
import { anEngine } from '../support/engine.ts'
import { aFront } from './front/world.ts'

const SECRET = 'a-secret-of-20-signs'
const ANA = '15105553344'
const NOW = Date.parse('2026-11-20T09:30:00Z')

/** A front and what works off its journal; `works: false` leaves everything waiting, as when the process is killed. */
async function open(token: string | null = null, { works = true } = {}) {
  const engine = await anEngine()
  const { db } = engine
  const journal = openJournal(db.name)
  const seen = openSeenMessages(db, engine.engine.mirror.consent)
  const taken: string[] = []
  const work = workOff({
    db,
    mirror: engine.engine.mirror,
    journal,
    now: () => NOW,
    log: await createLogger({ level: 'silent', pretty: false, secrets: [], stream: process.stderr }),
    onTaken: (kind) => void taken.push(kind),
  })
  const { front } = await aFront({
    engine,
    service: { webhookSecret: SECRET, ...(token === null ? {} : { webhookToken: token }) },
    onWebhook: () => {
      if (works) work()
    },
  })
  onTestFinished(() => journal.close())
  const { consent } = engine.engine.mirror
  const url = `${front.url}/webhooks/heymarket/${SECRET}`
  const post = async (body: unknown, to = url) => {
    const answer = await fetch(to, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return answer.status
  }
  return { url, post, seen, consent, engine, journal, taken, work, front }
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

test('what was answered outlives the process: the next one works it off, once', async () => {
  const { post, journal, seen, consent, work, taken } = await open(null, { works: false })
  expect(await post(STOP)).toBe(200)
  expect(consent.isOptedOut(ANA)).toBe(false)
  // Killed after the main database took it in, and before the journal knew.
  const [row] = journal.waiting(1)
  if (row === undefined) throw new Error('nothing waits')
  seen.take(row.event, NOW)
  expect(work()).toBe(true)
  expect([consent.history(ANA).length, seen.since('2000-01-01T00:00:00Z').length]).toEqual([1, 1])
  expect([journal.counts().waiting, taken]).toEqual([0, ['message']])
  expect(work()).toBe(true)
  expect(taken).toHaveLength(1)
})

test('a call is answered while a transaction holds the main database, and counts when that is over', async () => {
  const { post, engine, consent, journal, work } = await open(null, { works: false })
  const sync = openDatabase(engine.db.name)
  onTestFinished(() => void sync.close())
  sync.exec('BEGIN IMMEDIATE')
  engine.db.pragma('busy_timeout = 0')
  expect(await post(STOP)).toBe(200)
  expect([work(), journal.counts().waiting]).toEqual([false, 1])
  sync.exec('COMMIT')
  expect([work(), consent.isOptedOut(ANA), journal.counts().waiting]).toEqual([true, true, 0])
})

test('of what was worked off, neither number nor words stay in the journal', async () => {
  const { post, engine } = await open()
  await post({ ...STOP, event_data: { ...STOP.event_data, text: 'Stop' } })
  const journal = new Database(`${engine.db.name}-webhooks`, { readonly: true })
  onTestFinished(() => void journal.close())
  const rows = journal.prepare('SELECT * FROM webhook').all()
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(ANA)
})

test('the contact of whoever opted out is read by the next cycle, once, and only then', async () => {
  const { post, engine } = await open()
  const reads = () => engine.exchanges.filter(({ path }) => path === '/v1/contact/get').length
  engine.rows = { 1: { phone: ANA, first: 'Ana', last: 'Lee' } }
  await engine.cycle('full')
  const before = reads()
  await post({ type: 'target_opt_out', event_data: { target: ANA } })
  expect([reads(), engine.engine.mirror.hints.all(9)]).toEqual([before, [{ phone: ANA, at: NOW }]])
  await engine.cycle('incremental')
  expect([reads() > before, engine.engine.mirror.hints.all(9)]).toEqual([true, []])
  const after = reads()
  await engine.cycle('incremental')
  expect(reads()).toBe(after)
})

test('where the account takes no webhooks, there is no door', async () => {
  const { front } = await aFront()
  const answer = await fetch(`${front.url}/webhooks/heymarket/${SECRET}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(STOP),
  })
  expect(answer.status).toBe(404)
})

test('an address that is taken is said', async () => {
  const { front } = await aFront()
  const taken = aFront({ service: { listen: new URL(front.url).host } })
  await expect(taken).rejects.toMatchObject({ code: 'ERR_PORT_IN_USE' })
})
