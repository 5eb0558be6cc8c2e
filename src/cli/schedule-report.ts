// Owns how scheduled messages are shown, and what is said where it is not known whether one was made.
import { DateTime } from 'luxon'
import type { ScheduleRequest } from '../heymarket/schedule.ts'
import { HeysyncError } from '../lib/errors.ts'
import type { Step } from '../messaging/intents.ts'
import type { ScheduledMessage, ScheduleRef } from '../messaging/schedule.ts'
import { type Call, flag } from './command.ts'
import type { Io } from './io.ts'
import { columns } from './table-text.ts'

export function printScheduled(call: Call, io: Io, shown: ScheduledMessage, zone: string): void {
  if (flag(call, 'json')) {
    io.data(`${JSON.stringify(shown, null, 2)}\n`)
    return
  }
  io.data(
    `${columns([
      ['state', stateText(shown, io)],
      ['time', `${timeOf(shown, zone)} ${zone}`],
      ['to', targetText(shown)],
      ['says', contentText(shown)],
      ['id', String(shown.id ?? 'not known')],
      ...(shown.key === null ? [] : [['key', shown.key]]),
      ...(shown.note === null ? [] : [['note', shown.note]]),
    ])}\n`,
  )
}

export function scheduledTable(io: Io, all: readonly ScheduledMessage[], zone: string): void {
  if (all.length === 0) {
    io.data('Nothing was scheduled yet.\n')
    io.say(`${io.color.cyan('heysync schedule --help')}  shows how`)
    return
  }
  const rows = all.map((one) => [
    one.key ?? '',
    stateText(one, io),
    timeOf(one, zone),
    targetText(one),
    contentText(one),
  ])
  io.data(`${columns(rows, '', io.columns)}\n`)
  io.say(io.color.dim(`times of ${zone}`))
}

function stateText({ state }: ScheduledMessage, { color }: Pick<Io, 'color'>): string {
  if (state === 'waiting') return color.green(state)
  return state === 'unknown' || state === 'failed' || state === 'gone'
    ? color.yellow(state)
    : color.dim(state)
}

function timeOf({ executeAt }: ScheduledMessage, zone: string): string {
  if (executeAt === null) return ''
  return DateTime.fromISO(executeAt, { zone, locale: 'en-GB' }).toFormat('ccc d LLL yyyy HH:mm')
}

function targetText({ target }: ScheduledMessage): string {
  const { phone_number, targets, conversation_id, list_id } = target
  if (typeof phone_number === 'string') return phone_number
  if (Array.isArray(targets)) return targets.join(' + ')
  if (typeof conversation_id === 'number') return `conversation ${conversation_id}`
  return typeof list_id === 'number' ? `list ${list_id}` : ''
}

function contentText({ content }: ScheduledMessage): string {
  const { text, template_id, media_url } = content
  return [text, template_id === undefined ? undefined : `template ${template_id}`, media_url]
    .filter((one) => typeof one === 'string' && one !== '')
    .join(' ')
}

/** Errors: ERR_USAGE where Heymarket shows too little of one that heysync did not make. */
export function asScheduleRequest(ref: ScheduleRef): ScheduleRequest {
  if (ref.kind === 'ours') return ref.request
  const { inboxId, executeAt, text, targets, conversationId, listId } = ref.shown
  const [phone, another] = targets
  const target =
    conversationId !== null
      ? { conversation_id: conversationId }
      : listId !== null
        ? { list_id: listId }
        : another !== undefined
          ? { targets }
          : phone !== undefined
            ? { phone_number: phone }
            : null
  if (inboxId !== null && executeAt !== null && text !== '' && target !== null)
    return { inbox_id: inboxId, execute_at: executeAt, content: { text }, ...target }
  throw new HeysyncError('ERR_USAGE', {
    message: `Heymarket does not show all of the scheduled message ${ref.id}, and a change must carry all of it.`,
    hint: `Cancel it and schedule another: heysync schedule cancel ${ref.id}`,
  })
}

/** What a person is told when no answer came. */
export function unknownOutcome(step: Step | undefined, key: string): HeysyncError {
  return new HeysyncError('ERR_OUTCOME_UNKNOWN', {
    message: step?.error ?? 'No answer came, and it is not known whether Heymarket took the message.',
    hint: `Look in Heymarket whether it is there. The same command does not send it again; if it is not there, add --key with a new key. This one has ${key}.`,
    ...(step?.requestId == null ? {} : { requestId: step.requestId }),
  })
}
