// One service per database: a second is refused with the name of the first, and one that died is taken over.
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../src/db/open.ts'
import { readLease, takeLease } from '../../src/service/lease.ts'
import { leapingClock } from '../support/clock.ts'
import { tempFolder } from '../support/folder.ts'

function aPlace() {
  const path = join(tempFolder(), 'heysync.db')
  const db = openDatabase(path)
  onTestFinished(() => void db.close())
  const clock = leapingClock()
  return { path, db, clock, take: (pid: number) => takeLease(db, path, { clock, pid }) }
}

test('a second service is refused, with process, time and address of the first', () => {
  const { db, path, take } = aPlace()
  const first = take(4711)
  first.answersAt('http://127.0.0.1:8780')
  expect(() => take(4712)).toThrow(
    /Process 4711, since 2030-01-15T12:00:00.000Z, at http:\/\/127.0.0.1:8780, runs the service/,
  )
  expect(readLease(db, path)).toMatchObject({ pid: 4711, url: 'http://127.0.0.1:8780' })
  first.release()
  expect(readLease(db, path)).toBeNull()
  take(4712).release()
})

test('what a killed service left is no service, and the next one takes its place', () => {
  const { db, path, clock, take } = aPlace()
  db.prepare('INSERT INTO daemon VALUES (1, 4711, ?, ?, ?)').run(
    'http://127.0.0.1:1',
    clock.now(),
    clock.now(),
  )
  expect(readLease(db, path)).toBeNull()
  const next = take(4712)
  expect(readLease(db, path)).toMatchObject({ pid: 4712, url: null })
  next.release()
})
