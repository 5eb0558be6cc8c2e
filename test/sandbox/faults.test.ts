// Every fault does what its sentence says, hits what it may, and repeats with its seed.
import { describe, expect, test } from 'vitest'
import { makeDice } from '../../src/sandbox/dice.ts'
import {
  defaultFaults,
  FAULT_TABLE,
  type FaultName,
  type Faults,
  parseFault,
} from '../../src/sandbox/faults.ts'
import { type Box, handClock, start } from './support.ts'

const PHONE = '15105553344'
const DROPPED = 'no answer'

/** What the caller sees of a create: the status, or that no whole answer came. */
async function tryCreate(box: Box, phone = PHONE): Promise<number | string> {
  try {
    return (await box.post('/v1/contact', { phone })).status
  } catch {
    return DROPPED
  }
}

const FAULTS: Readonly<
  Record<FaultName, { seen: number | string; status: number | null; applied: boolean }>
> = {
  lostAnswer: { seen: DROPPED, status: null, applied: true },
  lostRequest: { seen: DROPPED, status: null, applied: false },
  error500Before: { seen: 500, status: 500, applied: false },
  error500After: { seen: 500, status: 500, applied: true },
  rateLimited: { seen: 429, status: 429, applied: false },
  truncated: { seen: DROPPED, status: 200, applied: true },
  unauthorized: { seen: 401, status: 401, applied: false },
  forbidden: { seen: 403, status: 403, applied: false },
  badGateway: { seen: 502, status: 502, applied: false },
}

describe.each(Object.entries(FAULTS))('fault %s', (name, { seen, status, applied }) => {
  test('does what it says, and the ledger tells', async () => {
    const box = await start({ faults: { [name]: 1 } })
    expect(await tryCreate(box)).toBe(seen)
    expect(box.store.contacts()).toHaveLength(applied ? 1 : 0)
    expect(box.store.requests()).toMatchObject([
      { method: 'POST', path: '/v1/contact', phone: PHONE, status, applied, fault: name },
    ])
  })

  test('hits reads too, unless writesOnly, and never /_sandbox', async () => {
    const box = await start({ faults: { [name]: 1 } })
    await box.call('GET', '/v1/team').catch(() => undefined)
    expect(box.store.requests()).toMatchObject([{ fault: name, applied: false }])
    expect((await box.call('GET', '/_sandbox/state')).status).toBe(200)
    box.configure({ faults: { writesOnly: 1 } })
    expect((await box.call('GET', '/v1/team')).status).toBe(200)
    expect(await tryCreate(box)).toBe(seen)
  })
})

test('the faults above are all that the dice can pick', () => {
  const meanwhile = ['editedMeanwhile', 'deletedMeanwhile']
  const webhooks = ['webhookDropped', 'webhookRepeated', 'webhookReordered']
  const others = ['slowMs', 'writesOnly', ...meanwhile, ...webhooks]
  expect(Object.keys(FAULT_TABLE).sort()).toEqual([...Object.keys(FAULTS), ...others].sort())
})

test('a truncated answer announces its whole length and stops half way', async () => {
  const box = await start({ faults: { truncated: 1 } })
  const answer = await fetch(`${box.url}/v1/team`, { headers: { authorization: 'Bearer sandbox-key' } })
  const announced = Number(answer.headers.get('content-length'))
  expect(answer.headers.get('x-request-id')).toBe(box.store.requests()[0]?.requestId)
  let got = 0
  await expect(
    (async () => {
      for await (const chunk of answer.body ?? []) got += (chunk as Uint8Array).length
    })(),
  ).rejects.toThrow()
  expect(got).toBe(Math.floor(announced / 2))
})

test('a fault after applying keeps the refusal of a bad request unapplied', async () => {
  const box = await start({ faults: { lostAnswer: 1 } })
  await expect(box.post('/v1/contact', {})).rejects.toThrow()
  expect(box.store.requests()).toMatchObject([{ status: null, applied: false }])
})

test('a bad gateway answers HTML whatever the dialect', async () => {
  const box = await start({ faults: { badGateway: 1 }, dialects: { errorBody: 'code' } })
  const answer = await box.call('GET', '/v1/team')
  expect(answer.headers.get('content-type')).toContain('text/html')
  expect(answer.text).toContain('502')
})

test('slowMs lets answers wait on the clock, after the write', async () => {
  const clock = handClock()
  const box = await start({ clock, faults: { slowMs: 1_000 } })
  const answer = box.post('/v1/contact', { phone: PHONE })
  await clock.asleep()
  expect(box.store.contacts()).toHaveLength(1)
  expect(box.store.requests()).toMatchObject([{ status: null, applied: true }])
  clock.advance(1_000)
  expect((await answer).status).toBe(200)
  expect(box.store.requests()).toMatchObject([{ status: 200, applied: true }])
})

test('a 429 fault does not count against the budget', async () => {
  const box = await start({ clock: handClock(), requestsPerMinute: 2, faults: { rateLimited: 1 } })
  for (let n = 0; n < 5; n++) expect((await box.call('GET', '/v1/team')).status).toBe(429)
  box.configure({ faults: { rateLimited: 0 } })
  const statuses = []
  for (let n = 0; n < 3; n++) statuses.push((await box.call('GET', '/v1/team')).status)
  expect(statuses).toEqual([200, 200, 429])
})

describe('the dice', () => {
  const faults: Faults = { ...defaultFaults(), lostAnswer: 0.2, error500Before: 0.2 }
  const rolls = (seed: number, changed: Partial<Faults> = {}) => {
    const dice = makeDice(seed)
    return Array.from({ length: 200 }, () => {
      const pick = dice.pick({ ...faults, ...changed }, true)
      dice.delayMs({ ...faults, ...changed }, true)
      return pick
    })
  }

  test('repeat with the seed, differ with another, and keep near the chance', () => {
    expect(rolls(1)).toEqual(rolls(1))
    expect(rolls(1)).not.toEqual(rolls(2))
    const hits = rolls(1).filter((one) => one !== null).length
    expect(hits).toBeGreaterThan(40)
    expect(hits).toBeLessThan(110)
  })

  test('do not move when slowMs is on, or when reads come between under writesOnly', () => {
    expect(rolls(1, { slowMs: 50 })).toEqual(rolls(1))
    const dice = makeDice(1)
    const writes = Array.from({ length: 200 }, () => {
      expect(dice.pick({ ...faults, writesOnly: 1 }, false)).toBeNull()
      return dice.pick({ ...faults, writesOnly: 1 }, true)
    })
    expect(writes).toEqual(rolls(1))
  })

  test('give the same faults to the same requests in a second sandbox, and after a reset', async () => {
    const run = async (box: Box) => {
      const seen = []
      for (let n = 0; n < 30; n++) seen.push(await tryCreate(box, String(15_105_550_000 + n)))
      return seen
    }
    const options = { seed: 7, faults: { error500After: 0.3, unauthorized: 0.2 } }
    const box = await start(options)
    const seen = await run(box)
    expect(new Set(seen)).toEqual(new Set([200, 401, 500]))
    expect(await run(await start(options))).toEqual(seen)
    box.reset()
    expect(await run(box)).toEqual(seen)
  })
})

test('parseFault reads a chance, and refuses what is none', () => {
  expect(parseFault('lostAnswer=0.05')).toEqual({ lostAnswer: 0.05 })
  expect(parseFault('slowMs=20')).toEqual({ slowMs: 20 })
  expect(() => parseFault('lostAnswer=2')).toThrow('cannot be "2"')
  expect(() => parseFault('writesOnly=0.5')).toThrow('cannot be "0.5"')
  expect(() => parseFault('lostAnswr=1')).toThrow('There is no fault "lostAnswr"')
})

test('other people change and delete contacts while the list is read, the same ones for the same seed', async () => {
  const walk = async (faults: Partial<Faults>) => {
    const clock = handClock()
    const box = await start({ clock, faults })
    box.store.fill(Array.from({ length: 6 }, (_, at) => ({ phone: String(15_105_550_100 + at) })))
    clock.advance(1_000)
    await box.post('/v1/contacts', { limit: 2 })
    const rows = (await box.post('/v1/contacts', { limit: 10 })).json as { phone: string }[]
    return rows.map(({ phone }) => phone.slice(-1)).join(' ')
  }
  expect(await walk({})).toBe('5 4 3 2 1 0')
  expect(await walk({ editedMeanwhile: 1 })).toBe('0 5 4 3 2 1')
  expect(await walk({ deletedMeanwhile: 1 })).toBe('5 4 3 2 1')
})

test('somebody who saves a contact while it is read takes nothing back that does not show yet', async () => {
  const clock = handClock()
  const box = await start({ clock, dialects: { visibilityDelayMs: 5_000 }, faults: { editedMeanwhile: 1 } })
  box.store.fill([{ phone: '15105550100', first: 'Old' }])
  box.store.edit('15105550100', { first: 'New' })
  await box.post('/v1/contacts', {})
  expect(box.store.contact('15105550100')).toMatchObject({ first: 'New', rev: 3 })
})
