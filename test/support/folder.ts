// Owns folders and databases that go away with their test.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Db, openDatabase } from '../../src/db/open.ts'

export function tempFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'heysync-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A fresh heysync database in a file of its own. */
export function aDatabase(path = join(tempFolder(), 'heysync.db')): Db {
  const db = openDatabase(path)
  onTestFinished(() => void db.close())
  return db
}
