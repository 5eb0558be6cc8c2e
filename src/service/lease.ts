// Owns the lease: one service per database, who it is and where it answers. That there is only one, the operating system sees
// to, by a lock that goes with its process; the row in the database tells the others about it, and its beat that it is awake.
import { acquireService, isServed } from '../db/lock.ts'
import type { Db } from '../db/open.ts'
import { type Clock, toIso } from '../lib/clock.ts'
import { HeysyncError } from '../lib/errors.ts'

/** How often the service shows that it is awake, in milliseconds. */
const BEAT_MS = 5000

export interface LeaseRow {
  readonly pid: number
  /** Null while it answers nowhere. */
  readonly url: string | null
  readonly started_at: number
  readonly beat_at: number
}

export interface Lease {
  /** It answers here from now on. */
  answersAt(url: string | null): void
  release(): void
}

/**
 * Takes the lease. One whose process is dead is taken over, whatever its row says.
 * Errors: ERR_SERVICE_RUNNING, which names the one that has it.
 */
export function takeLease(db: Db, databasePath: string, me: { clock: Clock; pid: number }): Lease {
  const { clock, pid } = me
  const lock = acquireService(databasePath)
  if (lock === null) throw alreadyRuns(db, databasePath)
  const put = db.prepare(
    `INSERT INTO daemon (one, pid, url, started_at, beat_at) VALUES (1, @pid, NULL, @at, @at)
     ON CONFLICT (one) DO UPDATE SET pid = @pid, url = NULL, started_at = @at, beat_at = @at`,
  )
  const setUrl = db.prepare<[string | null]>('UPDATE daemon SET url = ?')
  const beat = db.prepare<[number]>('UPDATE daemon SET beat_at = ?')
  const drop = db.prepare('DELETE FROM daemon')
  try {
    put.run({ pid, at: clock.now() })
  } catch (error) {
    lock.release()
    throw error
  }
  const beats = setInterval(() => quietly(() => beat.run(clock.now())), BEAT_MS)
  return {
    answersAt: (url) => void setUrl.run(url),
    release: () => {
      clearInterval(beats)
      quietly(() => drop.run())
      lock.release()
    },
  }
}

/** The service that lives; null when there is none. */
export function readLease(db: Db, databasePath: string): LeaseRow | null {
  const row = db.prepare<[], LeaseRow>('SELECT pid, url, started_at, beat_at FROM daemon').get()
  return row !== undefined && isServed(databasePath) ? row : null
}

/** On a full disk nobody can be told anything; the lock holds all the same. */
function quietly(write: () => unknown): void {
  try {
    write()
  } catch {}
}

function alreadyRuns(db: Db, databasePath: string): HeysyncError {
  const row = db.prepare<[], LeaseRow>('SELECT pid, url, started_at, beat_at FROM daemon').get()
  const who =
    row === undefined
      ? 'Another process'
      : `Process ${row.pid}, since ${toIso(row.started_at)}${row.url === null ? '' : `, at ${row.url}`},`
  return new HeysyncError('ERR_SERVICE_RUNNING', {
    message: `${who} runs the service for ${databasePath} already.`,
    hint: 'One is enough. Stop it first, or use it: heysync sync, reload, pause and resume ask it.',
  })
}
