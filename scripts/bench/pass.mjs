// Measures what a cycle costs on this machine alone: people in a CSV file, and an account that answers at once out of memory.
// Each case is a process of its own, so that its memory is its own too. CPU time is what to compare: others may load the machine.
//
//   npm run build && node scripts/bench/pass.mjs [--people 100000] [--folder DIR] [--profile CASE] [--json]
//
// The cases: `first` (from the file to the outbox), `adopt` (the account turns out to hold the same), `same` (a new file
// that says the same), `one-percent` (each hundredth person has another name).
import { fork } from 'node:child_process'
import { once } from 'node:events'
import {
  createWriteStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { finished } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const CASES = (process.env.CASES ?? 'first,adopt,same,one-percent').split(',')
const AREAS = [201, 212, 305, 312, 404, 415, 503, 510, 602, 617, 702, 713, 818, 917, 972]
const PER_AREA = 800 * 10_000

/** Numbers that a directory would hold: valid, each once, in no order. */
function phoneOf(n) {
  const at = (n * 7_368_787) % (AREAS.length * PER_AREA)
  return `+1${AREAS[at % AREAS.length]}${2_000_000 + Math.floor(at / AREAS.length)}`
}

/** @param version names the content: `one-percent` changes a part, anything else only the bytes. */
async function writePeople(folder, people, version) {
  const path = join(folder, 'people.csv')
  const out = createWriteStream(path)
  out.write('id,phone,first_name,last_name,email,plan,updated_at\n')
  for (let n = 1; n <= people; n++) {
    const changed = version === 'one-percent' && n % 100 === 0
    const row = `P-${n},${phoneOf(n)},Ann${n},${changed ? 'Miller' : 'Lee'},ann${n}@example.com,${n % 3 ? 'Basic' : 'Premium'},2026-01-01T09:${String(n % 60).padStart(2, '0')}:00Z\n`
    if (!out.write(row)) await once(out, 'drain')
  }
  if (version === 'same') out.write('\n')
  out.end()
  await finished(out)
  // A file that was written just now is waited for.
  const minuteAgo = new Date(Date.now() - 60_000)
  utimesSync(path, minuteAgo, minuteAgo)
}

function writeConfig(folder) {
  writeFileSync(
    join(folder, 'heysync.yaml'),
    `heymarket:
  baseUrl: http://127.0.0.1:9
  auth: { secretId: sandbox, secretKey: sandbox-secret }
database: ./heysync.db
defaultCountry: US
sources:
  - id: people
    connector: csv
    options: { path: ./people.csv, idColumn: id, updatedColumn: updated_at, snapshot: true }
    map: { phone: phone, first: first_name, last: last_name, email: email, custom: { Plan: plan } }
guard: { updates: { ratio: 1, min: 100 } }
`,
    { mode: 0o600 },
  )
}

/** An account that shows what the mirror took it to hold. */
function accountLine(db) {
  const head = db.prepare('SELECT body FROM remote_contact ORDER BY id DESC LIMIT 1000').pluck()
  const count = db.prepare('SELECT count(*) FROM remote_contact').pluck()
  const shown = (body) => {
    const { displayName, assigneeId, isOptedOut, tagIds, ...rest } = JSON.parse(body)
    return {
      ...rest,
      display_name: displayName,
      assigned_user_id: assigneeId,
      is_opted_out: isOptedOut,
      tags: tagIds,
    }
  }
  const answers = {
    '/v1/team': () => ({ id: 1, name: 'Bench', members: [] }),
    '/v1/contact-fields': () => [{ id: 7, name: 'Plan' }],
    '/v1/contacts/count': () => count.get(),
    '/v1/contacts': ({ json }) => (json?.date === undefined ? head.all().map(shown) : []),
  }
  return {
    exchange: async (request) => {
      const answer = answers[request.path]
      return answer === undefined
        ? { status: 404, headers: {}, body: '{}' }
        : { status: 200, headers: {}, body: JSON.stringify(answer(request)) }
    },
    close: () => {},
  }
}

/** Heymarket holds now what the sources want, as if somebody had typed it there. */
function seed({ db, engine }) {
  const contacts = db.prepare('SELECT phone, fields FROM contact WHERE phone > ? ORDER BY phone LIMIT 1000')
  let id = 0
  for (let rows = contacts.all(''); rows.length > 0; rows = contacts.all(rows.at(-1).phone)) {
    engine.mirror.transaction(() => {
      for (const { phone, fields } of rows) {
        const { first, last, email, custom } = JSON.parse(fields)
        id += 1
        const contact = {
          ...{ id, phone, first, last, displayName: `${first} ${last}`, email, avatar: '' },
          ...{ custom: { 7: custom.Plan }, tagIds: [], assigneeId: null, isOptedOut: false, rev: 1 },
          updated: new Date(Date.UTC(2026, 0, 1) + id).toISOString(),
        }
        engine.mirror.remote.read(contact, 1, Date.now())
      }
    })
  }
  engine.mirror.meta.set('full_walk_at', String(Date.now()))
  engine.mirror.meta.set(
    'remote_watermark',
    `${new Date(Date.UTC(2026, 0, 1) + id).toISOString().slice(0, -1)}000000Z`,
  )
  engine.mirror.meta.set('head_walked_at', String(Date.now()))
}

async function open(folder) {
  const [
    { openApp },
    { loadConfig },
    { connectorsInUse },
    { connectors },
    { systemClock },
    { createLogger },
    { openDatabase },
  ] = await Promise.all(
    [
      'src/app.js',
      'src/config/load.js',
      'src/config/connectors-in-use.js',
      'connectors/index.js',
      'src/lib/clock.js',
      'src/lib/logger.js',
      'src/db/open.js',
    ].map((path) => import(`../../dist/${path}`)),
  )
  const where = { path: join(folder, 'heysync.yaml'), env: {}, cwd: folder }
  const loaded = loadConfig({ ...where, connectors: await connectorsInUse(where, connectors) })
  const log = await createLogger({ level: 'silent', pretty: false, secrets: [], stream: process.stderr })
  const { signal } = new AbortController()
  let db
  const openDb = (path) => {
    db = openDatabase(path)
    return db
  }
  const late = { exchange: (request) => accountLine(db).exchange(request), close: () => {} }
  return openApp({ loaded, clock: systemClock, random: Math.random, signal, log, openDb, line: late })
}

async function measure(name, folder) {
  const app = await open(folder)
  const { runCycle } = await import('../../dist/src/sync/cycle.js')
  if (name === 'seed') {
    seed(app)
    app.close()
    return null
  }
  let planned = false
  let saved = null
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  // Others load the machine too, so beside the delay it counts what this process itself worked between two turns.
  let busyMs = 0
  let turn = process.cpuUsage()
  const watch = setInterval(() => {
    const { user, system } = process.cpuUsage(turn)
    busyMs = Math.max(busyMs, (user + system) / 1000)
    turn = process.cpuUsage()
  }, 2)
  const cpu = process.cpuUsage()
  const begun = performance.now()
  const phases = []
  let last = { phase: 'start', at: begun, cpu: process.cpuUsage() }
  const enter = (phase) => {
    if (phase === last.phase) return
    const used = process.cpuUsage(last.cpu)
    phases.push(`${last.phase} ${((used.user + used.system) / 1e6).toFixed(2)}`)
    last = { phase, at: performance.now(), cpu: process.cpuUsage() }
  }
  const { report } = await runCycle(
    app.engine,
    {
      ...{ id: app.engine.cycles.nextId(Date.now()), mode: 'incremental', trigger: 'bench' },
      ...{ sources: ['people'], allowEmpty: [], planOnly: false },
      // What goes out is not measured here: the outbox is the end.
      stopNow: () => {
        if (planned) saved ??= { cpu: process.cpuUsage(cpu), at: performance.now() }
        return planned
      },
    },
    {
      onPull: () => enter('pull'),
      onReconcile: () => enter('reconcile'),
      onPlan: () => {
        planned = true
        enter('outbox')
      },
    },
  )
  enter('end')
  // A block at the very end is told of only now.
  await setTimeout(20)
  saved ??= { cpu: process.cpuUsage(cpu), at: performance.now() }
  const wall = (saved.at - begun) / 1000
  const { user, system } = saved.cpu
  delay.disable()
  clearInterval(watch)
  app.db.pragma('wal_checkpoint(TRUNCATE)')
  app.close()
  const [source] = report.sources
  return {
    case: name,
    read: source?.read ?? 0,
    unchanged: source?.unchanged ?? 0,
    plan: report.plan,
    cpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
    wallSeconds: Number(wall.toFixed(2)),
    perCpuSecond: Math.round((source?.read ?? 0) / ((user + system) / 1e6)),
    rssMb: Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024),
    blockMs: Math.round(delay.max / 1e6),
    busyMs: Math.round(busyMs),
    databaseBytes: statSync(join(folder, 'heysync.db')).size,
    phases: phases.join(', '),
  }
}

async function inChild(name, folder, profile) {
  const execArgv = profile === name ? ['--cpu-prof', `--cpu-prof-dir=${folder}/profile-${name}`] : []
  const child = fork(fileURLToPath(import.meta.url), ['child', name, folder], { execArgv })
  const [[result]] = await Promise.all([once(child, 'message'), once(child, 'exit')])
  return result
}

if (process.argv[2] === 'child') {
  const result = await measure(process.argv[3], process.argv[4])
  await new Promise((sent) => process.send?.({ result }, sent))
  process.disconnect()
} else {
  const { values } = parseArgs({
    options: {
      people: { type: 'string', default: '100000' },
      folder: { type: 'string' },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const people = Number(values.people)
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'heysync-pass-'))
  const results = []
  try {
    writeConfig(folder)
    for (const name of CASES) {
      if (name !== 'adopt') await writePeople(folder, people, name)
      else await inChild('seed', folder)
      const { result } = await inChild(name, folder, values.profile)
      results.push(result)
      if (values.json) continue
      const { plan, databaseBytes, ...rest } = result
      const planned = `${plan.create} creates, ${plan.update} updates`
      process.stdout.write(
        `${name.padEnd(12)} cpu ${rest.cpuSeconds} s, wall ${rest.wallSeconds} s, ${rest.perCpuSecond} records/cpu s, rss ${rest.rssMb} MB, block ${rest.blockMs} ms (${rest.busyMs} of its own), ${Math.round(databaseBytes / people)} bytes each; unchanged ${rest.unchanged}, ${planned}\n             ${rest.phases}\n`,
      )
    }
    if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`)
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true, force: true })
  }
}
