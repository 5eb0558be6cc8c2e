import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAuthorizer } from '../../src/heymarket/auth.ts'
import { leapingClock, START } from '../support/clock.ts'
import { aLine, withSandbox } from '../support/heymarket.ts'

const CREDENTIAL = { secretId: '3f1c', secretKey: 'p|pe & ümlaut' }
const MINUTE = 60_000

/** The header as the documentation describes it, by node's own HMAC. */
function byHand({ secretId, secretKey }: { secretId: string; secretKey: string }, atMs: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: secretId, iat: Math.floor(atMs / 1000) })}`
  const signature = createHmac('sha256', `${secretId}||${secretKey}`).update(signed).digest('base64url')
  return `Bearer ${signed}.${signature}`
}

describe('an API secret', () => {
  test('gives the token that an HMAC over id and key gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          secretId: fc.string({ minLength: 1 }),
          secretKey: fc.string({ minLength: 1, unit: 'binary' }),
        }),
        fc.integer({ min: 0, max: 4e12 }),
        async (credential, at) => {
          expect(await createAuthorizer(credential, leapingClock(at)).header()).toBe(byHand(credential, at))
        },
      ),
      { numRuns: 50 },
    )
  })

  test('gives one token for four minutes, and then another', async () => {
    const clock = leapingClock()
    const authorizer = createAuthorizer(CREDENTIAL, clock)
    clock.advance(0)
    const first = await authorizer.header()
    clock.advance(4 * MINUTE - 1)
    expect(await authorizer.header()).toBe(first)
    clock.advance(1)
    expect(await authorizer.header()).toBe(byHand(CREDENTIAL, START + 4 * MINUTE))
  })

  test('gives a new token after it was refused', async () => {
    const clock = leapingClock()
    const authorizer = createAuthorizer(CREDENTIAL, clock)
    await authorizer.header()
    clock.advance(MINUTE)
    authorizer.renew()
    expect(await authorizer.header()).toBe(byHand(CREDENTIAL, START + MINUTE))
  })

  test('gives a token of the present after the clock went back', async () => {
    const clock = leapingClock()
    const authorizer = createAuthorizer(CREDENTIAL, clock)
    await authorizer.header()
    clock.advance(-2 * MINUTE)
    expect(await authorizer.header()).toBe(byHand(CREDENTIAL, START - 2 * MINUTE))
  })

  test('never gives one that is older than Heymarket takes, wherever the clock goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -10 * MINUTE, max: 10 * MINUTE }), { maxLength: 20 }),
        async (moves) => {
          const clock = leapingClock()
          const authorizer = createAuthorizer(CREDENTIAL, clock)
          for (const move of moves) {
            clock.advance(move)
            const [, claims = ''] = (await authorizer.header()).split('.')
            const { iat } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iat: number }
            const ageMs = clock.now() - iat * 1000
            expect(ageMs).toBeGreaterThanOrEqual(0)
            expect(ageMs).toBeLessThan(4 * MINUTE + 1000)
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})

test('a run far longer than a token lives sends one token after another, and never gets a 401', async () => {
  const { sandbox, clock } = await withSandbox()
  const authorizer = createAuthorizer({ secretId: 'sandbox', secretKey: 'sandbox-secret' }, clock)
  const sent = new Set<string>()
  const header = async () => {
    const value = await authorizer.header()
    sent.add(value)
    return value
  }
  const { client, exchanges } = aLine(sandbox.url, { clock, authorizer: { ...authorizer, header } })
  const requests = (15 * MINUTE) / 20_000
  for (let nth = 0; nth < requests; nth += 1) {
    await client.contacts.count()
    clock.advance(20_000)
  }
  expect(exchanges.map((one) => one.status)).toEqual(Array.from({ length: requests }, () => 200))
  expect(sent.size).toBeGreaterThan(3)
})

test('a legacy key is sent as it is, also after it was refused', async () => {
  const authorizer = createAuthorizer({ apiKey: 'team-key' }, leapingClock())
  expect(await authorizer.header()).toBe('Bearer team-key')
  authorizer.renew()
  expect(await authorizer.header()).toBe('Bearer team-key')
})
