// Owns `email`: an e-mail from an inbox, sent once.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { makeKey } from '../../messaging/begin.ts'
import { type EmailWish, htmlOf, planEmail, sendEmail } from '../../messaging/email.ts'
import { requestsOf } from '../../messaging/request.ts'
import { type Call, type Command, flag, text, texts } from '../command.ts'
import { CONVERSATION, exactlyOne, FROM_OPTIONS, fromOf, idOf, SENDING_OPTIONS } from '../message-options.ts'
import { withMessaging } from '../messaging.ts'
import { unknownOutcome } from '../schedule-report.ts'
import { tellDelivery } from '../tell-delivery.ts'

export const email: Command = {
  about:
    'Sends one e-mail, once, to addresses or into a conversation. --text is plain words, --html is markup, --file reads either from a file (.html is markup). ' +
    'Where no answer came and the history does not show it, it stays unknown and is not sent again.',
  options: [
    { flags: '--to <addresses...>', summary: 'e-mail addresses' },
    { flags: '--cc <addresses...>', summary: 'who gets a copy' },
    CONVERSATION,
    { flags: '--subject <subject>', summary: 'subject line' },
    { flags: '--text <text>', summary: 'plain words' },
    { flags: '--html <html>', summary: 'markup' },
    { flags: '--file <file>', summary: 'reads it from a file' },
    ...FROM_OPTIONS,
    ...SENDING_OPTIONS,
  ],
  examples: [
    {
      line: 'heysync email --to ana@example.com --subject "Your visit" --text "See you on Monday."',
      what: 'to one address',
    },
    {
      line: 'heysync email --to ana@example.com --cc ben@example.com --subject News --file news.html',
      what: 'a file',
    },
  ],
  json: '`key`, `state`: `sent`, `again`, `message`, `sentAt`; with --dry-run `requests[]` (`method`, `path`, `body`)',
  run: (call, io) =>
    withMessaging(call, io, 'email', async ({ app, deps }) => {
      const { inbox, sender } = await fromOf(call, app)
      const wish: EmailWish = {
        creator_id: sender.id,
        inbox: inbox.id,
        ...contentOf(call, io.cwd),
        ...targetOf(call),
        ...(text(call, 'subject') === undefined ? {} : { conv_title: text(call, 'subject') ?? '' }),
      }
      const key = { given: text(call, 'key'), made: makeKey(deps, io.random) }
      if (flag(call, 'dryRun')) {
        const requests = requestsOf(planEmail(wish, key.given ?? key.made))
        io.data(`${JSON.stringify({ dryRun: true, requests }, null, 2)}\n`)
        return 0 as ExitCode
      }
      const delivery = await sendEmail(deps, wish, key)
      const last = deps.intents.steps(delivery.intent).at(-1)
      if (delivery.intent.state === 'unknown') throw unknownOutcome(last, delivery.intent.key)
      tellDelivery(call, io, delivery, last, `E-mail sent, from ${inbox.name} by ${sender.name}`)
      return 0 as ExitCode
    }),
}

function targetOf(call: Call): Pick<EmailWish, 'targets' | 'convo_id'> {
  const family = exactlyOne(call, ['to', 'conversation'], 'Whom it is for')
  if (family === 'conversation') return { convo_id: idOf(call, 'conversation') ?? 0 }
  const addresses = (name: 'to' | 'cc') =>
    texts(call, name).flatMap((one) => one.split(',').map((address) => `${name}:${address.trim()}`))
  return { targets: [...addresses('to'), ...addresses('cc')] }
}

function contentOf(call: Call, cwd: string): Pick<EmailWish, 'text' | 'raw_text'> {
  const kind = exactlyOne(call, ['text', 'html', 'file'], 'What it says')
  const given = text(call, kind) ?? ''
  const words = kind === 'file' ? readText(resolve(cwd, given)) : given
  if (words.trim() === '')
    throw new HeysyncError('ERR_USAGE', { message: `--${kind} is blank.`, hint: 'An e-mail needs words.' })
  const isMarkup = kind === 'html' || (kind === 'file' && /\.html?$/i.test(given))
  return isMarkup ? { text: words } : { text: htmlOf(words), raw_text: words }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new HeysyncError('ERR_USAGE', {
      message: `The file of --file cannot be read: ${path}`,
      hint: 'Name a text or HTML file.',
      cause,
    })
  }
}
