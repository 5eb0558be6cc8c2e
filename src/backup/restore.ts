// Owns the restore: a backup takes the place of the database, which is kept beside it. Consent and erase marks go along, so
// that nobody who said STOP since is texted, and nobody who was erased since comes back.
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { type Db, openDatabase } from '../db/open.ts'
import { scrubFile } from '../erase/forget.ts'
import { type CarriedOver, carryOver } from './carry-over.ts'
import { type BackupFacts, inspectBackup } from './inspect.ts'

export interface Restored extends BackupFacts {
  /** Null where there was no database that could be read. */
  readonly carriedOver: CarriedOver | null
  /** Where the database that was there is kept; null where there was none. */
  readonly kept: string | null
}

/**
 * To be run as the only process that works on the database at `databasePath`, which nobody has open. `stamp` goes into the
 * name of what is kept. Until the last step, a rename, the database that is there is untouched.
 * Errors: ERR_DATABASE_OPEN, ERR_DATABASE_NEWER for a backup that cannot be used.
 */
export function restore(backupPath: string, databasePath: string, stamp: string): Restored {
  inspectBackup(backupPath)
  const next = `${databasePath}.restoring`
  removeDatabase(next)
  try {
    copyFileSync(backupPath, next)
    const into = openDatabase(next)
    let carriedOver: CarriedOver | null = null
    try {
      carriedOver = fromPresent(databasePath, into)
      // Takes whoever was forgotten just now out of the bytes of the file too.
      scrubFile(into)
    } finally {
      into.close()
    }
    const facts = inspectBackup(next)
    const kept = existsSync(databasePath) ? `${databasePath}.before-restore-${stamp}` : null
    if (kept !== null) moveDatabase(databasePath, kept)
    renameSync(next, databasePath)
    return { ...facts, carriedOver, kept }
  } finally {
    removeDatabase(next)
  }
}

/** Null where there is nothing to carry over, or a damaged file, which may be why somebody restores. */
function fromPresent(databasePath: string, into: Db): CarriedOver | null {
  if (!existsSync(databasePath)) return null
  let from: Db
  try {
    from = openDatabase(databasePath)
  } catch {
    return null
  }
  try {
    const carried = carryOver(from, into)
    from.pragma('wal_checkpoint(TRUNCATE)')
    return carried
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_CORRUPT') return null
    throw error
  } finally {
    from.close()
  }
}

/** What SQLite keeps beside a file belongs to it. */
const PARTS = ['', '-wal', '-shm'] as const

function moveDatabase(path: string, to: string): void {
  // The file itself last: until it is gone, what is there is a database with all that belongs to it.
  for (const part of [...PARTS].reverse()) if (existsSync(path + part)) renameSync(path + part, to + part)
}

function removeDatabase(path: string): void {
  for (const part of PARTS) rmSync(path + part, { force: true })
}
