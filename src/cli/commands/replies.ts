// Owns `replies`: what people texted in.
import { asHeysyncError, type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { phoneOf } from '../../messaging/phones.ts'
import { INBOX, pick } from '../../messaging/pick.ts'
import { type Reply, repliesSince } from '../../messaging/replies.ts'
import { readSince } from '../../messaging/since.ts'
import { type Command, flag, text } from '../command.ts'
import type { Io } from '../io.ts'
import { timeZoneOf, withMessaging } from '../messaging.ts'
import { columns, many } from '../table-text.ts'

export const replies: Command = {
  about:
    'Reads the messages that came in, newest first. Whoever texted STOP is kept as opted out from then on, whatever the sources say.',
  options: [
    { flags: '--since <time>', summary: 'e.g. "2 hours ago", yesterday, 2026-11-20 (default: 24h)' },
    { flags: '--from <phone>', summary: 'only from this person' },
    { flags: '--inbox <name or id>', summary: 'only in this inbox' },
    { flags: '--limit <n>', summary: 'at most so many (default: 200)' },
  ],
  examples: [
    { line: 'heysync replies', what: 'of the last 24 hours' },
    { line: 'heysync replies --since "monday 8:00" --inbox Billing', what: 'since a time, in one inbox' },
  ],
  json: 'a list of `id`, `phone`, `text`, `media[]`, `at`, `inboxId`, `conversationId`, `optOut`',
  run: (call, io) =>
    withMessaging(call, io, 'replies', async ({ app, deps }) => {
      const { defaultCountry } = app.loaded.config
      const since = readSince(text(call, 'since') ?? '24h', io.clock.now(), timeZoneOf({ app }))
      const from = text(call, 'from')
      const phone = from === undefined ? null : phoneOf(from, defaultCountry)
      const named = text(call, 'inbox')
      const inbox = named === undefined ? null : pick(INBOX, named, await app.client.inboxes.list())
      const limit = limitOf(text(call, 'limit'))
      const found: Reply[] = []
      let failure: unknown = null
      try {
        for await (const reply of repliesSince(deps, new Date(since).toISOString())) {
          if (phone !== null && reply.phone !== phone) continue
          if (inbox !== null && reply.inboxId !== null && reply.inboxId !== inbox.id) continue
          if (found.push(reply) >= limit) break
        }
      } catch (error) {
        // A script gets all of them or an error, never a part that looks like all.
        if (found.length === 0 || flag(call, 'json')) throw error
        failure = error
      }
      if (flag(call, 'json')) io.data(`${JSON.stringify(found, null, 2)}\n`)
      else print(found, since, limit, io)
      if (failure !== null) throw notAll(failure)
      return 0 as ExitCode
    }),
}

/** What was found is shown, and that it may not be all is said. */
function notAll(cause: unknown): HeysyncError {
  const error = asHeysyncError(cause)
  return new HeysyncError(error.code, {
    message: `These may not be all: ${error.message}`,
    hint: 'One person at a time can be read whole: heysync api messages.history --query phoneNumber=14155552671 --query inboxID=71',
    cause,
  })
}

function limitOf(typed: string | undefined): number {
  const limit = Number(typed ?? 200)
  if (Number.isInteger(limit) && limit > 0) return limit
  throw new HeysyncError('ERR_USAGE', { message: `--limit "${typed}" is not a number.`, hint: '--limit 50' })
}

function print(found: readonly Reply[], since: number, limit: number, io: Io): void {
  const { color } = io
  const start = new Date(since).toISOString().slice(0, 16).replace('T', ' ')
  if (found.length === 0) {
    io.data(`Nobody texted in since ${start} UTC.\n`)
    io.say(`${color.cyan('heysync replies --since 7d')}  looks further back`)
    return
  }
  const rows = found.map((reply) => [
    color.dim(reply.at?.slice(0, 16).replace('T', ' ') ?? ''),
    reply.phone,
    reply.optOut ? color.red('opted out') : '',
    said(reply),
  ])
  io.data(`${columns(rows, '', io.columns)}\n`)
  const more = found.length === limit ? ' (there may be more: --limit)' : ''
  io.say(color.dim(`${many(found.length, 'reply', 'replies')} since ${start} UTC${more}`))
}

function said({ text: words, media }: Reply): string {
  return [words, ...media].filter((one) => one !== '').join(' ')
}
