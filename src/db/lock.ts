// Owns the right to work on a database: one process at a time runs cycles on it.
// The lock is the operating system's own on a side file, so a killed process can never leave it behind.
import { readFileSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { Clock } from '../lib/clock.ts'
import { databaseError, HeysyncError } from '../lib/errors.ts'

export interface Lock {
  release(): void
}

/** How often who waits looks whether it is their turn, in milliseconds. */
export const POLL_MS = 200

/**
 * Takes the lock of the database at `databasePath`, waiting up to `waitMs` for another process to finish.
 * Errors: ERR_DATABASE_BUSY, which names the holder.
 */
export async function acquireLock(
  databasePath: string,
  request: {
    holder: string
    waitMs: number
    clock: Clock
    signal?: AbortSignal
    onWait?: (holder: string) => void
  },
): Promise<Lock> {
  const path = `${databasePath}-lock`
  const giveUpAt = request.clock.now() + request.waitMs
  let told = false
  // Held by the first who waits, so that whoever works can see it; it goes with its process, as the lock itself does.
  let place: Lock | null = null
  try {
    for (;;) {
      const lock = tryLock(path, request.holder)
      if (lock) return lock
      place ??= tryLock(placeOf(databasePath), '')
      const holder = readHolder(path)
      if (request.clock.now() >= giveUpAt) {
        throw new HeysyncError('ERR_DATABASE_BUSY', {
          message: `${holder} is working on ${databasePath}.`,
          hint: 'Let it finish and run this again, or stop it first.',
        })
      }
      if (!told) request.onWait?.(holder)
      told = true
      await request.clock.sleep(POLL_MS, request.signal)
    }
  } finally {
    place?.release()
  }
}

/** True when somebody waits for whoever works on the database now. */
export function isWanted(databasePath: string): boolean {
  const place = tryLock(placeOf(databasePath), '')
  place?.release()
  return place === null
}

function placeOf(databasePath: string): string {
  return `${databasePath}-lock-place`
}

/** Takes the place of the one service of the database; null when another process has it. It goes with its process. */
export function acquireService(databasePath: string): Lock | null {
  return tryLock(serviceOf(databasePath), '')
}

/** True when a process has the place of the service. */
export function isServed(databasePath: string): boolean {
  const lock = acquireService(databasePath)
  lock?.release()
  return lock === null
}

function serviceOf(databasePath: string): string {
  return `${databasePath}-lock-service`
}

/** True when no process works on the database now. */
export function isFree(databasePath: string): boolean {
  const lock = tryLock(`${databasePath}-lock`, '')
  lock?.release()
  return lock !== null
}

function tryLock(path: string, holder: string): Lock | null {
  let db: Database.Database | undefined
  try {
    db = new Database(path, { timeout: 0 })
    db.pragma('locking_mode = EXCLUSIVE')
    db.exec('BEGIN EXCLUSIVE')
    if (holder !== '') writeFileSync(`${path}-holder`, holder)
  } catch (error) {
    db?.close()
    const code = (error as { code?: unknown }).code
    if (code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED') return null
    const failure = databaseError(error, path)
    if (failure && failure.code !== 'ERR_DATABASE_OPEN') throw failure
    throw new HeysyncError('ERR_DATABASE_OPEN', {
      message: `heysync cannot make the lock file ${path}: ${error instanceof Error ? error.message : String(error)}.`,
      hint: 'The folder of the database must be writable for the user that runs heysync.',
      cause: error,
    })
  }
  const held = db
  return {
    release: () => {
      held.exec('ROLLBACK')
      held.close()
    },
  }
}

function readHolder(path: string): string {
  try {
    return readFileSync(`${path}-holder`, 'utf8')
  } catch {
    return 'Another heysync process'
  }
}
