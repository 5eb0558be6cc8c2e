// What the benches of connectors share: a vendor in a process of its own, and a full pull of the built connector over it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connectors } from '../../dist/connectors/index.js'
import { connectorContext } from '../../dist/src/connector/context.js'

export const PEOPLE = 200_000

/** Reads everybody. Returns how many there were, how many each second, and the most memory that was in use, in MB. */
export async function readEverybody(kind, file, optionsFor) {
  const vendor = fork(file, ['vendor'])
  try {
    const [url] = await once(vendor, 'message')
    const connector = await connectors.get(kind)()
    // Whoever waits for a budget goes on at once: what is measured is the connector, and not the vendor's patience.
    let now = Date.now()
    const sleep = async (ms) => {
      now += ms
    }
    const say = () => {}
    const context = connectorContext({
      signal: new AbortController().signal,
      clock: { now: () => now, sleep },
      log: { debug: say, info: say, warn: say },
      baseDir: process.cwd(),
    })
    const request = {
      mode: 'full',
      window: { from: null, to: new Date(now).toISOString() },
      token: null,
      resumeAfter: null,
    }
    const begun = performance.now()
    let records = 0
    for await (const page of connector.pull(connector.options.parse(optionsFor(url)), request, context))
      records += page.records.length
    const seconds = (performance.now() - begun) / 1000
    if (records !== PEOPLE) throw new Error(`${kind}: ${records} records were read of ${PEOPLE}`)
    const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024)
    return { records, seconds, recordsPerSecond: Math.round(records / seconds), peakRssMb }
  } finally {
    vendor.kill()
  }
}

/** In the vendor's process: answers with JSON, and tells the address to whoever started it. */
export function serveWhenForked(answer) {
  if (process.argv[2] !== 'vendor' || process.send === undefined) return
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://vendor')
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer(url)))
    })
  })
  server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${server.address().port}`))
}
