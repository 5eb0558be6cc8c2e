// Owns the threads of the front: the first loads its program before anybody knows what it is to serve.
import { Worker } from 'node:worker_threads'
import { keepNewSpaceLow } from '../../lib/heap.ts'

export interface FrontThreads {
  /** A thread that waits for its order to start. Who takes it ends it. */
  take(): Worker
}

export function frontThreads(): FrontThreads {
  let early: Worker | null = start()
  // Where the service does not come to need it, it keeps nobody from ending.
  early.unref()
  return {
    take: () => {
      const worker = early ?? start()
      early = null
      worker.ref()
      return worker
    },
  }
}

/** What is new in its heap: two megabytes, and as many to move it to. */
const YOUNG_MB = 6

function start(): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB }
  const worker = new Worker(new URL('./worker.js', import.meta.url), { resourceLimits })
  // A thread that begins takes back what was set for all of them.
  worker.once('online', keepNewSpaceLow)
  return worker
}
