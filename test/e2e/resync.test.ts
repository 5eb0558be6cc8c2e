// A full resync of 2,000 people that is stopped again and again: each run goes on where the one before was.
import { expect, test } from 'vitest'
import { dice } from '../support/dice.ts'
import { makeExecutioner } from './crash-child.ts'
import { clinicConfig, csv, type House, house, type Person, people, type Tree } from './support.ts'

const PEOPLE = 2000
const SEED = Number(process.env.HEYSYNC_TEST_SEED ?? 20_261_121)
/** The account gives so many contacts at a time: a whole walk is 20 pages and more. */
const PAGE = 100

async function world(): Promise<{ home: House; stopAt: StopAt; rows: Person[] }> {
  const executioner = makeExecutioner()
  const home = await house({ onRequest: executioner.onRequest, dialects: { maxLimit: PAGE } })
  const rows = people(PEOPLE)
  home.write('contacts.csv', csv(rows))
  // One request for each contact, so that there are many instants to be killed at.
  home.config(clinicConfig(home.sandbox.url, {}, { heymarket: { writes: 'single' } }))
  home.sandbox.store.fill(
    rows.map(({ phone, first, last }) => ({ phone: phone.replace(/\D/g, ''), first, last })),
  )
  const stopAt: StopAt = async (signal, request, ...args) => {
    const running = home.start(...args)
    executioner.aim(request, 0, () => running.signal(signal))
    const done = await running.done
    executioner.rest()
    return done
  }
  return { home, stopAt, rows }
}

type StopAt = (signal: NodeJS.Signals, request: number, ...args: string[]) => ReturnType<House['run']>

async function pagesOf(home: House, work: () => Promise<unknown>): Promise<number> {
  const requests = await home.requestsOf(work)
  return requests.filter(({ path }) => path === '/v1/contacts').length
}

test('it is killed and stopped at several places; the last run reads only what is left', {
  timeout: 120_000,
}, async () => {
  const { home, stopAt, rows } = await world()
  const whole = await pagesOf(home, () => home.json(0, 'sync'))
  expect(whole).toBeGreaterThanOrEqual(PEOPLE / PAGE)
  home.write('contacts.csv', csv(rows.map((row, n) => (n % 5 === 0 ? { ...row, last: 'Kim' } : row))))

  let read = 0
  for (const [signal, request] of [
    ['SIGKILL', 7],
    ['SIGTERM', 7],
    ['SIGKILL', 5],
  ] as const)
    read += await pagesOf(home, async () => {
      expect((await stopAt(signal, request, 'resync')).code).not.toBe(0)
    })
  expect(await home.json(1, 'status')).toMatchObject({
    lastCycle: { status: 'interrupted', reason: 'hand' },
    underWay: null,
  })
  const rest = await pagesOf(home, async () => {
    // The fourth is killed among the writes.
    expect((await stopAt('SIGKILL', 60, 'resync')).code).toBe(null)
  })
  expect(rest).toBeLessThanOrEqual(whole - 9)
  expect(read + rest).toBeLessThanOrEqual(whole + 12)

  const last = await home.json<Tree>(0, 'resync')
  expect(last).toMatchObject({
    status: 'ok',
    reconcile: { mode: 'full', seen: PEOPLE, complete: true, missing: 0 },
  })
  const held = home.sandbox.store.contacts()
  expect(held).toHaveLength(PEOPLE)
  expect(held.filter((one) => one.last === 'Kim')).toHaveLength(PEOPLE / 5)
  expect(home.sandbox.store.creations()).toHaveLength(PEOPLE)
})

test.each([SEED + 1])(
  'killed at random until it gets through, it goes on where it was each time, seed %i',
  {
    timeout: 120_000,
  },
  async (seed) => {
    const { home, stopAt } = await world()
    const whole = await pagesOf(home, () => home.json(0, 'sync'))
    const roll = dice(seed)
    let kills = 0
    const read = await pagesOf(home, async () => {
      while ((await stopAt('SIGKILL', 3 + roll(5), 'resync')).code === null) {
        kills += 1
        expect(kills).toBeLessThan(PEOPLE / PAGE)
      }
    })
    expect(kills).toBeGreaterThan(2)
    // Read again each time: the page that it was killed at, the last one before it, and the news at the head.
    expect(read).toBeLessThanOrEqual(whole + 3 * kills)
    expect(await home.json(0, 'status')).toMatchObject({ lastCycle: { status: 'ok', mode: 'full' } })
    expect(home.sandbox.store.creations()).toHaveLength(PEOPLE)
  },
)

test('another process sees how far it is, and why it was started', { timeout: 60_000 }, async () => {
  const { home } = await world()
  await home.json(0, 'sync')
  expect(await home.json(0, 'status')).toMatchObject({ underWay: null, lastCycle: { reason: 'first' } })
  home.sandbox.configure({ faults: { slowMs: 400 } })
  const running = home.start('resync')
  let seen: Tree | null = null
  while (seen?.phase !== 'reconcile') {
    const { underWay } = JSON.parse((await home.run('status', '--json')).stdout) as { underWay: Tree | null }
    seen = underWay
  }
  expect(seen).toMatchObject({ mode: 'full', trigger: 'resync', reason: 'hand', source: null, total: PEOPLE })
  expect(seen.done).toBeGreaterThan(0)
  const shown = (await home.run('status')).stdout
  expect(shown).toMatch(/under way {2}full resync since .*, because it was asked for/)
  expect(shown).toMatch(/[\d,]+ of 2,000 read from Heymarket/)
  home.sandbox.configure({ faults: { slowMs: 0 } })
  expect((await running.done).code).toBe(0)
})

test('a changed mapping is why everything is pulled, and sync says so', async () => {
  const home = await house()
  home.write('contacts.csv', csv(people(3)))
  home.config(clinicConfig(home.sandbox.url))
  expect((await home.run('sync')).stderr).toContain(
    'clinic: full pull, because this database does not hold it yet',
  )
  expect((await home.json<{ sources: Tree[] }>(0, 'sync')).sources[0]).toMatchObject({ reason: null })
  home.config(clinicConfig(home.sandbox.url, { map: { phone: 'phone', first: 'last', last: 'first' } }))
  const changed = await home.run('sync')
  expect(changed.stderr).toContain('clinic: full pull, because its mapping or its options changed')
  expect(await home.json(0, 'status')).toMatchObject({ lastCycle: { reason: 'configChanged' } })
  expect((await home.json<{ sources: Tree[] }>(0, 'resync')).sources[0]).toMatchObject({ reason: 'hand' })
})
