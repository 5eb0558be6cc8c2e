// A process of a benchmark: it makes a stage ready, or goes one way of a case once and says what that took. So the most
// memory that it had is that of this way alone.
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

const RESOLUTION_MS = 2

let noted = {}

/** Runs `work`, and notes the longest block of the event loop and the time of the processor meanwhile. */
async function measured(work) {
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  loop.enable()
  await delay(10 * RESOLUTION_MS)
  loop.reset()
  const cpu = process.cpuUsage()
  const begun = performance.now()
  const result = await work()
  const seconds = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(cpu)
  // A block that lasted to the end is noted by the timer that comes after it.
  await delay(10 * RESOLUTION_MS)
  loop.disable()
  noted = {
    longestBlockMs: Math.max(0, loop.max / 1e6 - RESOLUTION_MS),
    cpuSeconds: (user + system) / 1e6,
  }
  return { seconds, result }
}

/** Where Linux does not tell, what Node says; that may be what the parent had. */
function peakMb() {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))
    return Number(kilobytes) / 1024
  } catch {
    return process.resourceUsage().maxRSS / 1024
  }
}

async function done({ stage, file, way, folder, records }) {
  if (stage !== undefined) {
    const { makeStage } = await import('./stages.mjs')
    await makeStage(stage, folder, records)
    return {}
  }
  const { ways } = await import(new URL(file, import.meta.url).href)
  const figures = await ways[way]({ folder, records, measured })
  return figures === null ? {} : { peakMb: peakMb(), ...noted, ...figures }
}

process.once('message', async (task) => {
  // What a library still holds open keeps nobody waiting.
  process.send(await done(task), () => process.exit())
})
