// Owns the change of a database to WAL, also where several do it at once.
import Database from 'better-sqlite3'

/** How often two who make the same file at the same instant may stand in each other's way. */
const WAL_TRIES = 100

/** SQLite does not wait for others when it changes the journal, so this does: until whoever is in the way has finished. */
export function useWal(db: Database.Database): void {
  for (let tries = 1; ; tries++) {
    try {
      db.pragma('journal_mode = WAL')
      return
    } catch (error) {
      const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
      if (!busy || tries === WAL_TRIES) throw error
      db.exec('BEGIN IMMEDIATE; ROLLBACK')
    }
  }
}
