import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/open.ts'
import { contactStore } from '../../src/sync/mirror/contacts.ts'
import { metaStore } from '../../src/sync/mirror/meta.ts'
import { aChild } from '../support/child.ts'
import { aDatabase, tempFolder } from '../support/folder.ts'

function inFolder(): string {
  return join(tempFolder(), 'heysync.db')
}

describe('a new database', () => {
  test('is made with its folder, in WAL mode, marked as ours, at the newest schema', () => {
    const db = aDatabase(join(tempFolder(), 'a', 'b', 'heysync.db'))
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(db.pragma('application_id', { simple: true })).toBe(0x6873796e)
    const migrations = readdirSync(new URL('../../src/db/migrations', import.meta.url))
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length)
  })

  test('has only STRICT tables', () => {
    const tables = aDatabase().pragma('table_list') as { type: string; name: string; strict: number }[]
    // A view has no types of its own to be strict about.
    const loose = tables.filter(
      ({ type, name, strict }) => type !== 'view' && !name.startsWith('sqlite_') && strict === 0,
    )
    expect(loose).toEqual([])
  })

  test('may be made by two processes at the same instant', async () => {
    const path = inFolder()
    const script = `
      import { openDatabase } from './src/db/open.js'
      console.log('ready')
      process.stdin.once('data', () => { openDatabase(process.argv[2]).close(); process.exit(0) })
    `
    const children = Array.from({ length: 3 }, () => aChild(script, path))
    await Promise.all(children.map((child) => child.says('ready')))
    for (const child of children) child.tell('go')
    expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0, 0])
    expect(metaStore(aDatabase(path)).get('account')).toBeUndefined()
  })
})

describe('a database that is there', () => {
  test('keeps what it holds, and is not migrated again', () => {
    const path = inFolder()
    const first = openDatabase(path)
    metaStore(first).set('account', '41')
    first.close()
    expect(metaStore(aDatabase(path)).get('account')).toBe('41')
  })

  test('of before the field policies knows what its settled contacts agreed on', () => {
    const path = inFolder()
    const folder = new URL('../../src/db/migrations/', import.meta.url)
    const old = new Database(path)
    for (const name of readdirSync(folder).sort().slice(0, 4))
      old.exec(readFileSync(new URL(name, folder), 'utf8'))
    old.pragma('user_version = 4')
    old.pragma(`application_id = ${0x6873796e}`)
    old.exec(`INSERT INTO contact (phone, state, source_id, record_id, fields, hash, claims, settled_desired) VALUES
      ('1', 'wanted', 's', 'r', '{"first":"Ann"}', x'01', 1, x'01'),
      ('2', 'wanted', 's', 'r', '{"first":"Ben"}', x'02', 1, x'01'),
      ('3', 'removed', 's', 'r', '{"first":"Cid"}', x'03', 1, x'03')`)
    old.close()
    const contacts = contactStore(aDatabase(path))
    expect(['1', '2', '3'].map((phone) => contacts.find(phone)?.base)).toEqual([
      '{"first":"Ann"}',
      null,
      null,
    ])
  })

  test('of a newer heysync is refused with exit code 5, and stays as it is', () => {
    const path = inFolder()
    const newer = openDatabase(path)
    newer.pragma('user_version = 99')
    newer.close()
    expect(() => openDatabase(path)).toThrow(
      expect.objectContaining({
        code: 'ERR_DATABASE_NEWER',
        exitCode: 5,
        message: expect.stringContaining('schema 99'),
      }),
    )
    const raw = new Database(path)
    expect(raw.pragma('user_version', { simple: true })).toBe(99)
    raw.close()
  })

  test('but is being written all the time is busy, and nobody is told to move it away', () => {
    const path = inFolder()
    const writer = aDatabase(path)
    writer.exec('BEGIN IMMEDIATE')
    expect(() => openDatabase(path)).toThrow(
      expect.objectContaining({
        code: 'ERR_DATABASE_BUSY',
        hint: expect.not.stringContaining('move it away'),
      }),
    )
    writer.exec('COMMIT')
    openDatabase(path).close()
  })

  test('whose migration was cut off is finished', () => {
    const path = inFolder()
    const cut = new Database(path)
    cut.pragma(`application_id = ${0x6873796e}`)
    cut.close()
    expect(metaStore(aDatabase(path)).get('account')).toBeUndefined()
  })
})

describe('a file that is no heysync database', () => {
  test('but another SQLite file is refused and not touched', () => {
    const path = inFolder()
    const foreign = new Database(path)
    foreign.exec('CREATE TABLE invoice (id INTEGER); INSERT INTO invoice VALUES (7); PRAGMA user_version = 3')
    foreign.close()
    const before = readFileSync(path)
    expect(() => openDatabase(path)).toThrow(
      expect.objectContaining({
        code: 'ERR_DATABASE_OPEN',
        exitCode: 2,
        hint: expect.stringContaining('not touched'),
      }),
    )
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  test('but text is refused and not touched', () => {
    const path = inFolder()
    writeFileSync(path, 'id,phone\n1,14155550171\n'.repeat(200))
    const before = readFileSync(path)
    expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code: 'ERR_DATABASE_OPEN' }))
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('but a folder is refused', () => {
    const path = inFolder()
    mkdirSync(path)
    expect(() => openDatabase(path)).toThrow(
      expect.objectContaining({ code: 'ERR_DATABASE_OPEN', message: expect.stringContaining(path) }),
    )
  })

  test('nor can be one, because its folder is a file, is named', () => {
    const file = join(tempFolder(), 'file')
    writeFileSync(file, '')
    const path = join(file, 'heysync.db')
    expect(() => openDatabase(path)).toThrow(
      expect.objectContaining({ code: 'ERR_DATABASE_OPEN', message: expect.stringContaining(path) }),
    )
  })
})
