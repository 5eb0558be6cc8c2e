// The page at `/`: whole, closed to everything but itself, and no dearer for a large account.
import { createHash } from 'node:crypto'
import { get } from 'node:http'
import { describe, expect, test } from 'vitest'
import { people, start } from './support.ts'

const NONE = {}

interface Summary {
  readonly counts: Readonly<Record<string, number>>
  readonly contacts: readonly { readonly name: string; readonly optedOut: boolean }[]
  readonly conversations: readonly {
    readonly target: string
    readonly messages: readonly Readonly<Record<string, unknown>>[]
  }[]
  readonly scheduled: readonly Readonly<Record<string, unknown>>[]
  readonly dialects: Readonly<Record<string, unknown>>
  readonly faults: Readonly<Record<string, unknown>>
  readonly requests: readonly unknown[]
}

async function summary(box: Awaited<ReturnType<typeof start>>, search = ''): Promise<Summary> {
  const { json } = await box.call('GET', `/_sandbox/summary?search=${search}`, undefined, NONE)
  return json as Summary
}

test('needs no credential, and lets in nothing but its own script and style', async () => {
  const box = await start()
  const page = await box.call('GET', '/', undefined, NONE)
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe')
  for (const tag of ['script', 'style']) {
    const content = page.text.split(`<${tag}>`)[1]?.split(`</${tag}>`)[0] ?? ''
    expect(content.length).toBeGreaterThan(1_000)
    expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(content).digest('base64')}'`)
  }
  expect(page.text).not.toMatch(/https?:\/\//)
  expect(page.text).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write/)
})

describe('what it shows', () => {
  test('counts of all, and the newest of a large account', async () => {
    const box = await start()
    box.store.fill(people(3_000))
    const { counts, contacts } = await summary(box)
    expect(counts).toMatchObject({ contacts: 3_000, optedOut: 0, messages: 0, requests: 0 })
    expect(contacts).toHaveLength(40)
  })

  test('contacts by name, number or e-mail', async () => {
    const box = await start()
    await box.create({ phone: '15105553344', first: 'Ana', last: 'Sol', is_opted_out: true })
    await box.create({ phone: '15105553355', first: 'Bea', email: 'bea@example.com' })
    expect((await summary(box, 'ana%20s')).contacts).toMatchObject([{ name: 'Ana Sol', optedOut: true }])
    expect((await summary(box, '3355')).contacts).toMatchObject([{ name: 'Bea' }])
    expect((await summary(box, 'BEA@')).contacts).toMatchObject([{ name: 'Bea' }])
    expect((await summary(box, '%25')).contacts).toEqual([])
    await box.create({ phone: '15105553366', first: 'Cornelia', display_name: 'Conny' })
    expect((await summary(box, 'conny')).contacts).toMatchObject([{ name: 'Conny' }])
    expect((await summary(box)).counts).toMatchObject({ contacts: 3, optedOut: 1 })
  })

  test('conversations with what was said, and what is scheduled', async () => {
    const box = await start()
    const from = { inbox_id: 71, creator_id: 501 }
    await box.post('/v1/message/send', { ...from, phone_number: '15105559999', text: 'Hello' })
    await box.post('/v1/message/send', { ...from, phone_number: '15105553344', text: 'Hi' })
    await box.post('/_sandbox/reply', { phone: '15105553344', text: 'Hi back' })
    await box.post('/v1/schedule', {
      inbox_id: 71,
      phone_number: '15105553344',
      execute_at: '2096-11-20T10:00:00Z',
      content: { text: 'Later' },
    })
    const shown = await summary(box)
    expect(shown.conversations).toMatchObject([
      { target: '15105553344', messages: [{ text: 'Hi' }, { text: 'Hi back', direction: 'in' }] },
      { target: '15105559999', messages: [{ text: 'Hello', error: 'unreachable number' }] },
    ])
    expect(shown.scheduled).toMatchObject([
      { to: '15105553344', text: 'Later', at: '2096-11-20T10:00:00.000Z' },
    ])
    expect(shown.requests).toHaveLength(3)
  })

  test('the settings that are not as they are by default', async () => {
    const box = await start({ dialects: { listReads: 'gone' }, faults: { slowMs: 1 } })
    expect(await summary(box)).toMatchObject({ dialects: { listReads: 'gone' }, faults: { slowMs: 1 } })
    expect(Object.keys((await summary(await start())).dialects)).toEqual([])
  })
})

test('a name that was made to point at this machine is refused', async () => {
  const box = await start()
  const { port } = new URL(box.url)
  const asked = (host: string) =>
    new Promise((done, fail) => {
      const headers = { host, origin: `http://${host}` }
      get(`${box.url}/_sandbox/state`, { headers }, (answer) => {
        answer.resume()
        done(answer.statusCode)
      }).on('error', fail)
    })
  expect(await asked(`sandbox.example:${port}`)).toBe(403)
  for (const host of ['127.0.0.1', 'localhost', '[::1]']) expect(await asked(`${host}:${port}`)).toBe(200)
})

test('a page of somebody else in the same browser is refused', async () => {
  const box = await start()
  const foreign = { origin: 'https://example.com' }
  expect((await box.call('POST', '/_sandbox/reset', {}, foreign)).status).toBe(403)
  expect((await box.call('GET', '/_sandbox/state', undefined, foreign)).status).toBe(403)
  expect((await box.call('POST', '/_sandbox/reset', {}, { origin: box.url })).status).toBe(200)
})
