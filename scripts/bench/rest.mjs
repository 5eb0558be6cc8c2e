// How fast the rest connector reads, and how much memory it takes: 200,000 records of an API on loopback, 1,000 on a page.
// The API and the reader are processes of their own, so that the memory is the reader's alone.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

export const name = 'rest'

const RECORDS = 200_000
const PAGE = 1_000

/** Records per second, and the peak of resident memory in MB. */
export async function run() {
  const file = fileURLToPath(import.meta.url)
  const api = fork(file, ['api'])
  const [url] = await once(api, 'message')
  const reader = fork(file, ['read', url])
  try {
    const failed = once(reader, 'exit').then(([code]) => {
      throw new Error(`The reader ended early, with the exit code ${code}.`)
    })
    const [result] = await Promise.race([once(reader, 'message'), failed])
    return result
  } finally {
    api.kill()
    reader.kill()
  }
}

function person(id) {
  return {
    id,
    updated_at: '2026-11-21T12:00:00.123Z',
    first_name: `Ann ${id}`,
    last_name: 'Lee',
    emails: [{ value: `ann${id}@example.com` }],
    phones: [{ type: 'mobile', value: `+1510${String(2_000_000 + id).padStart(7, '0')}` }],
    tags: ['buyer', 'north'],
  }
}

async function serve() {
  const server = createServer((request, response) => {
    const after = Number(new URL(request.url, 'http://api').searchParams.get('after') ?? 0)
    const size = Math.max(0, Math.min(PAGE, RECORDS - after))
    const people = Array.from({ length: size }, (_, index) => person(after + index + 1))
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ people }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send(`http://127.0.0.1:${server.address().port}`)
}

async function read(baseUrl) {
  const { restConnector } = await import('../../dist/connectors/rest/rest.js')
  const { connectorContext } = await import('../../dist/src/connector/context.js')
  const clock = { now: Date.now, sleep: (ms) => new Promise((done) => setTimeout(done, ms)) }
  const log = { debug: () => {}, info: () => {}, warn: () => {} }
  const context = connectorContext({ clock, log, baseDir: '.', signal: new AbortController().signal })
  const options = restConnector.options.parse({
    baseUrl,
    pageSize: PAGE,
    list: {
      path: 'people',
      query: { after: '{{lastId}}', limit: '{{pageSize}}' },
      records: 'people',
      updated: 'updated_at',
      paging: { by: 'last-id' },
    },
  })
  const window = { from: null, to: new Date().toISOString() }
  const started = performance.now()
  let records = 0
  for await (const page of restConnector.pull(
    options,
    { mode: 'full', window, token: null, resumeAfter: null },
    context,
  ))
    records += page.records.length
  if (records !== RECORDS) throw new Error(`${records} records were read of ${RECORDS}`)
  const seconds = (performance.now() - started) / 1000
  process.send({
    records,
    recordsPerSecond: Math.round(records / seconds),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , role, url] = process.argv
  if (role === 'api') await serve()
  else if (role === 'read') await read(url)
  else process.stdout.write(`${JSON.stringify({ name, ...(await run()) })}\n`)
}
