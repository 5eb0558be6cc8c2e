// Owns the connection of those who only look: it cannot write, and never waits for who does.
import Database from 'better-sqlite3'
import { databaseError } from '../lib/errors.ts'
import type { Db } from './open.ts'

/** The database at `path`, which another connection made and migrated. Errors: ERR_DATABASE_OPEN. */
export function openReadOnly(path: string): Db {
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true })
    db.pragma('busy_timeout = 2000')
    // What is asked for most stays in memory.
    db.pragma('cache_size = -8000')
    return db
  } catch (error) {
    throw databaseError(error, path) ?? error
  }
}
