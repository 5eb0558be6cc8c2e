// The entry of the thread of checkpoints: what was committed goes from the log into the database here, with all its waiting
// for the disk, while the thread that commits goes on.
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'

/** Asked for a pause, and told that it is over. The answer to the first, and an order to stop, come the other way. */
export type Told = 'pause' | 'go on'
export type Order = 'paused' | 'stop'

const EVERY_MS = 100
/** A log of this size is worth it, in bytes. */
const WORTH = 4 * 1024 * 1024
/** With so many pages in the log whoever commits is as fast as this thread, and it is time for a pause. */
const OUTRUN_PAGES = 4_000
/** So long it waits for a moment in which nobody commits, and keeps others waiting for who reads. */
const WAIT_MS = 50

const path = workerData as string
const port = parentPort as MessagePort
const db = new Database(path, { fileMustExist: true })
db.pragma('synchronous = NORMAL')
db.pragma('cache_size = -1000')
db.pragma(`busy_timeout = ${WAIT_MS}`)

const tell = (told: Told) => port.postMessage(told)

/** Without keeping anybody waiting. Returns how many pages the log had when it began. */
function bringIn(): number {
  const [{ log = 0 } = {}] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number }[]
  return log
}

/** Brings it in as far as it comes. False when nothing was committed meanwhile: then the next commit begins the log anew. */
function isOutrun(): boolean {
  const before = bringIn()
  return bringIn() > before
}

/**
 * Long work stands aside while the last of the log is brought in, and everything else goes on. Where that is enough to outrun
 * it as well, it is kept waiting too, which is short.
 */
async function duringPause(): Promise<void> {
  tell('pause')
  try {
    await once(port, 'message')
    if (isOutrun()) db.pragma('wal_checkpoint(FULL)')
  } finally {
    tell('go on')
  }
}

async function look(): Promise<void> {
  const { size } = statSync(`${path}-wal`, { throwIfNoEntry: false }) ?? { size: 0 }
  if (size < WORTH) return
  try {
    if (bringIn() >= OUTRUN_PAGES) await duringPause()
  } catch {
    // A full disk, say: whoever commits meets it too, and says so.
  }
}

// This one never commits, and so it never does it by itself.
let looking = false
const timer = setInterval(async () => {
  if (looking) return
  looking = true
  await look()
  looking = false
}, EVERY_MS)

port.on('message', (order: Order) => {
  if (order !== 'stop') return
  clearInterval(timer)
  db.close()
  port.close()
})
