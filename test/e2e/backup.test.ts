// Backup and restore as an operator does it: a copy while there is work, put back without losing a STOP or an erasure.
import { appendFileSync, copyFileSync, existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { acquireLock } from '../../src/db/lock.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { clinicConfig, csv, type House, house, people } from './support.ts'

const ANA = '15102000001'
const BEN = '15102000002'
const NEW = '15102000004'

async function clinic(): Promise<House> {
  const home = await house()
  home.config(clinicConfig(home.sandbox.url))
  home.write('contacts.csv', csv(people(3)))
  await home.json(0, 'sync')
  return home
}

test('what is restored knows the STOP and the erasure from since, and the next sync writes only what differs', async () => {
  const home = await clinic()
  expect(await home.json(0, 'backup', 'monday.db')).toEqual({
    path: join(home.dir, 'monday.db'),
    bytes: expect.any(Number),
    contacts: 3,
    optedOut: 0,
    lastCycleAt: expect.any(String),
  })
  home.write('contacts.csv', csv(people(4)))
  await home.json(0, 'sync')
  await home.json(0, 'consent', 'deny', BEN, '--reason', 'at the desk')
  await home.json(0, 'erase', ANA, '--heymarket', '--yes', '--reason', 'case 17')
  const restored = await home.json(0, 'restore', 'monday.db', '--yes')
  expect(restored).toMatchObject({ carriedOver: { consent: 1, erased: 1, sameMarks: true } })
  const file = readFileSync(join(home.dir, 'data/heysync.db'), 'latin1')
  expect([file.includes(ANA), file.includes(BEN)]).toEqual([false, true])
  const kept = readdirSync(join(home.dir, 'data')).filter((name) => name.includes('before-restore'))
  expect(kept).toEqual([expect.stringMatching(/^heysync\.db\.before-restore-\d{8}T\d{6}$/)])
  const writes = await home.requestsOf(() => home.json(0, 'resync'))
  expect(writes.filter(({ method, path }) => method !== 'GET' && !/contacts$|count$/.test(path))).toEqual([])
  expect(home.sandbox.store.contact(ANA)).toBeNull()
  expect(home.sandbox.store.contact(NEW)).not.toBeNull()
  expect((await home.run('consent', 'show', BEN)).stdout).toContain('at the desk')
})

test('a lifted opt-out stays lifted, where the backup is of the same database', async () => {
  const home = await clinic()
  await home.json(0, 'consent', 'deny', BEN)
  await home.json(0, 'backup', 'b.db')
  await home.json(0, 'consent', 'allow', BEN, '--yes', '--reason', 'signed')
  await home.json(0, 'restore', 'b.db', '--yes')
  expect(await home.json(0, 'consent', 'show', BEN)).toMatchObject({ optedOut: false })
})

test('with another database in its place opt-outs are carried over, and it is said that erasures cannot be', async () => {
  const home = await clinic()
  await home.json(0, 'backup', 'b.db')
  for (const name of readdirSync(join(home.dir, 'data'))) home.remove(`data/${name}`)
  await home.json(0, 'sync')
  await home.json(0, 'consent', 'deny', BEN)
  const done = await home.run('restore', 'b.db', '--yes')
  expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('Erase them again')])
  expect(await home.json(0, 'consent', 'show', BEN)).toMatchObject({ optedOut: true })
})

test('a backup is not written over another without --replace, and nothing half is left', async () => {
  const home = await clinic()
  await home.json(0, 'backup', 'b.db')
  const again = await home.run('backup', 'b.db')
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--replace')])
  await home.json(0, 'backup', 'b.db', '--replace')
  const nowhere = await home.run('backup', 'no/such/folder/b.db')
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('cannot be written')])
  expect(readdirSync(home.dir).filter((name) => name.includes('unfinished'))).toEqual([])
})

test('what is no whole backup is refused, and the database stays as it is', async () => {
  const home = await clinic()
  const path = (name: string) => join(home.dir, name)
  await home.json(0, 'backup', 'good.db')
  home.write('text.db', 'not a database at all, but long enough to look at')
  copyFileSync(path('good.db'), path('cut.db'))
  truncateSync(path('cut.db'), 40_960)
  copyFileSync(path('good.db'), path('newer.db'))
  const newer = new Database(path('newer.db'))
  newer.pragma('user_version = 9999')
  newer.close()
  const before = home.mirror()
  for (const [name, code, why] of [
    ['text.db', 2, 'not a database'],
    ['cut.db', 2, 'no backup that can be used'],
    ['missing.db', 2, 'no backup that can be used'],
    ['newer.db', 5, 'schema 9999'],
  ] as const) {
    const refused = await home.run('restore', name, '--yes')
    expect([refused.code, refused.stderr], name).toEqual([code, expect.stringContaining(why)])
  }
  expect(home.mirror()).toEqual(before)
  expect(readdirSync(path('data')).filter((name) => /restor/.test(name))).toEqual([])
})

test('a damaged database is replaced too, and kept', async () => {
  const home = await clinic()
  await home.json(0, 'backup', 'b.db')
  const database = join(home.dir, 'data/heysync.db')
  truncateSync(database, 100)
  appendFileSync(database, 'x'.repeat(9000))
  expect(await home.json(0, 'restore', 'b.db', '--yes')).toMatchObject({ carriedOver: null, contacts: 3 })
  expect(await home.json(0, 'status')).toMatchObject({ contacts: { wanted: 3 } })
})

test('while another heysync process works, nothing is restored', async () => {
  const home = await clinic()
  await home.json(0, 'backup', 'b.db')
  const databasePath = join(home.dir, 'data/heysync.db')
  const lock = await acquireLock(databasePath, { holder: 'the test', waitMs: 0, clock: systemClock })
  const refused = await home.run('restore', 'b.db', '--yes')
  lock.release()
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('the test')])
  expect(existsSync(`${databasePath}.restoring`)).toBe(false)
})

test('nor while the service runs', async () => {
  const home = await clinic()
  await home.json(0, 'backup', 'b.db')
  const service = home.start('run')
  await service.said('heysync is running')
  const refused = await home.run('restore', 'b.db', '--yes')
  service.signal('SIGTERM')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('ERR_SERVICE_RUNNING')])
  expect((await service.done).code).toBe(0)
  await home.json(0, 'restore', 'b.db', '--yes')
})
