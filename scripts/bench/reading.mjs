// What the benchmarks of connectors share: a vendor in a process of its own, and a full pull that is only counted.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connectorContext } from '../../dist/src/connector/context.js'

/** Starts a module that answers `{ url }` once it listens. */
export async function vendorProcess(path, rows) {
  const child = fork(path, [String(rows)])
  const [{ url }] = await once(child, 'message')
  return { url, stop: () => child.kill() }
}

/** Records a second, and the most memory in MB that this process had meanwhile. */
export async function readAll(connector, given) {
  const log = () => {}
  const context = connectorContext({
    signal: new AbortController().signal,
    clock: { now: Date.now, sleep: (ms) => new Promise((done) => setTimeout(done, Math.min(ms, 10))) },
    log: { debug: log, info: log, warn: log },
    baseDir: '/',
  })
  const request = {
    mode: 'full',
    window: { from: null, to: new Date().toISOString() },
    token: null,
    resumeAfter: null,
  }
  let records = 0
  let rss = 0
  const begun = performance.now()
  for await (const page of connector.pull(connector.options.parse(given), request, context)) {
    records += page.records.length
    rss = Math.max(rss, process.memoryUsage().rss)
  }
  const seconds = (performance.now() - begun) / 1000
  return {
    records,
    recordsPerSecond: Math.round(records / seconds),
    peakRssMb: Math.round(rss / 1024 / 1024),
  }
}
