// Owns the schema version: numbered SQL files, forward only, all pending ones in one transaction.
import { readdirSync, readFileSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { HeysyncError } from '../lib/errors.ts'

const FOLDER = new URL('./migrations/', import.meta.url)

/** The schema that this program knows. */
export function latestSchema(): number {
  return migrations().length
}

/** A database of an older heysync that is about to be brought up to date, which takes a while where it is large. */
export interface Upgrade {
  readonly from: number
  readonly to: number
  /** Of the file. */
  readonly bytes: number
}

/**
 * Brings the schema up to date. `onUpgrade` is told before anything is changed of a database that holds something.
 * Errors: ERR_DATABASE_NEWER when the file knows more than this program.
 */
export function migrate(db: Database, path: string, onUpgrade: (upgrade: Upgrade) => void = () => {}): void {
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
    const from = version()
    if (from > 0 && from < files.length) onUpgrade({ from, to: files.length, bytes: sizeOf(db) })
    for (const name of files.slice(from)) db.exec(readFileSync(new URL(name, FOLDER), 'utf8'))
    db.pragma(`user_version = ${files.length}`)
  }).immediate()
}

function sizeOf(db: Database): number {
  const pragma = (name: string) => Number(db.pragma(name, { simple: true }))
  return pragma('page_count') * pragma('page_size')
}

/** For whoever waits. */
export function upgradeText({ from, to, bytes }: Upgrade): string {
  const size = `${Math.ceil(bytes / 1_000_000).toLocaleString('en-US')} MB`
  return `Bringing the database up to date: schema ${from} to ${to}, ${size}. It is done once; stopped in its middle, it begins anew.`
}

function migrations(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .sort()
}
