// Owns `broadcast`: one message to many, confirmed with their number and the first message as it will read.
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { makeKey } from '../../messaging/begin.ts'
import {
  type BroadcastPlan,
  findBroadcast,
  planBroadcast,
  resumeBroadcast,
  broadcast as sendBroadcast,
} from '../../messaging/broadcast.ts'
import type { Intent } from '../../messaging/intents.ts'
import { blanksOf } from '../../messaging/merge.ts'
import { requestsOf } from '../../messaging/request.ts'
import type { Delivery } from '../../messaging/send.ts'
import { AUDIENCE_OPTIONS, type Audience, audienceOf } from '../audience-options.ts'
import { broadcastList, broadcastStatusCommand } from '../broadcast-report.ts'
import { type Call, type Command, flag, text } from '../command.ts'
import type { Io } from '../io.ts'
import {
  CONTENT_OPTIONS,
  type Content,
  confirmed,
  contentOf,
  FROM_OPTIONS,
  type From,
  fromOf,
  SENDING_OPTIONS,
  YES,
} from '../message-options.ts'
import { type Messaging, withMessaging } from '../messaging.ts'
import { clip, many, number } from '../table-text.ts'

export const broadcast: Command = {
  about:
    'Sends to a list, to numbers, to contacts, or to the synced contacts that a rule names. Shows how many it reaches, who is left out and ' +
    'the first message as it will read, and asks. Whoever opted out is left out. Run the same command again after a crash: it goes on where ' +
    'it stopped, and nobody is texted twice. `broadcast status <key>` tells what became of it, `broadcast list` shows the latest ones.',
  args: [
    { name: 'action', summary: 'status or list; nothing: send', required: false },
    { name: 'key', summary: 'of the broadcast whose status is asked for', required: false },
  ],
  options: [
    ...AUDIENCE_OPTIONS,
    ...CONTENT_OPTIONS,
    ...FROM_OPTIONS,
    { flags: '--title <title>', summary: 'what the list made for it is called in Heymarket' },
    ...SENDING_OPTIONS,
    YES,
  ],
  examples: [
    {
      line: 'heysync broadcast --list "Premium customers" --text "Hi {{first_name}}, we open at nine tomorrow."',
      what: 'to a list',
    },
    {
      line: `heysync broadcast --where 'contact.custom["Plan"] == "Premium"' --template "Plan renewal"`,
      what: 'to the synced contacts that a rule names',
    },
    {
      line: 'heysync broadcast --phones @numbers.txt --text "We are closed today."',
      what: 'a number per line',
    },
    { line: 'heysync broadcast status monday-news', what: 'who got it, who answered, who opted out' },
  ],
  json: '`key`, `state`: `sent`, `again`, `reached`, `refused[]` (`phone`, `reason`), `lists[]`; with --dry-run `requests[]` too. `status`: `key`, `state`, `createdAt`, `recipients`, `sent`, `failed[]`, `unseen[]`, `refused[]`, `replies[]`, `optOuts[]`, `error`. `list`: `key`, `state`, `createdAt`, `reached`, `text`',
  run: (call, io) => {
    const [action] = call.args
    if (action === 'status') return broadcastStatusCommand(call, io)
    if (action === 'list') return broadcastList(call, io)
    if (action !== undefined) {
      throw new HeysyncError('ERR_USAGE', {
        message: `"${action}" is not an action of broadcast.`,
        hint: 'heysync broadcast status <key>, heysync broadcast list, or --list, --phones, --contacts, --where to send.',
      })
    }
    return withMessaging(call, io, 'broadcast', (messaging) => sendToMany(call, io, messaging))
  },
}

async function sendToMany(call: Call, io: Io, { app, deps }: Messaging): Promise<ExitCode> {
  const from = await fromOf(call, app)
  const content = await contentOf(call, app.client)
  const audience = await audienceOf(call, io, app)
  const wish = {
    message: { inbox_id: from.inbox.id, creator_id: from.sender.id, ...content.body },
    audience: audience.asked,
    title:
      text(call, 'title') ??
      `heysync ${new Date(io.clock.now()).toISOString().slice(0, 16).replace('T', ' ')}`,
    text: content.words,
  }
  const earlier = findBroadcast(deps, wish, text(call, 'key'))
  if (earlier !== null && flag(call, 'dryRun')) return showRest(io, deps, earlier)
  if (earlier !== null) {
    if (earlier.state !== 'done') io.say(`Going on with the broadcast ${earlier.key} …`)
    return told(call, io, deps, await resumeBroadcast(deps, earlier))
  }
  const plan = await planBroadcast(deps, wish, await audience.people(), {
    key: text(call, 'key') ?? makeKey(deps, io.random),
    listSize: from.team.listSize,
  })
  const requests = requestsOf(plan.steps)
  if (flag(call, 'dryRun')) {
    io.say(describe(plan, from, audience, content, io))
    const refused = [...plan.refused].map(([phone, reason]) => ({ phone, reason }))
    io.data(`${JSON.stringify({ dryRun: true, reached: plan.reached, refused, requests }, null, 2)}\n`)
    return 0
  }
  io.say(describe(plan, from, audience, content, io))
  if (!(await confirmed(call, io, `Send it to ${many(plan.reached, 'person', 'people')}?`))) return 0
  return told(call, io, deps, await sendBroadcast(deps, plan))
}

/** What going on with an earlier one would still send; nothing is sent here. */
function showRest(io: Io, { intents }: Messaging['deps'], intent: Intent): ExitCode {
  const left = intents.steps(intent).filter((step) => step.state !== 'done')
  const { key, state } = intent
  io.data(`${JSON.stringify({ dryRun: true, key, state, requests: requestsOf(left) }, null, 2)}\n`)
  return 0
}

/** What a person reads before they say yes. */
function describe(
  plan: BroadcastPlan,
  { inbox, sender }: From,
  audience: Audience,
  { words }: Content,
  io: Io,
): string {
  const { color } = io
  const lines = [
    `${color.bold(`${many(plan.reached, 'person', 'people')}`)} ${audience.words}, from ${inbox.name} by ${sender.name}`,
  ]
  const why = new Map<string, number>()
  for (const reason of plan.refused.values()) {
    const short = reason.replace(/ on \d{4}.*$/, '')
    why.set(short, (why.get(short) ?? 0) + 1)
  }
  for (const [reason, n] of why) lines.push(`  ${color.yellow('left out')}  ${number(n)} ${reason}`)
  if (words !== null) {
    const blanks = new Map<string, number>()
    for (const person of plan.people)
      for (const token of blanksOf(words, person)) blanks.set(token, (blanks.get(token) ?? 0) + 1)
    for (const [token, n] of blanks)
      lines.push(
        `  ${color.yellow('blank')}     {{${token}}} for ${number(n)} of them, as far as heysync knows`,
      )
  }
  const first = plan.first.text
  lines.push(
    first === null
      ? `  ${color.dim('the words are those of the template or file in Heymarket')}`
      : `  ${color.dim('first')}     ${plan.first.phone}: ${color.cyan(clip(first, Math.max(40, io.columns - 30)))}`,
  )
  return lines.join('\n')
}

function told(call: Call, io: Io, { intents }: Messaging['deps'], { intent, earlier }: Delivery): ExitCode {
  const recipients = intents.recipients(intent)
  const refused = recipients.flatMap(({ phone, refused: reason }) =>
    reason === null ? [] : [{ phone, reason }],
  )
  const reached = recipients.length - refused.length
  const lists = intents.steps(intent).flatMap((step) => (step.kind === 'list' ? [step.resultId] : []))
  if (flag(call, 'json')) {
    const shown = { key: intent.key, state: 'sent', again: earlier === 'done', reached, refused, lists }
    io.data(`${JSON.stringify(shown, null, 2)}\n`)
    return 0
  }
  const people = many(reached, 'person', 'people')
  if (earlier === 'done') {
    io.data(`${io.color.yellow('●')} Sent already to ${people}. Nothing was sent now.\n`)
    io.say(io.color.dim('  Once more on purpose? Give it a --key of its own.'))
  } else {
    io.data(`${io.color.green('✓')} Sent to ${people}.\n`)
  }
  io.say(`${io.color.cyan(`heysync broadcast status ${intent.key}`)}  who got it, who answered`)
  return 0
}
