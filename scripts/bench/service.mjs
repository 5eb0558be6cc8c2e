// Starts the program for a benchmark of the service: a sandbox, a file of people and a config in a folder of its own.
// Each is a process by itself, so that none waits for another one's work.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))

export const WEBHOOK_SECRET = 'webhook-secret-of-the-benchmark'

/** Runs `work`; whatever it started is ended, and the folder goes. */
export async function withFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'heysync-bench-'))
  const children = []
  try {
    return await work({ folder, start: (args, pattern) => start(folder, children, args, pattern) })
  } finally {
    await Promise.all(children.map(end))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Starts the program; resolves with the first match of `pattern` in what it says. */
function start(cwd, children, args, pattern) {
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  return new Promise((resolve, reject) => {
    let said = ''
    const listen = (part) => {
      said = `${said}${part}`.slice(-10_000)
      const match = pattern.exec(said)
      if (match) resolve({ child, match })
    }
    child.stdout.setEncoding('utf8').on('data', listen)
    child.stderr.setEncoding('utf8').on('data', listen)
    child.on('exit', () => reject(new Error(`${args.join(' ')} ended:\n${said.slice(-2000)}`)))
  })
}

/** Runs the program to its end. Errors: an exit code that is not 0. */
export async function run(folder, args) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const code = await new Promise((done) => child.on('exit', done))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
}

export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  await ended
}

export async function startSandbox(start) {
  const { match } = await start(
    ['sandbox', '--port', '0', '--requests-per-minute', '1000000'],
    /(http:\/\/127\.0\.0\.1:\d+)/,
  )
  return match[1]
}

export const phoneOf = (n) => `1510${2_000_000 + n}`

export function writeFiles(folder, { sandbox, people, schedule = '* * * * *' }) {
  const rows = Array.from({ length: people }, (_, n) => `P-${n},${phoneOf(n)},Ann${n},Lee`)
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
    schedule: "${schedule}"
    options: { path: ./people.csv, idColumn: id }
    map: { phone: phone, first: first, last: last }
service: { listen: "127.0.0.1:0", webhookSecret: ${WEBHOOK_SECRET} }
log: { level: info }
`,
    { mode: 0o600 },
  )
}
