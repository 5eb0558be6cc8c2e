// Owns `send`: one message to a person, a conversation or a group, or a comment that only the team sees.
import type { HeymarketClient } from '../../heymarket/client.ts'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { type BareE164, bareE164 } from '../../lib/phone.ts'
import { makeKey } from '../../messaging/begin.ts'
import type { Step } from '../../messaging/intents.ts'
import { checkTokens, tokensOf } from '../../messaging/merge.ts'
import { phoneOf, phonesOf } from '../../messaging/phones.ts'
import { requestsOf } from '../../messaging/request.ts'
import { type Delivery, planSend, type SendWish, send as sendOnce } from '../../messaging/send.ts'
import { type Call, type Command, flag, text, texts } from '../command.ts'
import type { Io } from '../io.ts'
import {
  CONTENT_OPTIONS,
  CONVERSATION,
  contentOf,
  exactlyOne,
  FROM_OPTIONS,
  fromOf,
  GROUP,
  idOf,
  SENDING_OPTIONS,
  TO,
} from '../message-options.ts'
import { type Messaging, withMessaging } from '../messaging.ts'
import { many } from '../table-text.ts'

export const send: Command = {
  name: 'send',
  summary: 'send a message to a person, a conversation or a group',
  about:
    'Sends one message, once: the same command again within ten minutes, or the same --key at any time, does not send a second one, also ' +
    'when an answer was lost or the first call was killed. Somebody who opted out is refused before anything is sent.',
  options: [
    TO,
    CONVERSATION,
    GROUP,
    ...CONTENT_OPTIONS,
    { flags: '--private', summary: 'a comment inside the conversation that only the team sees' },
    ...FROM_OPTIONS,
    ...SENDING_OPTIONS,
  ],
  examples: [
    { line: 'heysync send --to "+1 415 555 2671" --text "Your glasses are ready."', what: 'to a person' },
    { line: 'heysync send --to 14155552671 --template "Appointment reminder"', what: 'a template' },
    {
      line: 'heysync send --group 14155552671 14155552672 --text "See you both at nine."',
      what: 'a group message',
    },
    {
      line: 'heysync send --conversation 900412 --private --text "Called, no answer." --sender Ana',
      what: 'a comment for the team',
    },
  ],
  json: '`key`, `state`: `sent`, `again`: true when an earlier call had sent it already, `message`: its id, `sentAt`; with --dry-run `requests[]` (`method`, `path`, `body`)',
  run: (call, io) =>
    withMessaging(call, io, 'send', async (messaging) => {
      const { app, deps } = messaging
      const target = await targetOf(call, messaging)
      const { inbox, sender } = await fromOf(call, app)
      const content = await contentOf(call, app.client)
      if (content.words !== null && tokensOf(content.words).length > 0) {
        const fields = await app.client.contactFields.list()
        checkTokens(
          content.words,
          fields.map((one) => one.name),
        )
      }
      const wish: SendWish = {
        message: {
          inbox_id: inbox.id,
          creator_id: sender.id,
          ...target.body,
          ...content.body,
          ...(flag(call, 'private') ? { private: true } : {}),
        },
        phones: target.phones,
      }
      const key = { given: text(call, 'key'), made: makeKey(deps, io.random) }
      if (flag(call, 'dryRun')) {
        const requests = requestsOf(await planSend(deps, wish, key.given ?? key.made))
        io.data(`${JSON.stringify({ dryRun: true, requests }, null, 2)}\n`)
        return 0 as ExitCode
      }
      const delivery = await sendOnce(deps, wish, key)
      const what = `${flag(call, 'private') ? 'Noted' : 'Sent'} ${target.words}, from ${inbox.name} by ${sender.name}`
      tellDelivery(call, io, delivery, deps.intents.steps(delivery.intent).at(-1), what)
      return 0 as ExitCode
    }),
}

interface Target {
  readonly body: {
    readonly phone_number?: string
    readonly chat_id?: number
    readonly targets?: readonly string[]
  }
  readonly phones: readonly BareE164[]
  /** For a sentence: `to 14155552671`. */
  readonly words: string
}

async function targetOf(call: Call, { app }: Messaging): Promise<Target> {
  const country = app.loaded.config.defaultCountry
  switch (exactlyOne(call, ['to', 'conversation', 'group'], 'Whom it is for')) {
    case 'to': {
      const phone = phoneOf(text(call, 'to') ?? '', country)
      return { body: { phone_number: phone }, phones: [phone], words: `to ${phone}` }
    }
    case 'group': {
      const phones = phonesOf(
        texts(call, 'group').flatMap((one) => one.split(',')),
        country,
      )
      return {
        body: { targets: phones },
        phones,
        words: `to ${many(phones.length, 'person', 'people')} together`,
      }
    }
    default: {
      const id = idOf(call, 'conversation') ?? 0
      return {
        body: { chat_id: id },
        phones: await phonesIn(app.client, id),
        words: `into conversation ${id}`,
      }
    }
  }
}

/** Whom a conversation is with. Errors: ERR_USAGE when it is not there. */
export async function phonesIn(client: HeymarketClient, id: number): Promise<BareE164[]> {
  const conversation = await client.conversations.get(id)
  if (conversation === null) {
    throw new HeysyncError('ERR_USAGE', {
      message: `Heymarket has no conversation ${id}.`,
      hint: 'Name the person instead: --to <phone>',
    })
  }
  return conversation.target.split(',').flatMap((one) => bareE164(one.replace(/^[a-z]+:/i, '')) ?? [])
}

function tellDelivery(
  call: Call,
  io: Io,
  { intent, earlier }: Delivery,
  last: Step | undefined,
  what: string,
): void {
  const sentAt = last?.doneAt == null ? null : new Date(last.doneAt).toISOString()
  if (flag(call, 'json')) {
    const shown = {
      key: intent.key,
      state: 'sent',
      again: earlier === 'done',
      message: last?.resultId ?? null,
      sentAt,
    }
    io.data(`${JSON.stringify(shown, null, 2)}\n`)
  } else if (earlier === 'done') {
    io.data(
      `${io.color.yellow('●')} Sent already, at ${sentAt?.slice(0, 19) ?? 'an earlier time'}Z. Nothing was sent now.\n`,
    )
    io.say(io.color.dim('  Once more on purpose? Give it a --key of its own.'))
  } else {
    io.data(`${io.color.green('✓')} ${what}.\n`)
    io.say(io.color.dim(`  key ${intent.key}`))
  }
}
