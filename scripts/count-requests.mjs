// Counts the requests of a first load with two lists, by the built program against its own sandbox: on an account that
// takes everything in bulk, on one that takes it in part, and on one that takes nothing. Beside each, the least possible.
//
//   npm run build && node scripts/count-requests.mjs [people]        100,000 people unless it is given
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '../dist/src/sandbox/server.js'

const program = fileURLToPath(new URL('../dist/src/main.js', import.meta.url))
const PEOPLE = Number(process.argv[2] ?? 100_000)
const LIST_SIZE = 1_000_000
const PAGE = 1_000
const MANY = 1_000
/** The team and the fields; that the account holds nobody, and its count. */
const BEFORE = 4

const ACCOUNTS = [
  { name: 'bulk', dialects: {}, per: MANY },
  { name: 'bulk, lists of 10,000', dialects: { listSize: 10_000 }, per: MANY },
  { name: 'bulk of at most 100', dialects: { batchSize: 100, searchSize: 100 }, per: 100 },
  { name: 'no bulk', dialects: { batchCalls: 'gone', bulkCalls: 'gone' }, per: 1 },
]

const number = (value) => value.toLocaleString('en-US')

function writeInput(folder, url) {
  const rows = Array.from(
    { length: PEOPLE },
    (_, index) => `${index},${14_152_000_000 + index},First${index},${index % 2 === 0 ? 'Gold' : 'Basic'}`,
  )
  writeFileSync(join(folder, 'people.csv'), `id,phone,first,plan\n${rows.join('\n')}\n`)
  const config = `heymarket:
  baseUrl: ${url}
  auth: { secretId: sandbox, secretKey: sandbox-secret }
  requestsPerMinute: 10000000
defaultCountry: US
sources:
  - id: people
    connector: csv
    options: { path: ./people.csv, idColumn: id, snapshot: true }
    map: { phone: phone, first: first, custom: { Plan: plan } }
lists:
  - { title: Gold, where: 'contact.custom["Plan"] == "Gold"' }
  - { title: Everybody, where: '!contact.optedOut' }
`
  writeFileSync(join(folder, 'heysync.yaml'), config)
}

async function sync(folder) {
  const child = spawn(process.execPath, [program, 'sync', '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  const [exitCode] = await once(child, 'close')
  return { exitCode, report: JSON.parse(text) }
}

/** Names, and what is there; writes; reading them back in pages; members in requests of a thousand. */
function leastPossible({ per, dialects }) {
  const listSize = dialects.listSize ?? LIST_SIZE
  const members = [PEOPLE / 2, PEOPLE].map((count) =>
    Math.max(Math.ceil(count / MANY), Math.ceil(count / listSize)),
  )
  const writes = Math.ceil(PEOPLE / per)
  return BEFORE + writes + Math.ceil(PEOPLE / PAGE) + members.reduce((sum, n) => sum + n, 0)
}

for (const account of ACCOUNTS) {
  const folder = mkdtempSync(join(tmpdir(), 'heysync-count-'))
  const paths = new Map()
  const sandbox = await startSandbox({
    port: 0,
    requestsPerMinute: 100_000_000,
    dialects: { maxLimit: PAGE, listSize: LIST_SIZE, ...account.dialects },
    onRequest: ({ method, path }) => {
      const name = `${method} ${path.replace(/\/\d+$/, '/:id')}`
      paths.set(name, (paths.get(name) ?? 0) + 1)
    },
  })
  try {
    writeInput(folder, sandbox.url)
    const first = await sync(folder)
    const used = [...paths.values()].reduce((sum, n) => sum + n, 0)
    const least = leastPossible(account)
    const { plan, push, status } = first.report
    process.stdout.write(
      `\n${account.name}: ${status}, ${number(plan.create)} created, ${number(plan.listAdd)} list members, ${number(push.acked)} acked in ${push.seconds} s\n` +
        `  ${number(used)} requests, least possible ${number(least)}: ${(used / least).toFixed(2)} times; ${(used / 450).toFixed(1)} minutes at 450 a minute\n`,
    )
    for (const [name, n] of [...paths].sort((a, b) => b[1] - a[1]))
      process.stdout.write(`    ${String(n).padStart(7)}  ${name}\n`)
    paths.clear()
    const second = await sync(folder)
    const reads = [...paths].map(([name, n]) => `${n} ${name}`).join(', ')
    process.stdout.write(`  again, with no change: ${second.report.status}, ${reads}\n`)
  } finally {
    await sandbox.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
