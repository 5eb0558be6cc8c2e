// Loaded before the program of heysync (`node --import`): when it ends, it writes down the most memory that it had and the
// longest block of its event loop from when it was last told to begin anew (SIGUSR2) until it was told to stop. What it does
// after that keeps nobody waiting, and how long it takes is a figure of its own.
import { readFileSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const RESOLUTION_MS = 2

if (isMainThread) {
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  loop.enable()
  process.on('SIGUSR2', () => loop.reset())
  process.on('SIGTERM', () => loop.disable())
  process.on('exit', () => {
    const [, kilobytes = 0] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    const said = { peakMb: kilobytes / 1024, longestBlockMs: Math.max(0, loop.max / 1e6 - RESOLUTION_MS) }
    writeFileSync(process.env.BENCH_WATCHED, JSON.stringify(said))
  })
}
