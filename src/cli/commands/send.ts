// Owns `send`: one message to a person, a conversation or a group, or a comment that only the team sees.
import type { SendMessage } from '../../heymarket/messages.ts'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { makeKey } from '../../messaging/begin.ts'
import { mustReachGroups } from '../../messaging/defaults.ts'
import { requestsOf } from '../../messaging/request.ts'
import { planSend, type SendWish, send as sendOnce } from '../../messaging/send.ts'
import { type Command, flag, text } from '../command.ts'
import {
  CONTENT_OPTIONS,
  CONVERSATION,
  contentOf,
  FROM_OPTIONS,
  fromOf,
  GROUP,
  SENDING_OPTIONS,
  TO,
} from '../message-options.ts'
import { withMessaging } from '../messaging.ts'
import { type Target, targetOf } from '../target.ts'
import { tellDelivery } from '../tell-delivery.ts'

export const send: Command = {
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
    withMessaging(call, io, 'send', async ({ app, deps }) => {
      const target = await targetOf(call, app, ['to', 'conversation', 'group'])
      const { inbox, sender } = await fromOf(call, app)
      if (target.target.kind === 'group') mustReachGroups(inbox)
      const content = await contentOf(call, app.client)
      const wish: SendWish = {
        message: {
          inbox_id: inbox.id,
          creator_id: sender.id,
          ...targetBody(target),
          ...content.body,
          ...(flag(call, 'private') ? { private: true } : {}),
        },
        words: content.words,
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

/** How messages/send names a target. */
function targetBody({ target }: Target): Pick<SendMessage, 'phone_number' | 'chat_id' | 'targets'> {
  switch (target.kind) {
    case 'to':
      return { phone_number: target.phone }
    case 'group':
      return { targets: target.phones }
    case 'conversation':
      return { chat_id: target.id }
    case 'list':
      throw new HeysyncError('ERR_USAGE', {
        message: 'A list is for `broadcast`.',
        hint: 'heysync broadcast --list',
      })
  }
}
