import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { type Box, handClock, start } from './support.ts'

const HOUR = Date.parse('2026-11-20T09:30:00Z')
const NOW_S = HOUR / 1_000

async function token(
  claims: Record<string, unknown>,
  key = 'sandbox||sandbox-secret',
  alg = 'HS256',
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, typ: 'JWT' }).sign(new TextEncoder().encode(key))
}

async function statusWith(box: Box, authorization: string | undefined): Promise<number> {
  return (
    await box.call('GET', '/v1/inboxes', undefined, authorization === undefined ? {} : { authorization })
  ).status
}

describe('credentials', () => {
  test.each([
    ['made this second', NOW_S, 200],
    ['300 s old', NOW_S - 300, 200],
    ['301 s old', NOW_S - 301, 401],
    ['60 s in the future', NOW_S + 60, 200],
    ['61 s in the future', NOW_S + 61, 401],
  ])('a token %s is judged by its iat', async (_name, iat, status) => {
    const box = await start({ clock: handClock(HOUR) })
    const jwt = await token({ iss: 'sandbox', iat })
    expect(await statusWith(box, `Bearer ${jwt}`)).toBe(status)
    // Again, when its signature is known.
    expect(await statusWith(box, `Bearer ${jwt}`)).toBe(status)
  })

  test('a token that was good expires with the hour', async () => {
    const clock = handClock(HOUR)
    const box = await start({ clock })
    const authorization = `Bearer ${await token({ iss: 'sandbox', iat: NOW_S })}`
    expect(await statusWith(box, authorization)).toBe(200)
    clock.advance(300_000)
    expect(await statusWith(box, authorization)).toBe(200)
    clock.advance(1)
    expect(await statusWith(box, authorization)).toBe(401)
  })

  test('the key is id, two bars and key; claims beside iss and iat do not matter', async () => {
    const box = await start({ clock: handClock(HOUR) })
    const good = { iss: 'sandbox', iat: NOW_S }
    expect(await statusWith(box, `Bearer ${await token({ ...good, exp: 1 })}`)).toBe(200)
    expect(await statusWith(box, `Bearer ${await token(good, 'sandbox-secret-that-is-long-enough')}`)).toBe(
      401,
    )
    expect(await statusWith(box, `Bearer ${await token(good, 'sandbox||wrong')}`)).toBe(401)
    expect(await statusWith(box, `Bearer ${await token({ ...good, iss: 'other' })}`)).toBe(401)
    expect(await statusWith(box, `Bearer ${await token({ iss: 'sandbox' })}`)).toBe(401)
    expect(await statusWith(box, `Bearer ${await token(good, 'sandbox||sandbox-secret', 'HS512')}`)).toBe(401)
  })

  test('own secrets and own legacy key take the place of the known ones', async () => {
    const box = await start({ clock: handClock(HOUR), secretId: 'id', secretKey: 'key', apiKey: 'legacy' })
    expect(await statusWith(box, `Bearer ${await token({ iss: 'id', iat: NOW_S }, 'id||key')}`)).toBe(200)
    expect(await statusWith(box, `Bearer ${await token({ iss: 'sandbox', iat: NOW_S })}`)).toBe(401)
    expect(await statusWith(box, 'Bearer legacy')).toBe(200)
    expect(await statusWith(box, 'Bearer sandbox-key')).toBe(401)
  })

  test.each([
    undefined,
    'sandbox-key',
    'Basic c2FuZGJveC1rZXk6',
    'Bearer',
    'Bearer nonsense',
    'Bearer a.b.c',
  ])('the header %s is a 401', async (authorization) => {
    const box = await start()
    expect(await statusWith(box, authorization)).toBe(401)
    expect(box.store.requests()).toMatchObject([{ status: 401, applied: false, fault: null }])
  })

  test('a refused write changes nothing', async () => {
    const box = await start()
    const answer = await box.call(
      'POST',
      '/v1/contact',
      { phone: '15105553344' },
      { authorization: 'Bearer wrong' },
    )
    expect(answer.status).toBe(401)
    expect(box.store.contacts()).toEqual([])
  })
})
