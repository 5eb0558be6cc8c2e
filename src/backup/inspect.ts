// Owns the look at a backup without changing it: whether it is one, whether it is whole, and what it holds.
import Database from 'better-sqlite3'
import { latestSchema } from '../db/migrate.ts'
import { APPLICATION_ID } from '../db/open.ts'
import { toIso } from '../lib/clock.ts'
import { HeysyncError } from '../lib/errors.ts'

export interface BackupFacts {
  /** Contacts that the sources want. */
  readonly contacts: number
  readonly optedOut: number
  /** When its last cycle began (RFC 3339); null where it had none. */
  readonly lastCycleAt: string | null
}

/** Errors: ERR_DATABASE_OPEN for what is no whole heysync database, ERR_DATABASE_NEWER. */
export function inspectBackup(path: string): BackupFacts {
  let db: Database.Database | undefined
  try {
    db = new Database(path, { readonly: true, fileMustExist: true })
    if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
      throw refused(path, 'it is not a heysync database')
    const version = Number(db.pragma('user_version', { simple: true }))
    if (version > latestSchema()) {
      throw new HeysyncError('ERR_DATABASE_NEWER', {
        message: `${path} has schema ${version}, and this heysync knows up to ${latestSchema()}.`,
        hint: 'Restore it with the newer heysync that wrote it. Nothing was changed.',
      })
    }
    const [first] = db.pragma('quick_check(1)') as { quick_check: string }[]
    if (first?.quick_check !== 'ok') throw refused(path, `it is damaged (${first?.quick_check})`)
    return { contacts: countContacts(db), optedOut: countOptedOut(db), lastCycleAt: lastCycleAt(db) }
  } catch (cause) {
    if (cause instanceof HeysyncError) throw cause
    throw refused(path, cause instanceof Error ? cause.message : String(cause), cause)
  } finally {
    db?.close()
  }
}

function refused(path: string, why: string, cause?: unknown): HeysyncError {
  return new HeysyncError('ERR_DATABASE_OPEN', {
    message: `${path} is no backup that can be used: ${why}.`,
    hint: 'Take another one. Nothing was changed.',
    ...(cause === undefined ? {} : { cause }),
  })
}

function countContacts(db: Database.Database): number {
  return db.prepare<[], number>("SELECT count(*) FROM contact WHERE state = 'wanted'").pluck().get() ?? 0
}

function countOptedOut(db: Database.Database): number {
  return db.prepare<[], number>("SELECT count(*) FROM consent WHERE state = 'opted_out'").pluck().get() ?? 0
}

function lastCycleAt(db: Database.Database): string | null {
  const at = db.prepare<[], number | null>('SELECT max(started_at) FROM cycle').pluck().get() ?? null
  return at === null ? null : toIso(at)
}
