// The lock between processes: a real second process holds it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { acquireLock, isWanted } from '../../src/db/lock.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { aChild } from '../support/child.ts'
import { leapingClock } from '../support/clock.ts'
import { tempFolder } from '../support/folder.ts'

const HOLD = `
import { acquireLock } from './src/db/lock.js'
import { systemClock } from './src/lib/clock.js'
const lock = await acquireLock(process.argv[2], { holder: 'heysync run (process 77)', waitMs: 0, clock: systemClock })
console.log('held')
process.stdin.once('data', () => { lock.release(); console.log('released') })
`

function takes(
  path: string,
  more: { waitMs?: number; clock?: Clock; onWait?: (holder: string) => void; signal?: AbortSignal } = {},
) {
  return acquireLock(path, { holder: 'heysync sync (process 78)', waitMs: 0, clock: leapingClock(), ...more })
}

test('a second process is told who works on the database, and where', async () => {
  const path = join(tempFolder(), 'heysync.db')
  await aChild(HOLD, path).says('held')
  await expect(takes(path)).rejects.toMatchObject({
    code: 'ERR_DATABASE_BUSY',
    exitCode: 1,
    message: `heysync run (process 77) is working on ${path}.`,
    hint: expect.stringContaining('run this again'),
  })
})

test('the lock of a killed process is free at once', async () => {
  const path = join(tempFolder(), 'heysync.db')
  const holder = aChild(HOLD, path)
  await holder.says('held')
  await holder.kill()
  const lock = await takes(path)
  expect(readFileSync(`${path}-lock-holder`, 'utf8')).toBe('heysync sync (process 78)')
  lock.release()
})

test('a released lock is free for others, and for the same process again', async () => {
  const path = join(tempFolder(), 'heysync.db')
  const holder = aChild(HOLD, path)
  await holder.says('held')
  holder.tell('go')
  await holder.says('released')
  ;(await takes(path)).release()
  ;(await takes(path)).release()
})

test('one process cannot take it twice', async () => {
  const path = join(tempFolder(), 'heysync.db')
  const lock = await takes(path)
  await expect(takes(path)).rejects.toMatchObject({ code: 'ERR_DATABASE_BUSY' })
  lock.release()
})

test('who waits is told once for whom, and gets the lock when that one is done', async () => {
  const path = join(tempFolder(), 'heysync.db')
  const lock = await takes(path)
  const told: string[] = []
  const clock = leapingClock()
  const waiting = acquireLock(path, {
    holder: 'heysync resync (process 79)',
    waitMs: 60_000,
    clock: {
      now: clock.now,
      sleep: async (ms) => {
        await clock.sleep(ms)
        if (clock.slept.length === 3) lock.release()
      },
    },
    onWait: (holder) => void told.push(holder),
  })
  ;(await waiting).release()
  expect(told).toEqual(['heysync sync (process 78)'])
  expect(clock.slept).toHaveLength(3)
})

test('whoever works sees that somebody waits, for as long as they do', async () => {
  const path = join(tempFolder(), 'heysync.db')
  const lock = await takes(path)
  const seen: boolean[] = [isWanted(path)]
  const clock = leapingClock()
  const sleep = async (ms: number) => {
    await clock.sleep(ms)
    seen.push(isWanted(path))
  }
  const waiting = takes(path, { waitMs: 500, clock: { now: clock.now, sleep } })
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_DATABASE_BUSY' })
  expect([...new Set(seen), isWanted(path)]).toEqual([false, true, false])
  lock.release()
})

test('who waits gives up when the time is over, and when told to stop', async () => {
  const path = join(tempFolder(), 'heysync.db')
  const lock = await takes(path)
  await expect(takes(path, { waitMs: 5_000 })).rejects.toMatchObject({ code: 'ERR_DATABASE_BUSY' })
  await expect(takes(path, { waitMs: 5_000, signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  })
  lock.release()
})
