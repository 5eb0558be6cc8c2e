// Proves I6 in real time: 1,200 writes at 500 a minute by the built program, against its own sandbox. The service
// starts the work, is killed while it waits, and `sync` finishes it; `check` asks for its share all the while.
//
//   npm run build && node scripts/prove-budget.mjs        takes about two and a half minutes
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { busiestMinute, shareUsed } from './bench/budget-used.mjs'

const program =
  process.env.HEYSYNC_TEST_PROGRAM ?? fileURLToPath(new URL('../dist/src/main.js', import.meta.url))
const LIMIT = 500
const PEOPLE = 1200
const KILL_AFTER_MS = 20_000
const CHECK_EVERY_MS = 5_000

const folder = mkdtempSync(join(tmpdir(), 'heysync-budget-'))
const say = (text) => process.stdout.write(`${text}\n`)

/** A child that runs `heysync <args>` in the folder. */
function heysync(...args) {
  return spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Runs `heysync <args>` to its end. */
async function run(...args) {
  const child = heysync(...args)
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => (texts[name] += chunk))
  const [exitCode] = await once(child, 'close')
  return { exitCode, ...texts }
}

async function startSandbox() {
  const child = heysync('sandbox', '--port', '0', '--requests-per-minute', String(LIMIT))
  child.stderr.resume()
  let text = ''
  for await (const chunk of child.stdout) {
    text += chunk
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]
    if (url !== undefined) return { child, url }
  }
  throw new Error(`The sandbox did not start: ${text}`)
}

function writeInput(url) {
  const rows = Array.from(
    { length: PEOPLE },
    (_, index) => `${index},${14_152_000_000 + index},First${index}`,
  )
  writeFileSync(join(folder, 'people.csv'), `id,phone,first\n${rows.join('\n')}\n`)
  const config = `heymarket:
  baseUrl: ${url}
  auth: { secretId: sandbox, secretKey: sandbox-secret }
  requestsPerMinute: ${LIMIT}
  writes: single
defaultCountry: US
sources:
  - id: people
    connector: csv
    options: { path: ./people.csv, idColumn: id }
    map: { phone: phone, first: first }
`
  writeFileSync(join(folder, 'heysync.yaml'), config)
}

async function prove() {
  const { child: sandbox, url } = await startSandbox()
  const working = new AbortController()
  writeInput(url)
  const service = heysync('run')
  try {
    for (const stream of [service.stdout, service.stderr]) stream.resume()
    const checking = (async () => {
      let checks = 0
      for (; !working.signal.aborted; checks += 1) {
        const { exitCode, stderr } = await run('check')
        if (exitCode !== 0) throw new Error(`heysync check ended with ${exitCode}: ${stderr}`)
        await delay(CHECK_EVERY_MS, undefined, { signal: working.signal }).catch(() => {})
      }
      return checks
    })()
    await delay(KILL_AFTER_MS)
    service.kill('SIGKILL')
    say(`service killed after ${KILL_AFTER_MS / 1000} s; sync goes on …`)
    const ending = await run('sync', '--json')
    working.abort()
    const checks = await checking
    return await report(ending, checks, url)
  } finally {
    working.abort()
    service.kill('SIGKILL')
    sandbox.kill('SIGTERM')
    await once(sandbox, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
}

async function report(ending, checks, url) {
  const requests = await (await fetch(`${url}/_sandbox/requests`)).json()
  const { contacts, creations } = await (await fetch(`${url}/_sandbox/state`)).json()
  const instants = requests.map((one) => one.at).sort((a, b) => a - b)
  const refused = requests.filter((one) => one.status === 429).length
  const busiest = busiestMinute(instants)
  const share = shareUsed(instants, LIMIT)
  const phones = new Set(creations.map((one) => one.phone))
  say(
    `sync ended with ${ending.exitCode}; ${contacts.length} contacts, ${creations.length - phones.size} made twice`,
  )
  say(
    `${requests.length} requests in ${((instants.at(-1) - instants[0]) / 1000).toFixed(1)} s, ${checks} checks among them, ${refused} refused`,
  )
  say(`busiest 60 s: ${busiest} requests of ${LIMIT}`)
  say(`used while work waited: ${(share * 100).toFixed(2)} %`)
  const good = ending.exitCode === 0 && refused === 0 && busiest <= LIMIT && share >= 0.98
  return good && contacts.length === PEOPLE && phones.size === PEOPLE
}

const good = await prove()
say(good ? 'kept' : 'NOT kept')
process.exitCode = good ? 0 : 1
