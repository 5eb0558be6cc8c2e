// The engine of heysync for a benchmark: opened as the service opens it, and cycles that say when each step was through.
import { performance } from 'node:perf_hooks'
import { connectors } from '../../dist/connectors/index.js'
import { openApp } from '../../dist/src/app.js'
import { connectorsInUse } from '../../dist/src/config/connectors-in-use.js'
import { loadConfig } from '../../dist/src/config/load.js'
import { checkpointsBeside } from '../../dist/src/db/checkpoints.js'
import { systemClock } from '../../dist/src/lib/clock.js'
import { keepHeapLow } from '../../dist/src/lib/heap.js'
import { createLogger } from '../../dist/src/lib/logger.js'
import { runCycle } from '../../dist/src/sync/cycle.js'

/** `env`: what the config of the folder names. */
export async function openEngine(folder, env) {
  keepHeapLow()
  const where = { path: undefined, env, cwd: folder }
  const loaded = loadConfig({ ...where, connectors: await connectorsInUse(where, connectors) })
  const app = openApp({
    loaded,
    clock: systemClock,
    random: Math.random,
    signal: new AbortController().signal,
    log: await createLogger({ level: 'silent', pretty: false, secrets: [], stream: process.stderr }),
  })
  const checkpoints = checkpointsBeside(loaded.databasePath)
  checkpoints.leaveTo(app.db)
  return {
    app,
    cycle: (more = {}) => cycleOf(app, more),
    async close() {
      app.close()
      await checkpoints.stop()
    },
  }
}

/**
 * One cycle. With `toOutbox` it is told to stop once its changes are in the outbox, so that nothing is sent.
 * `seconds`: to that moment, or to its end where nothing had to be sent.
 */
async function cycleOf(app, { mode = 'incremental', sources = app.sourceIds([]), toOutbox = false }) {
  const begun = performance.now()
  const since = () => (performance.now() - begun) / 1000
  const at = { read: 0, planned: 0, outbox: 0 }
  const request = {
    id: app.engine.cycles.nextId(Date.now()),
    mode,
    trigger: 'bench',
    sources,
    allowEmpty: [],
    planOnly: false,
    // The push asks this before its first request.
    stopNow: () => {
      if (at.planned === 0 || !toOutbox) return false
      at.outbox ||= since()
      return true
    },
  }
  const { report, plan } = await runCycle(app.engine, request, {
    onPull: () => {
      at.read = since()
    },
    onPlan: () => {
      at.planned = since()
    },
  })
  const seconds = at.outbox || since()
  return { report, plan, seconds, readSeconds: at.read, plannedSeconds: at.planned }
}

/** Fails unless every record was read and understood, so that no figure tells of less work than it says. */
export function expectAll({ sources }, records) {
  const [{ read, unchanged, accepted }] = sources
  if (read !== records || unchanged + accepted !== records)
    throw new Error(`${records} records were expected: ${JSON.stringify(sources)}`)
}
