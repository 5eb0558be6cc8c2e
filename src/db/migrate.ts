// Owns the schema version: numbered SQL files, forward only, all pending ones in one transaction.
import { readdirSync, readFileSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { HeysyncError } from '../lib/errors.ts'

const FOLDER = new URL('./migrations/', import.meta.url)

/** The schema that this program knows. */
export function latestSchema(): number {
  return migrations().length
}

/** Brings the schema up to date. Errors: ERR_DATABASE_NEWER when the file knows more than this program. */
export function migrate(db: Database, path: string): void {
  const files = migrations()
  const version = () => Number(db.pragma('user_version', { simple: true }))
  if (version() > files.length) {
    throw new HeysyncError('ERR_DATABASE_NEWER', {
      message: `${path} has schema ${version()}, and this heysync knows up to ${files.length}.`,
      hint: 'Run the newer heysync that wrote it. Going back needs a backup from before the upgrade, or another `database:` file.',
    })
  }
  if (version() === files.length) return
  db.transaction(() => {
    // Another process may have migrated while this one waited for the lock.
    for (const name of files.slice(version())) db.exec(readFileSync(new URL(name, FOLDER), 'utf8'))
    db.pragma(`user_version = ${files.length}`)
  }).immediate()
}

function migrations(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .sort()
}
