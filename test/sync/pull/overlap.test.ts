// Rows that become visible late: the window grows with them, shrinks when they stay away, and what is too late for any window
// is found by the next full pull.
import type { Page, PullRequest, SourceRecord } from 'heysync/connector'
import { expect, test } from 'vitest'
import { keyToMs } from '../../../src/lib/instant.ts'
import { START } from '../../support/clock.ts'
import { nthPhone } from '../../support/contact.ts'
import { aSource } from '../../support/engine.ts'
import { all, changes, MINUTE, rec, world } from './world.ts'

const FLOOR = 300
const DAY = 24 * 60 * MINUTE

const incremental = { mode: 'incremental' } as const

const at = (ms: number) => new Date(ms).toISOString()

/** A source of which one pull was completed, and whose next ones are incremental. */
async function started(by: 'watermark' | 'token' = 'watermark') {
  const made = world({ source: aSource({ overlapSeconds: FLOOR }), can: { incremental: by } })
  await made.pull(all(rec('1', {}, new Date(START).toISOString())))
  /** By how many seconds the window of the last request lies before the watermark that it went by. */
  const overlap = async () => {
    const watermark = keyToMs(made.watermark() ?? '')
    await made.pull(changes(), incremental)
    return (watermark - Date.parse(made.memory.requests.at(-1)?.window.from ?? '')) / 1000
  }
  /** Shows a record whose time lies so many seconds before the end of the window of the pull before. */
  const late = (id: string, seconds: number) => {
    const shownTo = made.clock.now()
    return made.pull(changes(rec(id, {}, new Date(shownTo - seconds * 1000).toISOString())), incremental)
  }
  return { ...made, overlap, late }
}

test('without late rows it is what the config says', async () => {
  const { overlap, pull, clock } = await started()
  expect(await overlap()).toBe(FLOOR)
  await pull(changes(rec('2', {}, new Date(clock.now() + 1_000).toISOString())), incremental)
  expect(await overlap()).toBe(FLOOR)
})

test('it is twice as far as the latest row was late, and never less than the config says', async () => {
  const { overlap, late } = await started()
  await late('2', 100)
  expect(await overlap()).toBe(FLOOR)
  await late('3', 200)
  expect(await overlap()).toBe(400)
  await late('4', 390)
  expect(await overlap()).toBe(780)
  await late('5', 10)
  expect(await overlap()).toBe(780)
})

test('a week after the last late row it is what the config says', async () => {
  const { overlap, late, clock } = await started()
  await late('2', 200)
  clock.advance(6 * DAY)
  expect(await overlap()).toBe(400)
  clock.advance(DAY)
  expect(await overlap()).toBe(FLOOR)
})

test('it is never more than a day', async () => {
  const { overlap, late } = await started()
  await late('2', 20 * 60 * 60)
  expect(await overlap()).toBe(24 * 60 * 60)
})

test('other content under the same time is not late, nor an older version', async () => {
  const { overlap, pull } = await started()
  const time = (minutes: number) => new Date(START + minutes * MINUTE).toISOString()
  for (let minutes = 0; minutes < 9; minutes += 1) await pull(changes(), incremental)
  await pull(changes(rec('1', { first: 'Other' }, time(0))), incremental)
  await pull(changes(rec('1', { first: 'Older' }, time(-20))), incremental)
  expect(await overlap()).toBe(FLOOR)
})

test('what came later than any window is found by a full pull', async () => {
  const { pull, record, late } = await started()
  await late('2', 200)
  const rows: SourceRecord[] = []
  const show =
    (covers: 'everything' | 'changes') =>
    ({ window }: PullRequest): Page[] => {
      const from = window.from === null ? 0 : Date.parse(window.from)
      const records = rows.filter(({ updatedAt }) => Date.parse(updatedAt ?? '') >= from)
      return [{ records, position: 'end', end: { covers, count: null } }]
    }
  rows.push(rec('8', {}, new Date(START - 6 * MINUTE).toISOString()))
  rows.push(rec('9', {}, new Date(START - 60 * MINUTE).toISOString()))
  await pull(show('changes'), incremental)
  expect([record('8')?.state, record('9')?.state]).toEqual(['accepted', undefined])
  await pull(show('everything'))
  expect(record('9')?.state).toBe('accepted')
})

test('it is learned too where a token connector has no token and says that its pages are changes', async () => {
  const { pull, clock, overlap } = await started('token')
  const shows = (id: string, seconds: number, more: Partial<Page> = {}) => {
    const [page] = changes(rec(id, {}, at(clock.now() - seconds * 1000)))
    return pull(page === undefined ? [] : [{ ...page, ...more }], incremental)
  }
  await shows('2', 290)
  expect(await overlap()).toBe(FLOOR)
  await shows('3', 250, { changes: true })
  expect(await overlap()).toBe(500)
  await pull(
    [{ records: [], position: 'end', end: { covers: 'changes', count: null, token: 't1' } }],
    incremental,
  )
  await shows('4', 280, { changes: true })
  expect(await overlap()).toBe(500)
})

test('a record of an erased person is not late each time that it is read again', async () => {
  const { pull, mirror, clock, memory } = await started()
  const time = clock.now() + 30_000
  const theirs = rec('2', {}, at(time))
  await pull(changes(theirs), incremental)
  mirror.erased.mark(nthPhone(2), { at: clock.now(), reason: 'asked', optedOut: false })
  mirror.records.drop('clinic', '2')
  for (let quiet = 0; quiet < 12; quiet += 1)
    await pull(({ window }) => (at(time) >= (window.from ?? '') ? changes(theirs) : changes()), incremental)
  const { window } = memory.requests.at(-1) ?? { window: { from: null } }
  expect((time - Date.parse(window.from ?? '')) / 1000).toBe(FLOOR)
})

test('what a full pull left out is not late in the next window', async () => {
  const { pull, clock, mirror } = await started()
  const before = clock.now()
  clock.advance(600 * MINUTE)
  await pull(changes(rec('1', {}, at(before - MINUTE))))
  await pull(changes(rec('2', {}, at(before + 2 * MINUTE))), incremental)
  expect(mirror.sources.latest('clinic', 0)).toBe(0)
})
