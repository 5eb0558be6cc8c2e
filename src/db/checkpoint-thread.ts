// The entry of the thread of checkpoints: what was committed goes from the log into the database here, with all its waiting
// for the disk, while the thread that commits goes on.
import { statSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'

const EVERY_MS = 100
/** A log of this size is worth it, in bytes. */
const WORTH = 4 * 1024 * 1024
/**
 * With so many pages in the log, whoever commits without a pause has outrun each checkpoint. Then the last of it is brought in
 * while they wait, which is short, and the log begins anew.
 */
const OUTRUN_PAGES = 4_000
/** So long it waits for a moment in which nobody commits, and keeps others waiting for who reads. */
const WAIT_MS = 50

const path = workerData as string
const db = new Database(path, { fileMustExist: true })
db.pragma('synchronous = NORMAL')
db.pragma('cache_size = -1000')
db.pragma(`busy_timeout = ${WAIT_MS}`)
/** Without keeping anybody waiting. Returns how many pages the log has. */
function bringIn(): number {
  const [{ log = 0 } = {}] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number }[]
  return log
}

// This one never commits, and so it never does it by itself.
const timer = setInterval(() => {
  const { size } = statSync(`${path}-wal`, { throwIfNoEntry: false }) ?? { size: 0 }
  if (size < WORTH) return
  try {
    if (bringIn() < OUTRUN_PAGES) return
    // What came meanwhile, while nobody waits yet.
    bringIn()
    db.pragma('wal_checkpoint(FULL)')
  } catch {
    // A full disk, say: whoever commits meets it too, and says so.
  }
}, EVERY_MS)

parentPort?.once('message', () => {
  clearInterval(timer)
  db.close()
  parentPort?.close()
})
