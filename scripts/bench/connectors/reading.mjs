// What the benches of connectors share: a vendor on loopback, in a process of its own so that its memory does not count, and
// a full pull that is only counted.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

/** Fewer in BENCH_RECORDS show quickly that a bench still runs. */
export const RECORDS = Number(process.env.BENCH_RECORDS ?? 200_000)

/** `file`: of this folder; what it says when it is up goes to `work`. */
export async function withVendor(file, work) {
  const vendor = fork(fileURLToPath(new URL(file, import.meta.url)), ['vendor'])
  try {
    const [said] = await once(vendor, 'message')
    return await work(said)
  } finally {
    vendor.kill()
  }
}

/** In the vendor's process: answers with JSON, and says its address and `more` to whoever started it. */
export function serveWhenForked(answer, more = {}) {
  if (process.argv[2] !== 'vendor' || process.send === undefined) return
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer(url)))
    })
  })
  server.listen(0, '127.0.0.1', () =>
    process.send?.({ url: `http://127.0.0.1:${server.address().port}`, ...more }),
  )
}

/** Reads everybody. Returns how many there were, how many each second, and the most memory that was in use, in MB. */
export async function readEverybody(kind, given, baseDir = '.') {
  const { connectors } = await import('../../../dist/connectors/index.js')
  const { connectorContext } = await import('../../../dist/src/connector/context.js')
  const connector = await connectors.get(kind)()
  // Whoever waits for a budget goes on at once: what is measured is the connector, and not the vendor's patience.
  let leapt = 0
  const now = () => Date.now() + leapt
  const sleep = async (ms) => {
    leapt += ms
  }
  const say = () => {}
  const context = connectorContext({
    signal: new AbortController().signal,
    clock: { now, sleep },
    log: { debug: say, info: say, warn: say },
    baseDir,
  })
  const request = {
    mode: 'full',
    window: { from: null, to: new Date(now()).toISOString() },
    token: null,
    resumeAfter: null,
  }
  const begun = performance.now()
  const cpuBefore = process.cpuUsage()
  let records = 0
  let rss = 0
  let end
  for await (const page of connector.pull(connector.options.parse(given), request, context)) {
    records += page.records.length
    rss = Math.max(rss, process.memoryUsage().rss)
    end = page.end
  }
  const seconds = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  if (end === undefined || records !== RECORDS)
    throw new Error(`${kind}: ${records} records were read of ${RECORDS}`)
  return {
    records,
    seconds: Number(seconds.toFixed(1)),
    // On a busy machine this says more than the seconds do.
    cpuSeconds: Number(((user + system) / 1e6).toFixed(1)),
    recordsPerSecond: Math.round(records / seconds),
    peakMb: Math.round(rss / 1_048_576),
  }
}
