// Calls the admin API again and again while a first load runs into the sandbox, and prints how long the answers took.
// It needs a build. Not a part of CI: how fast a machine is proves nothing there.
//
//   node scripts/load-front.mjs [--people 100000] [--rate 200] [--seconds 60] [--json]
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

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

const program = fileURLToPath(new URL('../dist/src/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'heysync-load-'))
const children = []

/** Starts the program; resolves with the first match of `pattern` in what it says. */
function start(args, pattern) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  return new Promise((resolve, reject) => {
    let said = ''
    const listen = (part) => {
      said += part
      const match = pattern.exec(said)
      if (match) resolve(match[1])
    }
    child.stdout.setEncoding('utf8').on('data', listen)
    child.stderr.setEncoding('utf8').on('data', listen)
    child.on('close', () => reject(new Error(`${args.join(' ')} ended:\n${said.slice(-2000)}`)))
  })
}

function writeFiles(sandbox) {
  const row = (n) => `P-${n},1510${String(2_000_000 + n)},Ann${n},Lee`
  const rows = Array.from({ length: people }, (_, n) => row(n))
  const file = join(folder, 'people.csv')
  writeFileSync(file, `id,phone,first,last\n${rows.join('\n')}\n`)
  // A file that was written just now is waited for.
  const minuteAgo = new Date(Date.now() - 60_000)
  utimesSync(file, minuteAgo, minuteAgo)
  writeFileSync(
    join(folder, 'heysync.yaml'),
    `heymarket:
  baseUrl: ${sandbox}
  auth: { secretId: sandbox, secretKey: sandbox-secret }
  requestsPerMinute: 100000
database: ./heysync.db
defaultCountry: US
sources:
  - id: people
    connector: csv
    schedule: "* * * * *"
    options: { path: ./people.csv, idColumn: id }
    map: { phone: phone, first: first, last: last }
service: { listen: "127.0.0.1:0" }
log: { level: info }
`,
    { mode: 0o600 },
  )
}

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

/** Calls at an even pace, whether or not earlier ones are answered. */
async function load(url) {
  const seen = []
  const begun = performance.now()
  for (let n = 0; n < rate * seconds; n += 1) {
    const path = PATHS[n % PATHS.length]
    seen.push(call(`${url}${path}`).then((one) => ({ path, ...one })))
    const wait = begun + ((n + 1) * 1000) / rate - performance.now()
    if (wait > 0) await delay(wait)
  }
  return Promise.all(seen)
}

function percentile(times, share) {
  const sorted = [...times].sort((a, b) => a - b)
  const at = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return Math.round(at * 10) / 10
}

const summary = (calls) => ({
  calls: calls.length,
  failed: calls.filter(({ ok }) => !ok).length,
  p50: percentile(
    calls.map(({ ms }) => ms),
    0.5,
  ),
  p99: percentile(
    calls.map(({ ms }) => ms),
    0.99,
  ),
})

try {
  const sandbox = await start(
    ['sandbox', '--port', '0', '--requests-per-minute', '1000000'],
    /(http:\/\/127\.0\.0\.1:\d+)/,
  )
  writeFiles(sandbox)
  const url = await start(['run'], /"url":"(http:\/\/[^"]+)"/)
  const calls = await load(url)
  const { contacts, underWay } = await (await fetch(`${url}/api/status`)).json()
  const byPath = PATHS.map((path) => ({ path, ...summary(calls.filter((one) => one.path === path)) }))
  const result = {
    ...summary(calls),
    inHeymarket: contacts.inHeymarket,
    stillLoading: underWay !== null,
    byPath,
  }
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else {
    const line = ({ path = 'all', calls, failed, p50, p99 }) =>
      `${path.padEnd(28)} ${String(calls).padStart(6)} calls  ${String(failed).padStart(4)} failed  p50 ${p50} ms  p99 ${p99} ms\n`
    for (const one of byPath) process.stdout.write(line(one))
    process.stdout.write(line(result))
    const state = result.stillLoading ? 'the first load still ran' : 'the first load was over'
    process.stdout.write(`at the end ${state}, with ${result.inHeymarket} contacts in Heymarket\n`)
  }
  if (result.failed > 0) process.exitCode = 1
} finally {
  agent.destroy()
  for (const child of children) {
    child.removeAllListeners('close')
    child.kill('SIGTERM')
  }
  await Promise.all(
    children.map((child) => child.exitCode ?? new Promise((done) => child.once('exit', done))),
  )
  rmSync(folder, { recursive: true, force: true })
}
