// Owns talking to a sandbox that runs: texting in as a person, and moving its time ahead.
import got, { RequestError } from 'got'
import { z } from 'zod'
import { type ExitCode, HeysyncError } from '../lib/errors.ts'
import { phoneOf } from '../messaging/phones.ts'
import { type Call, text } from './command.ts'
import type { Io } from './io.ts'
import { loadFor } from './open.ts'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/
const DEFAULT_URL = 'http://127.0.0.1:8781'

interface Where {
  readonly url: string
  /** The sandbox's own inboxes are American. */
  readonly country: string
}

/** `--url`, else what the config points at, else the usual port. Errors: ERR_USAGE for an address elsewhere. */
async function whereItRuns(call: Call, io: Io): Promise<Where> {
  const config = await configOrNull(call, io)
  const url = (text(call, 'url') ?? config?.heymarket.baseUrl ?? DEFAULT_URL).replace(/\/+$/, '')
  if (URL.canParse(url) && LOOPBACK.test(new URL(url).hostname))
    return { url, country: config?.defaultCountry ?? 'US' }
  throw new HeysyncError('ERR_USAGE', {
    message: `${url} is not a sandbox: one runs only on this machine.`,
    hint: `Start one with \`heysync sandbox\`, and name it: --url ${DEFAULT_URL}`,
  })
}

/** A folder without a config is fine here. */
async function configOrNull(call: Call, io: Io) {
  try {
    return (await loadFor(call, { ...io, say: () => {} })).config
  } catch (error) {
    const isNamed = text(call, 'config') !== undefined
    if (!isNamed && error instanceof HeysyncError && error.code === 'ERR_CONFIG_NOT_FOUND') return null
    throw error
  }
}

const replied = z.object({ consent: z.enum(['opted_out', 'opted_in']).nullable() })

export async function replyInSandbox(call: Call, io: Io, words: readonly string[]): Promise<ExitCode> {
  const [typed, ...said] = words
  const message = said.join(' ')
  if (typed === undefined || message === '') {
    throw new HeysyncError('ERR_USAGE', {
      message: typed === undefined ? 'Who replies is missing.' : 'What they text is missing.',
      hint: 'heysync sandbox reply 14155552671 "STOP"',
    })
  }
  const where = await whereItRuns(call, io)
  const phone = phoneOf(typed, where.country)
  const { consent } = replied.parse(await post(where, '/_sandbox/reply', { phone, text: message }))
  const meaning =
    consent === null ? '' : consent === 'opted_out' ? ' That opts them out.' : ' That opts them in again.'
  io.data(`${io.color.green('✓')} ${phone} texted "${message}".${meaning}\n`)
  io.say(`${io.color.cyan('heysync replies')}  shows it`)
  return 0
}

const advanced = z.object({ now: z.string() })
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

export async function advanceSandbox(call: Call, io: Io, words: readonly string[]): Promise<ExitCode> {
  const typed = words.join('')
  const parsed = /^(\d+)([smhd])$/.exec(typed)
  if (parsed === null) {
    throw new HeysyncError('ERR_USAGE', {
      message: typed === '' ? 'How far is missing.' : `"${typed}" is not a span of time.`,
      hint: 'heysync sandbox advance 2h (s, m, h or d)',
    })
  }
  const seconds = Number(parsed[1]) * (UNITS[parsed[2] ?? ''] ?? 0)
  const { now } = advanced.parse(await post(await whereItRuns(call, io), '/_sandbox/advance', { seconds }))
  io.data(`${io.color.green('✓')} In the sandbox it is now ${now.slice(0, 16).replace('T', ' ')} UTC.\n`)
  return 0
}

async function post({ url }: Where, path: string, json: object): Promise<unknown> {
  try {
    return await got.post(url + path, { json, retry: { limit: 0 }, timeout: { request: 10_000 } }).json()
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause
    const answered = cause.response?.statusCode
    throw new HeysyncError('ERR_USAGE', {
      message:
        answered === undefined
          ? `No sandbox runs at ${url}.`
          : `What runs at ${url} answered ${answered}: ${String(cause.response?.body).slice(0, 200)}`,
      hint: 'Start one in another terminal: heysync sandbox',
      cause,
    })
  }
}
