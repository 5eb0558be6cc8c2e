// Owns the thread of checkpoints, for a process that works on its database for long and must not stand still for the disk.
import { Worker } from 'node:worker_threads'
import { keepNewSpaceLow } from '../lib/heap.ts'
import { pauseTurns } from '../lib/turns.ts'
import type { Order, Told } from './checkpoint-thread.ts'
import type { Db } from './open.ts'

export interface Checkpoints {
  /** This connection leaves them to the thread. */
  leaveTo(db: Db): void
  stop(): Promise<void>
}

/**
 * A log of 64 MB that nobody brought in. Whoever commits does it then, so that the log does not grow for ever where the
 * thread has died.
 */
const AT_LATEST_PAGES = 16_000
const YOUNG_MB = 2

/** Brings the log of the database at `path` in from now on. */
export function checkpointsBeside(path: string): Checkpoints {
  const worker = new Worker(new URL('./checkpoint-thread.js', import.meta.url), {
    workerData: path,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  })
  worker.once('online', keepNewSpaceLow)
  const order = (message: Order) => worker.postMessage(message)
  let goOn = () => {}
  worker.on('message', (told: Told) => {
    if (told === 'go on') return goOn()
    pauseTurns(
      new Promise((resolve) => {
        goOn = resolve
      }),
    )
    order('paused')
  })
  // It is no loss: see AT_LATEST_PAGES.
  worker.on('error', () => {})
  worker.unref()
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  void ended.then(() => goOn())
  return {
    leaveTo: (db) => {
      db.pragma(`wal_autocheckpoint = ${AT_LATEST_PAGES}`)
      // Begun anew it is as long as what is in it, which is what the thread goes by.
      db.pragma('journal_size_limit = 0')
    },
    stop: async () => {
      worker.ref()
      order('stop')
      await ended
    },
  }
}
