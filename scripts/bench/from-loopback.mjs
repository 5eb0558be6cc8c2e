// Owns one full pull of a connector from a vendor on loopback, which is a process of its own so that its memory does not count.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const quiet = { debug: () => {}, info: () => {}, warn: () => {} }

/** `optionsFor`: the options, from what the vendor says when it is up. Returns records, seconds, seconds of CPU, records a second, peak RSS in MB. */
export async function readFromLoopback(kind, vendorFile, optionsFor) {
  const { connectors } = await import('../../dist/connectors/index.js')
  const { connectorContext } = await import('../../dist/src/connector/context.js')
  const vendor = fork(fileURLToPath(new URL(vendorFile, import.meta.url)))
  try {
    const [said] = await once(vendor, 'message')
    const connector = await connectors.get(kind)()
    const options = connector.options.parse(optionsFor(said))
    const clock = {
      now: () => Date.now(),
      sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
    }
    const signal = new AbortController().signal
    const context = connectorContext({ signal, clock, log: quiet, baseDir: '.' })
    const window = { from: null, to: new Date().toISOString() }
    const startedAt = performance.now()
    const cpuBefore = process.cpuUsage()
    let records = 0
    let end
    for await (const page of connector.pull(
      options,
      { mode: 'full', window, token: null, resumeAfter: null },
      context,
    )) {
      records += page.records.length
      end = page.end
    }
    if (end?.covers !== 'everything' || records !== said.records)
      throw new Error(`${kind} read ${records} of ${said.records} records`)
    const seconds = (performance.now() - startedAt) / 1000
    const { user, system } = process.cpuUsage(cpuBefore)
    return {
      records,
      seconds: Number(seconds.toFixed(1)),
      // On a busy machine this says more than the seconds do.
      cpuSeconds: Number(((user + system) / 1e6).toFixed(1)),
      recordsPerSecond: Math.round(records / seconds),
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    }
  } finally {
    vendor.kill()
  }
}
