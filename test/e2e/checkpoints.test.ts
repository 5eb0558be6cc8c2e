// The thread of the service that brings the log into the database: what is committed without a pause does not outrun it.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextRound } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { clinicConfig, house } from './support.ts'

const PEOPLE = 20_000
/** From there on whoever commits does it, in bytes. */
const AT_LATEST = 64_000_000

test('during a first load the log begins anew again and again, and never so late that the service stands still for it', async () => {
  const home = await house()
  const rows = Array.from({ length: PEOPLE }, (_, n) => `P-${n},1510${2_000_000 + n},Ann${n},Lee\n`)
  home.write('contacts.csv', `id,phone,first,last\n${rows.join('')}`)
  home.config(clinicConfig(home.sandbox.url))
  const service = home.start('run')
  let over = false
  const atEnd = Promise.race([
    home.holds(PEOPLE),
    service.done.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ]).finally(() => {
    over = true
  })
  atEnd.catch(() => {})
  const log = join(home.dir, 'data/heysync.db-wal')
  let longest = 0
  let before = 0
  let anew = 0
  for (; !over; await nextRound()) {
    const { size } = statSync(log, { throwIfNoEntry: false }) ?? { size: 0 }
    if (size < before) anew += 1
    before = size
    longest = Math.max(longest, size)
  }
  await atEnd
  expect(anew).toBeGreaterThan(1)
  expect(longest).toBeLessThan(AT_LATEST)
})
