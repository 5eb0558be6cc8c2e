// A Heymarket for a benchmark: the sandbox in a process of its own, so that its memory and its time do not count, with room
// for as many requests as come.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { personOf, phoneOf } from './people.mjs'

const NO_LIMIT = 100_000_000
const DIALECTS = { maxLimit: 1_000, listSize: 1_000_000 }
const FILLED_AT_ONCE = 10_000

/** Fills the file of an account with people as heysync would have written them. */
export async function fillAccount(data, records) {
  const { openStore } = await import('../../dist/src/sandbox/store.js')
  const { defaultDialects } = await import('../../dist/src/sandbox/dialects.js')
  const { BLANK_FIELDS } = await import('../../dist/src/sandbox/contact-rules.js')
  const store = openStore(data, { now: Date.now, sleep: async () => {} }, defaultDialects)
  for (let from = 0; from < records; from += FILLED_AT_ONCE) {
    const count = Math.min(FILLED_AT_ONCE, records - from)
    store.fill(
      Array.from({ length: count }, (_, index) => ({ ...BLANK_FIELDS, ...contactOf(from + index) })),
      false,
    )
  }
  store.close()
}

function contactOf(n) {
  const { first, last, email, plan } = personOf(n)
  // 901 is the id of the custom field `Plan` in a new sandbox.
  const custom = JSON.stringify({ 901: plan })
  return { phone: phoneOf(n), first, last, display_name: `${first} ${last}`, email, custom }
}

/** Starts one. `data`: the file that it keeps; without it everything is gone at its end. */
export async function startAccount({ data, requestsPerMinute = NO_LIMIT, dialects = {} } = {}) {
  const child = fork(fileURLToPath(import.meta.url), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ended = once(child, 'exit').then(() => {
    throw new Error('The sandbox ended.')
  })
  ended.catch(() => {})
  const ask = async (message) => {
    child.send(message)
    const [answer] = await Promise.race([once(child, 'message'), ended])
    return answer
  }
  const { url } = await ask({ start: { data, requestsPerMinute, dialects: { ...DIALECTS, ...dialects } } })
  return {
    url,
    /** What came since it was last asked: method, path and instant of each. */
    requests: () => ask({ requests: true }),
    close: async () => {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

async function serve() {
  const { startSandbox } = await import('../../dist/src/sandbox/server.js')
  let sandbox
  let seen = []
  process.on('message', async ({ start, requests }) => {
    if (start !== undefined) {
      sandbox = await startSandbox({
        port: 0,
        ...(start.data === undefined ? {} : { data: start.data }),
        requestsPerMinute: start.requestsPerMinute,
        dialects: start.dialects,
        onRequest: ({ method, path, at, status }) => seen.push({ method, path, at, status }),
      })
      process.send({ url: sandbox.url })
    } else if (requests) {
      process.send(seen)
      seen = []
    }
  })
  process.on('disconnect', async () => {
    await sandbox?.close()
    process.exit()
  })
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) await serve()
