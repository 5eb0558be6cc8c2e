// Owns the SQLite connection: its pragmas, and what is said when a file cannot be used.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { databaseError, HeysyncError } from '../lib/errors.ts'
import { migrate, type Upgrade } from './migrate.ts'
import { useWal } from './wal.ts'

export type Db = Database.Database

/** Marks the file as a heysync database (ASCII "hsyn"). */
export const APPLICATION_ID = 0x6873796e

/** How long one process waits for the statements of another, in milliseconds. */
const BUSY_MS = 10_000

/**
 * Opens, and where needed creates and migrates, the database at `path`. `onUpgrade`: see `migrate`.
 * Errors: ERR_DATABASE_OPEN, ERR_DATABASE_NEWER, ERR_DATABASE_BUSY.
 */
export function openDatabase(path: string, onUpgrade?: (upgrade: Upgrade) => void): Db {
  let db: Db
  try {
    mkdirSync(dirname(path), { recursive: true })
    db = new Database(path)
  } catch (cause) {
    throw cannotOpen(path, cause)
  }
  try {
    // A killed process loses nothing. A power cut may lose the last instants, which is harmless: every cycle reads
    // Heymarket's news before it plans, so a write that was forgotten is found again, not repeated.
    db.pragma('synchronous = NORMAL')
    db.pragma(`busy_timeout = ${BUSY_MS}`)
    // With the two megabytes that SQLite takes by itself, a hundred thousand people in no order are read from the disk again
    // and again, and written to it with every page of a source; more than sixteen were seen to gain nothing. A log of 16 MB is
    // brought in all at once, and then begun anew.
    db.pragma('cache_size = -16000')
    db.pragma('wal_autocheckpoint = 4000')
    db.pragma('journal_size_limit = 67108864')
    // In this order: whoever makes the same file at this instant marks it before anything is in it.
    const empty = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0
    const id = db.pragma('application_id', { simple: true })
    if (id !== APPLICATION_ID && !empty) {
      throw new HeysyncError('ERR_DATABASE_OPEN', {
        message: `${path} is a SQLite file, but not a heysync database.`,
        hint: 'Point `database:` in heysync.yaml at another file; this one was not touched.',
      })
    }
    useWal(db)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    migrate(db, path, onUpgrade)
    return db
  } catch (error) {
    db.close()
    if (error instanceof HeysyncError) throw error
    throw cannotOpen(path, error)
  }
}

function cannotOpen(path: string, cause: unknown): HeysyncError {
  const why = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
    return new HeysyncError('ERR_DATABASE_BUSY', {
      message: `Another process has been writing to the database ${path} for more than ${BUSY_MS / 1000} s.`,
      hint: 'Run the same command again in a moment. The first start of a newer heysync brings a large database up to date, which takes up to some minutes.',
      cause,
    })
  }
  const failure = databaseError(cause, path)
  if (failure && failure.code !== 'ERR_DATABASE_OPEN') return failure
  return new HeysyncError('ERR_DATABASE_OPEN', {
    message: `The database ${path} cannot be opened: ${why}.`,
    hint: 'Check `database:` in heysync.yaml and the rights on that folder. If the file is damaged, move it away: the next `heysync sync` rebuilds it from both sides.',
    cause,
  })
}
