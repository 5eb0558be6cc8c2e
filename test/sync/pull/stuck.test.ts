// A pull that is gone on with and gets no further: the next one begins anew, so that changes since are read.
import { ConnectorError, type ConnectorErrorKind, type Page, type PullRequest } from 'heysync/connector'
import { expect, test } from 'vitest'
import { connectorContext } from '../../../src/connector/context.ts'
import { nthPhone } from '../../support/contact.ts'
import { aSource } from '../../support/engine.ts'
import { all, MINUTE, rec, world } from './world.ts'

const incremental = { mode: 'incremental' } as const

/** A source that was read once, and then fails behind its first page. */
async function stuck(kind: ConnectorErrorKind) {
  const made = world({ source: aSource({ map: { optedOut: 'stop' } }), can: { resumable: true } })
  await made.pull(all(rec('1', { stop: 'no' })))
  const fails = ({ resumeAfter }: PullRequest): Iterable<Page> =>
    (function* () {
      if (resumeAfter === null)
        yield {
          records: [rec('2', { stop: 'no' }, new Date(made.clock.now()).toISOString())],
          position: 'p1',
        }
      throw new ConnectorError(kind, { message: 'the segment is not there.' })
    })()
  const attempt = async () => {
    await expect(made.pull(fails, incremental)).rejects.toThrow()
    return made.memory.requests.at(-1)
  }
  return { ...made, attempt }
}

test.each(['not-found', 'failed', 'unauthorized'] as const)('by %s, twice at one place', async (kind) => {
  const { attempt, mirror } = await stuck(kind)
  const first = await attempt()
  expect(await attempt()).toMatchObject({ resumeAfter: 'p1', window: first?.window })
  const third = await attempt()
  expect(third?.resumeAfter).toBeNull()
  expect((third?.window.to ?? '') > (first?.window.to ?? '')).toBe(true)
  expect(mirror.sources.find('clinic')?.pull_position).toBe('p1')
})

test.each(['quota', 'busy'] as const)('by %s is only to wait', async (kind) => {
  const { attempt } = await stuck(kind)
  await attempt()
  await attempt()
  expect((await attempt())?.resumeAfter).toBe('p1')
})

test.each([
  ['busy', null],
  ['quota', 'p1'],
] as const)('by %s for more than an hour', async (kind, resumeAfter) => {
  const { attempt, clock } = await stuck(kind)
  await attempt()
  clock.advance(60 * MINUTE)
  await attempt()
  expect((await attempt())?.resumeAfter).toBe(resumeAfter)
})

test('behind pages that come again each time', async () => {
  const { pull, mirror, clock } = world({
    source: aSource({ map: { optedOut: 'stop' } }),
    can: { resumable: true, lists: true },
  })
  await pull(all(rec('1', { stop: 'no' })))
  let stop = 'no'
  // People first, then one list after the other, always from the first one on.
  const fails = function* ({ resumeAfter }: PullRequest): Iterable<Page> {
    if (resumeAfter === null)
      yield { records: [rec('1', { stop }, new Date(clock.now()).toISOString())], position: 'people' }
    yield { records: [], lists: [{ title: 'News', members: ['1'], whole: true }], position: 'lists' }
    throw new ConnectorError('failed', { message: 'the second list cannot be read.' })
  }
  await expect(pull(fails, incremental)).rejects.toThrow()
  stop = 'yes'
  for (let again = 0; again < 2; again += 1) await expect(pull(fails, incremental)).rejects.toThrow()
  expect(mirror.consent.isOptedOut(nthPhone(1))).toBe(true)
})

test('by a process that is to end goes on from there', async () => {
  const { attempt, pull, memory, clock } = await stuck('not-found')
  await attempt()
  const ending = new AbortController()
  const log = { debug: () => {}, info: () => {}, warn: () => {} }
  const context = connectorContext({ signal: ending.signal, baseDir: '/', clock, log })
  const ends = (): Iterable<Page> => {
    ending.abort()
    throw new ConnectorError('failed', { message: 'stopped' })
  }
  await expect(pull(ends, { ...incremental, context })).rejects.toThrow()
  await attempt()
  expect(memory.requests.at(-1)?.resumeAfter).toBe('p1')
})

/** A first pull of everything that shows two pages and has to wait; then each part shows so many and ends so. */
function inParts() {
  const made = world({ can: { resumable: true } })
  const part = async (pages: number, kind: ConnectorErrorKind) => {
    const shows = function* ({ resumeAfter }: PullRequest): Iterable<Page> {
      const from = Number(resumeAfter)
      for (let n = from + 1; n <= from + pages; n += 1) yield { records: [rec(`${n}`)], position: `${n}` }
      throw new ConnectorError(kind, { message: 'it ended here.' })
    }
    await expect(made.pull(shows)).rejects.toThrow()
    return made.memory.requests.at(-1)?.resumeAfter
  }
  return { ...made, part }
}

test('a full pull goes on behind an outage, and each page is a new beginning', async () => {
  const { part } = inParts()
  await part(2, 'quota')
  for (const kind of ['failed', 'unauthorized'] as const) expect(await part(0, kind)).toBe('2')
  expect(await part(1, 'failed')).toBe('2')
  for (const kind of ['failed', 'not-found'] as const) expect(await part(0, kind)).toBe('3')
  expect(await part(1, 'quota')).toBe('3')
})

test('a full pull begins anew when it failed three times in a row at one place', async () => {
  const { part } = inParts()
  await part(2, 'quota')
  for (let times = 0; times < 3; times += 1) expect(await part(0, 'failed')).toBe('2')
  expect(await part(1, 'quota')).toBeNull()
  expect(await part(1, 'quota')).toBe('1')
})

test('a full pull of a source that is busy counts it from the second hour on', async () => {
  const { part, clock } = inParts()
  await part(2, 'quota')
  for (let times = 0; times < 5; times += 1) expect(await part(0, 'busy')).toBe('2')
  clock.advance(60 * MINUTE)
  for (let times = 0; times < 3; times += 1) expect(await part(0, 'busy')).toBe('2')
  expect(await part(0, 'busy')).toBeNull()
})

test('a full pull begins anew also where it shows the same page each time', async () => {
  const { pull, memory } = world({ can: { resumable: true } })
  const shows = function* ({ resumeAfter }: PullRequest): Iterable<Page> {
    if (resumeAfter === null) yield { records: [rec('1')], position: 'people' }
    yield { records: [rec('2')], position: 'lists' }
    throw new ConnectorError('failed', { message: 'the second list cannot be read.' })
  }
  for (let times = 0; times < 5; times += 1) await expect(pull(shows)).rejects.toThrow()
  expect(memory.requests.map(({ resumeAfter }) => resumeAfter)).toEqual([
    null,
    'lists',
    'lists',
    'lists',
    null,
  ])
})
