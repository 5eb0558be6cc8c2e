// Calls the admin API again and again while a first load runs into the sandbox, and prints how long the answers took, how
// soon a STOP that a webhook brings is in the consent ledger, and how fast the load went on meanwhile.
// It needs a build. Not a part of CI: how fast a machine is proves nothing there.
//
//   node scripts/load-front.mjs [--people 100000] [--rate 200] [--seconds 60] [--json]
//
// `--rate 0` calls nothing but the webhook: how fast the load is when nobody looks.
import { Agent, get, request } from 'node:http'
import { join } from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { phoneOf, startSandbox, WEBHOOK_SECRET, withFolder, writeFiles } from './bench/service.mjs'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
  },
})
const people = Number(values.people)
const rate = Number(values.rate)
const seconds = Number(values.seconds)

const PATHS = [
  '/api/status',
  '/api/cycles',
  '/api/contacts?q=ann12',
  '/api/contacts?q=1510200',
  '/api/contacts?q=Ann7%20Lee',
  '/api/contacts/15102000007',
  '/api/rejections',
  '/api/failures',
  '/api/lists',
  '/api/settings',
  '/api/resync/preview',
  '/metrics',
  '/healthz',
]

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

function call(url) {
  const begun = performance.now()
  return new Promise((resolve) => {
    get(url, { agent }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve({ ms: performance.now() - begun, ok: answer.statusCode === 200 }))
    }).on('error', () => resolve({ ms: performance.now() - begun, ok: false }))
  })
}

function post(url, body) {
  const begun = performance.now()
  const options = { method: 'POST', agent, headers: { 'content-type': 'application/json' } }
  return new Promise((resolve) => {
    const end = (ok) => resolve({ ms: performance.now() - begun, ok })
    const asked = request(url, options, (answer) => {
      answer.resume()
      answer.on('end', () => end(answer.statusCode === 200))
    })
    asked.on('error', () => end(false)).end(JSON.stringify(body))
  })
}

/** Calls at an even pace, whether or not earlier ones are answered. */
async function load(url, until) {
  const seen = []
  const begun = performance.now()
  if (rate === 0) return seen
  for (let n = 0; performance.now() < until; n += 1) {
    const path = PATHS[n % PATHS.length]
    seen.push(call(`${url}${path}`).then((one) => ({ path, ...one })))
    const wait = begun + ((n + 1) * 1000) / rate - performance.now()
    if (wait > 0) await delay(wait)
  }
  return Promise.all(seen)
}

/** A STOP each second, one after the other: when it was answered, and when it was in the ledger. */
async function stops(url, database, until) {
  const db = new Database(database, { readonly: true })
  const known = db.prepare("SELECT 1 FROM consent WHERE phone = ? AND state = 'opted_out'")
  const seen = []
  try {
    for (let n = 1; performance.now() < until; n += 1) {
      const begun = performance.now()
      const event = { id: n, text: 'STOP', target: phoneOf(people + n), date: new Date().toISOString() }
      const answer = await post(`${url}/webhooks/heymarket/${WEBHOOK_SECRET}`, {
        type: 'message_received',
        event_data: event,
      })
      while (answer.ok && known.get(event.target) === undefined) await delay(20)
      seen.push({ ...answer, ledgerMs: performance.now() - begun })
      await delay(Math.max(0, begun + 1000 - performance.now()))
    }
    return seen
  } finally {
    db.close()
  }
}

function percentile(times, share) {
  const sorted = [...times].sort((a, b) => a - b)
  const at = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return Math.round(at * 10) / 10
}

const summary = (calls, key = 'ms') => ({
  calls: calls.length,
  failed: calls.filter(({ ok }) => !ok).length,
  p50: percentile(
    calls.map((one) => one[key]),
    0.5,
  ),
  p99: percentile(
    calls.map((one) => one[key]),
    0.99,
  ),
})

/** What the database held at an instant. */
function progressOf(database) {
  const db = new Database(database, { readonly: true })
  const count = (table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  const now = { at: performance.now(), read: count('source_record'), written: count('remote_contact') }
  db.close()
  return now
}

await withFolder(async ({ folder, start }) => {
  const sandbox = await startSandbox(start)
  writeFiles(folder, { sandbox, people })
  const { match } = await start(['run'], /"url":"(http:\/\/[^"]+)"/)
  const url = match[1]
  const database = join(folder, 'heysync.db')
  // Who counts may be late as well: its own delay is printed beside what it counted.
  const own = monitorEventLoopDelay()
  own.enable()
  const before = progressOf(database)
  const until = performance.now() + seconds * 1000
  const [calls, told] = await Promise.all([load(url, until), stops(url, database, until)])
  const after = progressOf(database)
  own.disable()
  agent.destroy()
  const perMinute = (key) => Math.round(((after[key] - before[key]) * 60_000) / (after.at - before.at))
  const result = {
    ...summary(calls),
    webhook: summary(told),
    ledger: summary(told, 'ledgerMs'),
    readPerMinute: perMinute('read'),
    writtenPerMinute: perMinute('written'),
    ownDelayMs: Math.round(own.percentile(99) / 1e6),
    byPath: PATHS.map((path) => ({ path, ...summary(calls.filter((one) => one.path === path)) })),
  }
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else print(result)
  if (result.failed + result.webhook.failed > 0) process.exitCode = 1
})

function print(result) {
  const line = (name, { calls, failed, p50, p99 }) =>
    process.stdout.write(
      `${name.padEnd(28)} ${String(calls).padStart(6)} calls  ${String(failed).padStart(4)} failed  p50 ${p50} ms  p99 ${p99} ms\n`,
    )
  for (const one of result.byPath) line(one.path, one)
  line('all', result)
  line('webhook, answered', result.webhook)
  line('webhook, in the ledger', result.ledger)
  process.stdout.write(
    `a minute: ${result.readPerMinute} records read, ${result.writtenPerMinute} contacts written; p99 delay of this script ${result.ownDelayMs} ms\n`,
  )
}
