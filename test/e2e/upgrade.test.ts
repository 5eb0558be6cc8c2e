// A database of an older heysync, as its owner meets the newer one.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { APPLICATION_ID } from '../../src/db/open.ts'
import { clinicConfig, csv, house, people } from './support.ts'

const MIGRATIONS = new URL('../../src/db/migrations/', import.meta.url)

/** As it was when migration 034 was the last. */
function oldDatabase(dir: string): void {
  mkdirSync(join(dir, 'data'))
  const db = new Database(join(dir, 'data', 'heysync.db'))
  const known = readdirSync(MIGRATIONS).filter((name) => name < '035')
  for (const name of known.sort()) db.exec(readFileSync(new URL(name, MIGRATIONS), 'utf8'))
  db.pragma(`user_version = ${known.length}`)
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.close()
}

test('is brought up to date by the first command, which says so; the next ones have nothing to do', async () => {
  const home = await house()
  oldDatabase(home.dir)
  home.config(clinicConfig(home.sandbox.url))
  home.write('contacts.csv', csv(people(3)))
  const first = await home.run('sync', '--json')
  expect(first.code).toBe(0)
  expect(JSON.parse(first.stdout)).toMatchObject({ plan: { create: 3 } })
  expect(first.stderr).toMatch(/^Bringing the database up to date: schema \d+ to \d+, 1 MB\./)
  expect((await home.run('sync')).stderr).not.toContain('Bringing')
})

test('a new database is nothing to bring up to date', async () => {
  const home = await house()
  home.config(clinicConfig(home.sandbox.url))
  home.write('contacts.csv', csv(people(3)))
  expect((await home.run('sync')).stderr).not.toContain('Bringing')
})
