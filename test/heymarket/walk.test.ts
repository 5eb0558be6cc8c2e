// The walk through Heymarket's contacts, under every reading of what the documentation leaves open about lists.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RemoteContact } from '../../src/heymarket/contact.ts'
import type { ContactsApi, ListRequest } from '../../src/heymarket/contacts.ts'
import { PAGE_LIMITS, walkPages } from '../../src/heymarket/walk.ts'
import { DIALECT_TABLE, type Dialects } from '../../src/sandbox/dialects.ts'
import { aRemote, nthPhone } from '../support/contact.ts'
import { type Box, withSandbox } from '../support/heymarket.ts'

interface Walked {
  /** Ids in the order in which the walk showed them as new. */
  readonly fresh: number[]
  readonly orderly: boolean
  readonly seen: number
  readonly limits: number[]
}

async function walk(api: Pick<ContactsApi, 'page'>, limit: number = PAGE_LIMITS[0]): Promise<Walked> {
  const limits: number[] = []
  const steps = walkPages(
    { page: api.page, idOf: (one) => one.id, instantOf: (one) => one.updated, takesLimit: true },
    { limit, onLimit: (taken) => void limits.push(taken) },
  )
  const fresh: number[] = []
  for (;;) {
    const step = await steps.next()
    if (step.done) return { ...step.value, fresh, limits }
    fresh.push(...step.value.fresh.map((contact) => contact.id))
  }
}

/** Contacts in blocks; those of a tied block have the same instant, and between blocks time passes. */
function fill(box: Box, blocks: readonly { size: number; tied: boolean }[], apartMs = 2_500): number[] {
  let n = 0
  return blocks.flatMap(({ size, tied }) => {
    box.clock.advance(apartMs)
    const people = Array.from({ length: size }, () => {
      n += 1
      return { phone: nthPhone(n) }
    })
    return box.sandbox.store.fill(people, { sameInstant: tied })
  })
}

const LIST_DIALECTS = DIALECT_TABLE.cursor.values.flatMap((cursor) =>
  DIALECT_TABLE.resolution.values.flatMap((resolution) =>
    DIALECT_TABLE.page.values.flatMap((page) =>
      DIALECT_TABLE.overLimit.values.map(
        (overLimit): Partial<Dialects> => ({ cursor, resolution, page, overLimit, maxLimit: 30 }),
      ),
    ),
  ),
)

const sorted = (ids: readonly number[]) => [...ids].sort((a, b) => a - b)

/** Walks the same blocks under every combination of the list dialects, on one sandbox that starts anew each time. */
async function everyDialect(
  blocks: readonly { size: number; tied: boolean }[],
  apartMs: (dialects: Partial<Dialects>) => number,
  check: (walked: Walked, ids: number[], dialects: Partial<Dialects>) => void,
): Promise<void> {
  const box = await withSandbox()
  for (const dialects of LIST_DIALECTS) {
    box.sandbox.reset()
    box.sandbox.configure({ dialects })
    const ids = fill(box, blocks, apartMs(dialects))
    const walked = await walk(box.client.contacts)
    expect(new Set(walked.fresh).size, JSON.stringify(dialects)).toBe(walked.fresh.length)
    expect(walked.seen).toBe(walked.fresh.length)
    check(walked, ids, dialects)
  }
}

describe('in every combination of cursor, resolution, page and overLimit', () => {
  test.each([
    [
      'at the head',
      [
        { size: 40, tied: false },
        { size: 95, tied: true },
      ],
    ],
    [
      'in the middle',
      [
        { size: 35, tied: false },
        { size: 95, tied: true },
        { size: 35, tied: false },
      ],
    ],
    [
      'at the end',
      [
        { size: 95, tied: true },
        { size: 40, tied: false },
      ],
    ],
    [
      'of exactly a page',
      [
        { size: 35, tied: false },
        { size: 30, tied: true },
        { size: 35, tied: false },
      ],
    ],
    ['of exactly two pages, and nothing else', [{ size: 60, tied: true }]],
  ])('a block of ties %s is passed, or the walk says that it is not orderly', async (_name, blocks) => {
    await everyDialect(
      blocks,
      () => 2_500,
      (walked, ids, dialects) => {
        const label = JSON.stringify(dialects)
        if (walked.orderly) expect(sorted(walked.fresh), label).toEqual(ids)
        if (dialects.page !== 'ignored') expect(walked.orderly, label).toBe(true)
      },
    )
  })

  test('without ties longer than a page everybody is seen, for certain', async () => {
    const blocks = Array.from({ length: 12 }, (_, n) => ({ size: 11, tied: n % 2 === 0 }))
    await everyDialect(
      blocks,
      () => 2_500,
      (walked, ids, dialects) => {
        expect([walked.orderly, sorted(walked.fresh)], JSON.stringify(dialects)).toEqual([true, ids])
      },
    )
  })

  test('neighbouring instants are not skipped', async () => {
    const blocks = Array.from({ length: 9 }, () => ({ size: 10, tied: true }))
    await everyDialect(
      blocks,
      ({ resolution }) => (resolution === 'second' ? 1000 : 1),
      (walked, ids, dialects) => {
        expect([walked.orderly, sorted(walked.fresh)], JSON.stringify(dialects)).toEqual([true, ids])
      },
    )
  })
})

test('writes that lie within one millisecond are told apart where the account does so', async () => {
  const box = await withSandbox({ dialects: { page: 'ignored', maxLimit: 30 } })
  const ids = fill(box, [{ size: 200, tied: false }])
  const walked = await walk(box.client.contacts)
  expect([walked.orderly, sorted(walked.fresh)]).toEqual([true, ids])
})

test('any blocks are passed, or the walk says that it is not orderly', async () => {
  const block = fc.record({ size: fc.integer({ min: 1, max: 70 }), tied: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(block, { maxLength: 6 }),
      fc.constantFrom(...LIST_DIALECTS),
      fc.constantFrom(1, 400, 1000, 60_000),
      fc.constantFrom(7, 30),
      async (blocks, dialects, apartMs, maxLimit) => {
        const box = await withSandbox({ dialects: { ...dialects, maxLimit } })
        const ids = fill(box, blocks, apartMs)
        const walked = await walk(box.client.contacts)
        expect(new Set(walked.fresh).size).toBe(walked.fresh.length)
        if (walked.orderly) expect(sorted(walked.fresh)).toEqual(ids)
      },
    ),
    {
      numRuns: 40,
      // Found by this property once: the last contact was skipped, and the walk called itself orderly.
      examples: [
        [
          [
            { size: 8, tied: false },
            { size: 1, tied: false },
          ],
          { cursor: 'inclusive', resolution: 'millisecond', page: 'ignored', overLimit: 'reject' },
          1,
          7,
        ],
      ],
    },
  )
})

test('who lies right below ties that cannot be passed is seen all the same', async () => {
  const box = await withSandbox({ dialects: { page: 'ignored', maxLimit: 30, resolution: 'millisecond' } })
  const ids = fill(
    box,
    [
      { size: 5, tied: true },
      { size: 95, tied: true },
      { size: 5, tied: true },
    ],
    1,
  )
  const walked = await walk(box.client.contacts)
  expect(walked.orderly).toBe(false)
  expect(walked.fresh).toEqual(expect.arrayContaining([...ids.slice(0, 5), ...ids.slice(-5)]))
})

describe('the page size', () => {
  test('is found by asking for less until the account takes it, and is told', async () => {
    const box = await withSandbox({ dialects: { overLimit: 'reject', maxLimit: 50 } })
    fill(box, [{ size: 80, tied: false }])
    const walked = await walk(box.client.contacts)
    expect([walked.seen, walked.limits]).toEqual([80, [100, 0]])
    // What was learnt saves the refused requests.
    const before = box.exchanges.length
    await walk(box.client.contacts, 0)
    expect(box.exchanges.slice(before).map(({ status }) => status)).not.toContain(400)
  })

  test('that an account cuts down silently is no sign of the end', async () => {
    const box = await withSandbox({ dialects: { overLimit: 'clamp', maxLimit: 10 } })
    fill(box, [{ size: 35, tied: false }])
    expect(await walk(box.client.contacts)).toMatchObject({ seen: 35, orderly: true, limits: [] })
  })
})

test('an empty account is walked in one request', async () => {
  const box = await withSandbox()
  expect(await walk(box.client.contacts)).toMatchObject({ seen: 0, orderly: true })
  expect(box.exchanges).toHaveLength(1)
})

test('a full walk reads little more than the pages there are', async () => {
  const box = await withSandbox({ dialects: { maxLimit: 30 } })
  fill(box, [
    { size: 150, tied: false },
    { size: 150, tied: true },
  ])
  await walk(box.client.contacts)
  expect(box.exchanges.length).toBeLessThanOrEqual(18)
})

describe('an account that does not follow the cursor', () => {
  const CONTACTS = [3, 2, 1].map((n) => aRemote({ id: n, updated: `2030-01-15T11:00:0${n}Z` }))

  test.each([
    ['shows the same page for ever', (): RemoteContact[] => CONTACTS],
    [
      'lists the oldest first',
      ({ date = '~' }: ListRequest) => [...CONTACTS].reverse().filter((one) => (one.updated ?? '') < date),
    ],
    ['stamps nothing', () => [aRemote({ updated: null })]],
    [
      'stamps some with nothing',
      ({ date }: ListRequest) =>
        date === undefined ? [...CONTACTS, aRemote({ id: 9, updated: '0001-01-01T00:00:00Z' })] : [],
    ],
  ])('because it %s ends the walk, which is then not orderly', async (_name, page) => {
    let requests = 0
    const walked = await walk({
      page: async (request) => {
        requests += 1
        if (requests > 100) throw new Error('endless')
        return page(request)
      },
    })
    expect(walked.orderly).toBe(false)
    expect(new Set(walked.fresh).size).toBe(walked.fresh.length)
  })
})
