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
