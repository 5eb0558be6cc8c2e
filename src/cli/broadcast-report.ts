// Owns what `broadcast status` and `broadcast list` print.
import { type ExitCode, HeysyncError } from '../lib/errors.ts'
import { nearest } from '../lib/suggest.ts'
import { type BroadcastStatus, broadcastStatus } from '../messaging/broadcast-status.ts'
import type { Intent } from '../messaging/intents.ts'
import { type Call, flag } from './command.ts'
import type { Io } from './io.ts'
import { type Messaging, withMessaging } from './messaging.ts'
import { clip, columns, many, number } from './table-text.ts'

/** Broadcasts that `list` shows. */
const LATEST = 50

export function broadcastList(call: Call, io: Io): Promise<ExitCode> {
  return withMessaging<ExitCode>(call, io, 'broadcast list', async ({ deps: { intents } }) => {
    const rows = intents.list('broadcast', LATEST).map((intent) => ({
      key: intent.key,
      state: intent.state,
      createdAt: new Date(intent.createdAt).toISOString(),
      reached: intents.recipients(intent).filter((one) => one.refused === null).length,
      text: wordsOf(intent),
    }))
    if (flag(call, 'json')) io.data(`${JSON.stringify(rows, null, 2)}\n`)
    else if (rows.length === 0) {
      io.data('No broadcast was sent yet.\n')
      io.say(`${io.color.cyan('heysync broadcast --help')}  shows how`)
    } else {
      const table = rows.map((row) => [
        row.key,
        stateText(row.state, io),
        row.createdAt.slice(0, 16).replace('T', ' '),
        many(row.reached, 'person', 'people'),
        row.text,
      ])
      io.data(`${columns(table, '', io.columns)}\n`)
    }
    return 0
  })
}

function wordsOf({ wish }: Intent): string {
  const message = wish.message as { text?: string; template_id?: number } | undefined
  return message?.text ?? (message?.template_id === undefined ? '' : `template ${message.template_id}`)
}

export function broadcastStatusCommand(call: Call, io: Io): Promise<ExitCode> {
  return withMessaging<ExitCode>(call, io, 'broadcast status', async ({ deps }) => {
    const status = await broadcastStatus(deps, theOne(call, deps))
    io.data(flag(call, 'json') ? `${JSON.stringify(status, null, 2)}\n` : `${render(status, io)}\n`)
    return 0
  })
}

/** The broadcast with this key; without a key, the last one. Errors: ERR_USAGE. */
function theOne(call: Call, { intents }: Messaging['deps']): Intent {
  const latest = intents.list('broadcast', LATEST)
  const key = call.args[1]
  const found = key === undefined ? latest[0] : intents.find(key)
  if (found?.kind === 'broadcast') return found
  const near = nearest(
    key ?? '',
    latest.map((one) => one.key),
  )
  throw new HeysyncError('ERR_USAGE', {
    message:
      key === undefined ? 'No broadcast was sent yet.' : `There is no broadcast with the key "${key}".`,
    hint:
      near === null ? 'heysync broadcast list' : `Did you mean ${near}? heysync broadcast list shows all.`,
  })
}

function stateText(state: Intent['state'], { color }: Pick<Io, 'color'>): string {
  const words = {
    open: 'not finished',
    unknown: 'unknown',
    done: 'sent',
    failed: 'failed',
    cancelled: 'cancelled',
  } as const
  return state === 'done' ? color.green(words[state]) : color.yellow(words[state])
}

/** People that are shown of each kind; --json has all. */
const SHOWN = 10

function render(status: BroadcastStatus, io: Io): string {
  const { color } = io
  const lines = [
    `${color.bold(status.key)}  ${stateText(status.state, io)}  ${status.createdAt.slice(0, 16).replace('T', ' ')} UTC`,
    columns([
      ['recipients', number(status.recipients)],
      ['sent', number(status.sent)],
      ...(status.failed.length > 0 ? [['failed', color.red(number(status.failed.length))]] : []),
      ...(status.unseen.length > 0 ? [['not seen yet', color.yellow(number(status.unseen.length))]] : []),
      ...(status.refused.length > 0 ? [['left out', number(status.refused.length)]] : []),
      ['replies', number(status.replies.length)],
      ['opted out', status.optOuts.length > 0 ? color.red(number(status.optOuts.length)) : '0'],
    ]),
  ]
  const section = (title: string, rows: readonly (readonly string[])[]) => {
    if (rows.length === 0) return
    lines.push('', color.dim(title), columns(rows.slice(0, SHOWN), '  ', io.columns))
    if (rows.length > SHOWN) lines.push(color.dim(`  … ${number(rows.length - SHOWN)} more with --json`))
  }
  section(
    'failed',
    status.failed.map(({ phone, error }) => [phone, error]),
  )
  section(
    'left out',
    status.refused.map(({ phone, reason }) => [phone, reason]),
  )
  section(
    'replies',
    status.replies.map(({ phone, text, at }) => [
      phone,
      at?.slice(0, 16).replace('T', ' ') ?? '',
      clip(text, 200),
    ]),
  )
  section(
    'opted out',
    status.optOuts.map((phone) => [phone]),
  )
  if (status.state !== 'done') {
    if (status.error !== null) lines.push('', `${color.yellow('!')} ${status.error}`)
    lines.push('Run the same command again, or with `--key`: it goes on where it stopped.')
  }
  return lines.join('\n')
}
