// Owns the threads of the front: the first loads its program before anybody knows what it is to serve.
import { Worker } from 'node:worker_threads'

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

function start(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url))
}
