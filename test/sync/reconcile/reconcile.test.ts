// Reconcile: what it reads, what it concludes, and how few requests it takes.
import { describe, expect, test } from 'vitest'
import { DIALECT_TABLE, type Dialects } from '../../../src/sandbox/dialects.ts'
import { openMirror } from '../../../src/sync/mirror/mirror.ts'
import { readHead, reconcileFull, reconcileIncremental } from '../../../src/sync/reconcile/reconcile.ts'
import { aRemote, nthPhone } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'
import { withSandbox } from '../../support/heymarket.ts'

const MINUTE = 60_000

async function start({ dialects = {} }: { dialects?: Partial<Dialects> } = {}) {
  const box = await withSandbox({ dialects: { maxLimit: 30, ...dialects } })
  const mirror = openMirror(aDatabase())
  const deps = { mirror, contacts: box.client.contacts, clock: box.clock }
  return {
    ...box,
    mirror,
    deps,
    full: () => reconcileFull(deps),
    incremental: () => reconcileIncremental(deps),
    /** Makes so many contacts, numbered from `first`. */
    fill: (size: number, more: { first?: number; tied?: boolean } = {}) => {
      box.clock.advance(2 * MINUTE)
      const people = Array.from({ length: size }, (_, n) => ({
        phone: nthPhone((more.first ?? 1) + n),
        first: `P${n}`,
      }))
      return box.sandbox.store.fill(people, { sameInstant: more.tied ?? false })
    },
    /** Somebody edits a contact in Heymarket. */
    edit: async (n: number, first: string) => {
      box.clock.advance(MINUTE)
      await box.client.contacts.create({ phone: nthPhone(n), first })
    },
    /** Runs `work` and tells how many requests it took. */
    requests: async (work: () => Promise<unknown>) => {
      const before = box.exchanges.length
      await work()
      return box.exchanges.length - before
    },
  }
}

const firstOf = (world: Awaited<ReturnType<typeof start>>, n: number) =>
  world.mirror.remote.byPhone(nthPhone(n)).map((row) => (JSON.parse(row.body) as { first: string }).first)

describe('a full reconcile', () => {
  test('takes in everybody and finds that the account counts as many', async () => {
    const world = await start()
    world.fill(100)
    expect(await world.full()).toEqual({
      mode: 'full',
      seen: 100,
      added: 100,
      changed: 0,
      missing: 0,
      count: 100,
      complete: true,
    })
    expect(world.mirror.remote.count()).toBe(100)
    expect(await world.full()).toMatchObject({ seen: 100, added: 0, changed: 0, missing: 0, complete: true })
  })

  test('drops who is no longer there', async () => {
    const world = await start()
    const [gone = 0] = world.fill(40)
    await world.full()
    await world.client.contacts.remove(gone)
    expect(await world.full()).toMatchObject({ seen: 39, missing: 1, complete: true })
    expect(world.mirror.remote.find(gone)).toBeUndefined()
  })

  test('drops nobody when it cannot be sure to have seen everybody', async () => {
    const world = await start({ dialects: { page: 'ignored' } })
    world.fill(70, { tied: true })
    world.mirror.remote.read(aRemote({ id: 7, phone: nthPhone(500) }), 0, 0)
    expect(await world.full()).toMatchObject({ seen: 30, count: 70, missing: 0, complete: false })
    expect(await world.full()).toMatchObject({ missing: 0, complete: false })
    expect(world.mirror.remote.find(7)).toBeDefined()
  })

  test.each([1, 20])(
    'is complete where %i contacts of one instant fill no page, and pages have no numbers',
    async (size) => {
      const world = await start({ dialects: { page: 'ignored' } })
      world.fill(size, { tied: true })
      expect(await world.full()).toMatchObject({ seen: size, complete: true })
      expect(await world.requests(() => world.incremental())).toBeLessThan(4)
    },
  )

  test('is not where one of them was deleted before the count, and may make up for one that no page shows', async () => {
    const world = await start({ dialects: { page: 'ignored', maxLimit: 3 } })
    world.fill(4, { tied: true })
    const { contacts } = world.deps
    const { count } = contacts
    const shown = (await contacts.page({ limit: 3 })).map(({ id }) => id)
    Object.assign(contacts, {
      count: async () => {
        const gone = shown.pop()
        if (gone !== undefined && shown.length === 2) await contacts.remove(gone)
        return count()
      },
    })
    expect(await world.full()).toMatchObject({ seen: 3, count: 3, complete: false })
  })

  test('keeps a contact that was just written and is not on the lists yet', async () => {
    const world = await start({ dialects: { visibilityDelayMs: MINUTE } })
    world.fill(5)
    const made = await world.client.contacts.create({ phone: nthPhone(9) })
    world.mirror.remote.wrote(
      aRemote({ id: made.id, phone: nthPhone(9), rev: made.rev, updated: null }),
      world.clock.now(),
    )
    world.clock.advance(MINUTE / 2)
    expect(await world.full()).toMatchObject({ seen: 5, missing: 0 })
    expect(world.mirror.remote.find(made.id)).toBeDefined()
    world.clock.advance(10 * MINUTE)
    expect(await world.full()).toMatchObject({ seen: 6, missing: 0, complete: true })
  })

  test('believes an account that always counts more than it lists, once that was seen twice', async () => {
    const world = await start()
    world.fill(3)
    const lying = { ...world.deps, contacts: { ...world.client.contacts, count: async () => 5 } }
    world.mirror.remote.read(aRemote({ id: 7, phone: nthPhone(500) }), 0, 0)
    expect(await reconcileFull(lying)).toMatchObject({ complete: false, missing: 0 })
    expect(await reconcileFull(lying)).toMatchObject({ complete: true, missing: 1 })
  })

  test('meets those who move to the head while it is further down', async () => {
    const world = await start()
    world.fill(100)
    let pages = 0
    const contacts = {
      ...world.client.contacts,
      page: async (request: object) => {
        pages += 1
        // The oldest, which the walk has not come to yet, is edited when it is half way down.
        if (pages === 3) await world.edit(1, 'Edited')
        return world.client.contacts.page(request)
      },
    }
    expect(await reconcileFull({ ...world.deps, contacts })).toMatchObject({ seen: 100, complete: true })
    expect(firstOf(world, 1)).toEqual(['Edited'])
  })

  test('reads contacts that have only an e-mail, and keeps them', async () => {
    const world = await start({ dialects: { emailOnlyContacts: 2 } })
    world.fill(3)
    expect(await world.full()).toMatchObject({ seen: 5, count: 5, complete: true })
    expect(await world.full()).toMatchObject({ missing: 0 })
  })
})

describe('an incremental reconcile', () => {
  test.each(
    DIALECT_TABLE.cursor.values.flatMap((cursor) =>
      DIALECT_TABLE.resolution.values.flatMap((resolution) =>
        DIALECT_TABLE.page.values.map((page) => ({ cursor, resolution, page })),
      ),
    ),
  )('takes at most two requests when nothing happened ($cursor $resolution $page)', async (dialects) => {
    const world = await start({ dialects })
    for (let block = 0; block < 10; block += 1) world.fill(10, { first: 10 * block + 1 })
    await world.full()
    world.clock.advance(10 * MINUTE)
    for (let n = 0; n < 3; n += 1) expect(await world.requests(world.incremental)).toBeLessThanOrEqual(2)
  })

  test.each(
    DIALECT_TABLE.cursor.values.flatMap((cursor) =>
      DIALECT_TABLE.resolution.values.map((resolution) => ({ cursor, resolution })),
    ),
  )(
    'takes at most two when the newest change was one of more than a page at one instant ($cursor $resolution)',
    async (dialects) => {
      const world = await start({ dialects })
      world.fill(10)
      world.fill(95, { first: 11, tied: true })
      await world.full()
      world.clock.advance(10 * MINUTE)
      await world.incremental()
      for (let n = 0; n < 3; n += 1) expect(await world.requests(world.incremental)).toBeLessThanOrEqual(2)
    },
  )

  test('finds an edit, with little more than the page it is on', async () => {
    const world = await start()
    world.fill(100)
    await world.full()
    await world.edit(3, 'Edited')
    expect(await world.requests(world.incremental)).toBeLessThanOrEqual(4)
    expect(firstOf(world, 3)).toEqual(['Edited'])
  })

  test('finds every edit, also when there are more than a page', async () => {
    const world = await start()
    world.fill(100)
    await world.full()
    for (let n = 1; n <= 75; n += 1) await world.edit(n, `Edited${n}`)
    expect(await world.incremental()).toMatchObject({ mode: 'incremental', changed: 75 })
    for (let n = 1; n <= 75; n += 1) expect(firstOf(world, n)).toEqual([`Edited${n}`])
  })

  test.each(['second', 'millisecond', 'microsecond'] as const)(
    'finds an edit at the very instant of the newest one it knew (%s)',
    async (resolution) => {
      const world = await start({ dialects: { resolution } })
      world.fill(60, { tied: true })
      await world.full()
      // Made before, shown now: it sorts among the ties, wherever that is.
      await world.client.contacts.create({ phone: nthPhone(3), first: 'Same instant' })
      await world.incremental()
      expect(firstOf(world, 3)).toEqual(['Same instant'])
    },
  )

  test('looks behind a page of ties while somebody may still get their instant', async () => {
    const world = await start()
    const instant = new Date(world.clock.now()).toISOString()
    const shown = Array.from({ length: 60 }, (_, n) =>
      aRemote({ id: n + 1, phone: nthPhone(n + 1), updated: instant }),
    )
    const contacts = {
      ...world.client.contacts,
      count: async () => shown.length,
      page: async ({ date = '~', page = 1 }: { date?: string; page?: number }) =>
        shown.filter((one) => (one.updated ?? '') < date).slice(30 * (page - 1), 30 * page),
    }
    const deps = { ...world.deps, contacts }
    expect(await reconcileFull(deps)).toMatchObject({ seen: 60, complete: true })
    // The same second goes on, and this one is listed last of all that bear it.
    shown[59] = aRemote({ id: 60, phone: nthPhone(60), updated: instant, first: 'Late', rev: 2 })
    await reconcileIncremental(deps)
    expect(firstOf(world, 60)).toEqual(['Late'])
  })

  test('finds a deletion through the count, and then looks at everything', async () => {
    const world = await start()
    const [gone = 0] = world.fill(60)
    await world.full()
    await world.client.contacts.remove(gone)
    expect(await world.incremental()).toMatchObject({ mode: 'full', missing: 1, complete: true })
    expect(world.mirror.remote.find(gone)).toBeUndefined()
    expect(await world.incremental()).toMatchObject({ mode: 'incremental' })
  })

  test('is a full one when there never was one', async () => {
    const world = await start()
    world.fill(3)
    expect(await world.incremental()).toMatchObject({ mode: 'full', seen: 3 })
  })

  test('notes an opt-out by the person, for the number', async () => {
    const world = await start()
    world.fill(3)
    await world.full()
    expect(world.mirror.consent.isOptedOut(nthPhone(2))).toBe(false)
    world.sandbox.store.stop(nthPhone(2))
    await world.incremental()
    expect(world.mirror.consent.isOptedOut(nthPhone(2))).toBe(true)
    world.sandbox.store.start(nthPhone(2))
    await world.incremental()
    expect(world.mirror.consent.isOptedOut(nthPhone(2))).toBe(true)
  })
})

describe('a stale read', () => {
  test('does not undo what our own write left', async () => {
    const world = await start({ dialects: { visibilityDelayMs: MINUTE } })
    const [id = 0] = world.fill(1)
    await world.full()
    const before = world.mirror.remote.find(id)
    const body = {
      phone: nthPhone(1),
      first: 'Ours',
      last: '',
      display_name: 'Ours',
      email: '',
      custom: {},
      assignee_id: -1,
      tags: [],
    }
    const answer = await world.client.contacts.update(id, body, false)
    world.mirror.remote.wrote(
      aRemote({ id, first: 'Ours', last: '', displayName: 'Ours', rev: answer.rev, updated: null }),
      world.clock.now(),
    )
    await readHead(world.deps)
    expect(firstOf(world, 1)).toEqual(['Ours'])
    world.clock.advance(2 * MINUTE)
    await readHead(world.deps)
    expect(firstOf(world, 1)).toEqual(['Ours'])
    expect(world.mirror.remote.find(id)?.rev).toBe((before?.rev ?? 0) + 1)
  })
})

test('the page size that the account gave is remembered', async () => {
  const world = await start({ dialects: { overLimit: 'reject' } })
  world.fill(3)
  await world.full()
  const before = world.exchanges.length
  await world.full()
  expect(world.exchanges.slice(before).map(({ status }) => status)).not.toContain(400)
})
