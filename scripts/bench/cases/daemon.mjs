// The daemon during a first load: how fast `/healthz` answers from the start until everybody is planned and the first writes
// are out, and for how long its event loop stands still.
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { startAccount } from '../account.mjs'
import { beside } from '../beside.mjs'
import { withDaemon } from '../daemon.mjs'
import { percentile } from '../percentile.mjs'

const EVERY_MS = 10
const PUSH_MS = 2_000
const PATIENCE_MS = 20 * 60_000

export const name = 'daemon'
export const place = 14
export const about =
  'The daemon during a first load, and two seconds of its push: /healthz, called 100 times a second'
export const stage = 'empty'
export const rounds = 1
export const reach = {
  healthMs99: { atMost: 20 },
  longestBlockMs: { atMost: 50 },
  peakMb: { atMost: 200 },
}

export const ways = {
  heysync: ({ folder }) =>
    beside(folder, { database: null }, async (own) => {
      const account = await startAccount()
      try {
        return await withDaemon(own, { BENCH_HEYMARKET: account.url }, async (daemon) => {
          daemon.watchAnew()
          return callUntil(daemon.url, () => isWriting(join(own, 'heysync.db')))
        })
      } finally {
        await account.close()
      }
    }),
}

/** True when the push has begun, or the cycle is over already. */
function isWriting(file) {
  const db = new Database(file, { readonly: true })
  try {
    const cycle = db.prepare('SELECT phase, status FROM cycle ORDER BY id DESC LIMIT 1').get()
    return cycle !== undefined && (cycle.phase === 'push' || cycle.status !== 'running')
  } finally {
    db.close()
  }
}

/** Calls at an even pace, whether or not earlier calls are answered. */
async function callUntil(url, isOver) {
  const agent = new Agent({ keepAlive: true })
  const calls = []
  const begun = performance.now()
  let until = begun + PATIENCE_MS
  for (let n = 1; performance.now() < until; n += 1) {
    calls.push(call(`${url}/healthz`, agent))
    if (n % 20 === 0 && until > begun + PATIENCE_MS - 1 && isOver()) until = performance.now() + PUSH_MS
    await delay(Math.max(0, begun + n * EVERY_MS - performance.now()))
  }
  const times = await Promise.all(calls)
  agent.destroy()
  return {
    healthMs50: percentile(times, 0.5),
    healthMs99: percentile(times, 0.99),
    seconds: (performance.now() - begun) / 1000,
  }
}

function call(url, agent) {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`/healthz answered ${answer.statusCode}`))
      answer.resume().on('end', () => resolve(performance.now() - begun))
    }).on('error', reject)
  })
}
