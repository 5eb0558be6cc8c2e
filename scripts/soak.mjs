// The service for an hour under steady change at the full budget: people are edited in a table all the time, about as many as
// may be written, and the daemon is asked to sync every ten seconds. Memory, open files, database and write-ahead log are looked
// at each minute, and the script ends with 1 when one of them grows beyond its data. The rule, comparing the last quarter of
// the time with the second one (in the first everything warms up):
//
// - memory: the middle of the last quarter is at most a tenth and 10 MB above that of the second;
// - open files: the most of the last quarter is at most 5 above the most of the second;
// - database: it grew by at most 4 kB for each write since (what a write leaves for `undo`, and the records of cycles) and 1 MB;
// - write-ahead log: at most 8 MB, or half more than it was in the second quarter: it is checkpointed, not only written.
//
//   npm run soak [-- --minutes 60] [--people 20000]
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { startAccount } from './bench/account.mjs'
import { withDaemon } from './bench/daemon.mjs'
import { percentile } from './bench/percentile.mjs'
import { makeStage } from './bench/stages.mjs'

const PER_MINUTE = 450
/** A little is left for what is read. */
const EDITS_PER_MINUTE = 430
const ASK_EVERY_MS = 10_000
const MINUTE_MS = 60_000
const LEAST_SAMPLES = 12
const MB = 1_048_576

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    people: { type: 'string', default: '20000' },
  },
})
const runMs = Number(values.minutes) * MINUTE_MS
const people = Number(values.people)
const say = (text) => process.stdout.write(`${text}\n`)

/** Edits people one after the other, at an even pace, until told to stop. */
async function editAll(folder, signal) {
  const crm = new Database(join(folder, 'crm.db'))
  const edit = crm.prepare(
    "UPDATE people SET first = ?, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ') WHERE id = ?",
  )
  const everyMs = MINUTE_MS / EDITS_PER_MINUTE
  const begun = Date.now()
  for (let n = 0; !signal.aborted; n += 1) {
    edit.run(`Edited${n}`, `P-${n % people}`)
    await pause(begun + (n + 1) * everyMs - Date.now(), signal)
  }
  crm.close()
}

async function askAgainAndAgain(url, signal) {
  const headers = { 'content-type': 'application/json' }
  while (!signal.aborted) {
    const answer = await fetch(`${url}/api/sync`, { method: 'POST', headers, body: '{}' })
    if (answer.status !== 202) throw new Error(`/api/sync answered ${answer.status}`)
    await pause(ASK_EVERY_MS, signal)
  }
}

const pause = (ms, signal) => delay(Math.max(0, ms), undefined, { signal }).catch(() => {})

async function sampleAll(folder, daemon, account) {
  const samples = []
  const everyMs = Math.min(MINUTE_MS, runMs / LEAST_SAMPLES)
  say('minute   memory MB   open files   database MB   log MB   writes')
  for (const begun = Date.now(); Date.now() - begun < runMs; ) {
    await delay(Math.min(everyMs, begun + runMs - Date.now()))
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))
    const requests = await account.requests()
    const one = {
      minute: (Date.now() - begun) / MINUTE_MS,
      memory: kilobytes / 1024,
      files: readdirSync(`/proc/${daemon.pid}/fd`).length,
      database: statSync(join(folder, 'heysync.db')).size / MB,
      log: statSync(join(folder, 'heysync.db-wal'), { throwIfNoEntry: false })?.size / MB || 0,
      writes: requests.filter(({ method }) => method === 'PUT').length,
      refused: requests.filter(({ status }) => status === 429).length,
    }
    samples.push(one)
    const cells = [
      one.minute.toFixed(1),
      one.memory.toFixed(0),
      one.files,
      one.database.toFixed(1),
      one.log.toFixed(1),
      one.writes,
    ]
    say(cells.map((cell, at) => String(cell).padStart([6, 12, 13, 14, 9, 9][at])).join(''))
  }
  return samples
}

/** What grew, in sentences; nothing is good. */
function grown(samples) {
  const quarter = samples.length / 4
  const second = samples.slice(Math.floor(quarter), Math.floor(2 * quarter))
  const last = samples.slice(Math.floor(3 * quarter))
  const all = (some, key) => some.map((one) => one[key])
  const most = (some, key) => Math.max(...all(some, key))
  const middle = (some) => percentile(all(some, 'memory'), 0.5)
  const since = samples.slice(samples.indexOf(second[0]) + 1)
  const writes = since.reduce((sum, one) => sum + one.writes, 0)
  const rules = [
    ['memory, MB', middle(last), middle(second) * 1.1 + 10],
    ['open files', most(last, 'files'), most(second, 'files') + 5],
    ['database, MB', samples.at(-1).database, second[0].database + (writes * 4096) / MB + 1],
    ['write-ahead log, MB', most(last, 'log'), Math.max(8, most(second, 'log') * 1.5)],
    ['refused requests', samples.reduce((sum, one) => sum + one.refused, 0), 0],
  ]
  const written = samples.reduce((sum, one) => sum + one.writes, 0)
  say(`\n${written} writes, ${(written / samples.at(-1).minute).toFixed(0)} a minute`)
  for (const [what, value, limit] of rules)
    say(
      `${value <= limit ? 'kept    ' : 'NOT kept'} ${what}: ${value.toFixed(1)}, at most ${limit.toFixed(1)}`,
    )
  return written === 0 || rules.some(([, value, limit]) => value > limit)
}

const folder = mkdtempSync(join(tmpdir(), 'heysync-soak-'))
try {
  await makeStage('table', folder, people)
  const account = await startAccount({ data: join(folder, 'account.db'), requestsPerMinute: 500 })
  try {
    const env = { BENCH_HEYMARKET: account.url, BENCH_WRITES: 'single', BENCH_RATE: String(PER_MINUTE) }
    await withDaemon(folder, env, async (daemon) => {
      const stop = new AbortController()
      const work = [editAll(folder, stop.signal), askAgainAndAgain(daemon.url, stop.signal)]
      const samples = await Promise.race([sampleAll(folder, daemon, account), Promise.all(work)])
      stop.abort()
      await Promise.all(work)
      if (grown(samples)) process.exitCode = 1
      return {}
    })
  } finally {
    await account.close()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
