// Owns `schedule`: messages that go out later.
import type { HeymarketClient } from '../../heymarket/client.ts'
import type { ScheduleRequest } from '../../heymarket/schedule.ts'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { type BareE164, bareE164 } from '../../lib/phone.ts'
import { makeKey } from '../../messaging/begin.ts'
import { refusals } from '../../messaging/consent.ts'
import { mustReachGroups } from '../../messaging/defaults.ts'
import { requestsOf } from '../../messaging/request.ts'
import {
  cancel,
  change,
  findScheduled,
  lookAt,
  planSchedule,
  type ScheduledMessage,
  schedule as scheduleOnce,
} from '../../messaging/schedule.ts'
import { readWhen } from '../../messaging/when.ts'
import { type Call, type Command, flag, text } from '../command.ts'
import type { Io } from '../io.ts'
import {
  CONTENT_OPTIONS,
  CONVERSATION,
  confirmed,
  contentOf,
  FROM_OPTIONS,
  GROUP,
  inboxFor,
  ON_LIST,
  SENDING_OPTIONS,
  senderFor,
  TO,
  YES,
} from '../message-options.ts'
import { type Messaging, timeZoneOf, withMessaging } from '../messaging.ts'
import { asScheduleRequest, printScheduled, scheduledTable, unknownOutcome } from '../schedule-report.ts'
import { many } from '../table-text.ts'
import { phonesIn, type Target, targetOf } from '../target.ts'

type Action = (call: Call, io: Io, messaging: Messaging) => Promise<ExitCode>

const ACTIONS: Readonly<Record<string, Action>> = {
  create,
  get: getOne,
  update,
  cancel: cancelOne,
  list,
}

export const schedule: Command = {
  about:
    '`schedule create` has a message sent at a time that is on a quarter-hour and at least 15 minutes ahead; --round-up takes the next one that is. ' +
    'Times are those of messaging.timeZone, or of this machine. `get`, `update` and `cancel` take the key that `create` printed, or the id in Heymarket. ' +
    '`list` shows what heysync scheduled: Heymarket has no list of its own.',
  args: [
    { name: 'action', summary: 'create, get, update, cancel or list', required: true },
    { name: 'key', summary: 'which one: its key, or its id in Heymarket', required: false },
  ],
  options: [
    TO,
    CONVERSATION,
    GROUP,
    ON_LIST,
    { flags: '--at <time>', summary: 'e.g. "tomorrow 9:30", "2026-11-21 14:15", "in 2 hours"' },
    { flags: '--round-up', summary: 'take the next quarter-hour' },
    ...CONTENT_OPTIONS,
    ...FROM_OPTIONS,
    ...SENDING_OPTIONS,
    YES,
  ],
  examples: [
    {
      line: 'heysync schedule create --to 14155552671 --at "tomorrow 9:30" --text "See you at ten."',
      what: 'to a person',
    },
    {
      line: 'heysync schedule create --list "Premium customers" --at "friday 10am" --template "Plan renewal"',
      what: 'to everybody who is on the list then',
    },
    { line: 'heysync schedule list', what: 'what waits, and what became of the rest' },
    { line: 'heysync schedule cancel heysync-01JD0A8Q5T3W6Y9ZB2C4E6G8HK', what: 'take one back' },
  ],
  json: '`key`, `id`, `state`: `waiting`, `due`, `sent`, `cancelled`, `gone`, `unknown`, `failed` or `open`, `executeAt`, `target`, `content`, `note`; `create` adds `again`; `list` a list of these; with --dry-run `requests[]` (`method`, `path`, `body`)',
  run: (call, io) => {
    const [name = '', , extra] = call.args
    const action = ACTIONS[name]
    if (action === undefined || extra !== undefined) {
      throw new HeysyncError('ERR_USAGE', {
        message: `"${extra ?? name}" is not an action of schedule.`,
        hint: `It is one of ${Object.keys(ACTIONS).join(', ')}.`,
      })
    }
    return withMessaging(call, io, `schedule ${name}`, (messaging) => action(call, io, messaging))
  },
}

async function create(call: Call, io: Io, messaging: Messaging): Promise<ExitCode> {
  const { app, deps } = messaging
  const when = whenOf(call, io, messaging)
  const target = await targetOf(call, app, ['to', 'conversation', 'group', 'list'])
  const inbox = await inboxFor(call, app)
  if (target.target.kind === 'group') mustReachGroups(inbox)
  const sender = await senderFor(call, app, inbox)
  const content = await contentOf(call, app.client)
  const request: Omit<ScheduleRequest, 'local_id'> = {
    inbox_id: inbox.id,
    execute_at: when.executeAt,
    content: content.body,
    ...targetBody(target),
    ...(sender === null ? {} : { user_id: sender.id }),
  }
  const wish = { request, words: content.words, phones: target.phones }
  const key = { given: text(call, 'key'), made: makeKey(deps, io.random) }
  if (flag(call, 'dryRun')) {
    const requests = requestsOf(await planSchedule(deps, wish, key.given ?? key.made))
    io.data(`${JSON.stringify({ dryRun: true, requests }, null, 2)}\n`)
    return 0
  }
  io.say(`${target.words}, from ${inbox.name}: ${io.color.bold(when.words)}`)
  if (target.target.kind === 'list' && !(await confirmedForList(call, io, messaging, target.target.id)))
    return 0
  const { intent, earlier } = await scheduleOnce(deps, wish, key)
  if (intent.state === 'unknown') throw unknownOutcome(deps.intents.steps(intent)[0], intent.key)
  const shown = await lookAt(deps, intent)
  if (flag(call, 'json')) io.data(`${JSON.stringify({ ...shown, again: earlier === 'done' }, null, 2)}\n`)
  else {
    const done =
      earlier === 'done' ? `${io.color.yellow('●')} Scheduled already` : `${io.color.green('✓')} Scheduled`
    io.data(`${done} for ${when.words}.\n`)
    io.say(`${io.color.cyan(`heysync schedule cancel ${intent.key}`)}  takes it back`)
  }
  return 0
}

/** A list is looked at now, and sent to as it is then: heysync cannot leave anybody out. */
async function confirmedForList(call: Call, io: Io, { app, deps }: Messaging, id: number): Promise<boolean> {
  const shown = await app.client.lists.get(id)
  if (shown === null) {
    io.say(
      `${io.color.yellow('!')} Heymarket does not show who is on it. Whoever texted STOP is left out by Heymarket itself.`,
    )
    return confirmed(call, io, 'Schedule it for everybody on the list?')
  }
  const phones = [...shown.members.keys()].flatMap((phone) => bareE164(phone) ?? [])
  const refused = await refusals(deps, phones)
  if (refused.size > 0) {
    io.say(
      `${io.color.yellow('!')} ${many(refused.size, 'person', 'people')} on it opted out. Heymarket leaves out who texted STOP; ` +
        'for a list of the others use `heysync broadcast`.',
    )
  }
  return confirmed(
    call,
    io,
    `Schedule it for the ${many(phones.length, 'person', 'people')} who are on the list now?`,
  )
}

function targetBody({
  target,
}: Target): Pick<ScheduleRequest, 'phone_number' | 'targets' | 'conversation_id' | 'list_id'> {
  switch (target.kind) {
    case 'to':
      return { phone_number: target.phone }
    case 'group':
      return { targets: target.phones }
    case 'conversation':
      return { conversation_id: target.id }
    case 'list':
      return { list_id: target.id }
  }
}

function whenOf(call: Call, io: Io, messaging: Messaging) {
  const at = text(call, 'at')
  if (at === undefined) {
    throw new HeysyncError('ERR_USAGE', {
      message: 'When it goes out is missing.',
      hint: '--at "tomorrow 9:30"',
    })
  }
  return readWhen(at, { now: io.clock.now(), zone: timeZoneOf(messaging), roundUp: flag(call, 'roundUp') })
}

async function getOne(call: Call, io: Io, messaging: Messaging): Promise<ExitCode> {
  const { deps } = messaging
  const known = deps.intents.find(whichOne(call))
  if (known?.kind === 'schedule') {
    printScheduled(call, io, await lookAt(deps, known), timeZoneOf(messaging))
    return 0
  }
  const ref = await findScheduled(deps, whichOne(call))
  const shown = ref.kind === 'ours' ? await lookAt(deps, ref.intent) : asForeign(ref.shown)
  printScheduled(call, io, shown, timeZoneOf(messaging))
  return 0
}

function asForeign(
  shown: Extract<Awaited<ReturnType<typeof findScheduled>>, { kind: 'foreign' }>['shown'],
): ScheduledMessage {
  const { id, executeAt, text: words } = shown
  const content = words === '' ? {} : { text: words }
  return { key: null, id, state: 'waiting', executeAt, target: {}, content, note: 'Made outside of heysync.' }
}

async function update(call: Call, io: Io, messaging: Messaging): Promise<ExitCode> {
  const { app, deps } = messaging
  const ref = await findScheduled(deps, whichOne(call))
  const before = asScheduleRequest(ref)
  const named = ['to', 'conversation', 'group', 'list'].some((name) => call.options[name] !== undefined)
  const target = named ? await targetOf(call, app, ['to', 'conversation', 'group', 'list']) : null
  const speaks = ['text', 'template', 'media'].some((name) => call.options[name] !== undefined)
  const { phone_number, targets, conversation_id, list_id, ...rest } = before
  const kept = { phone_number, targets, conversation_id, list_id }
  const request: ScheduleRequest = {
    ...rest,
    ...(target === null ? withoutUndefined(kept) : targetBody(target)),
    ...(call.options.inbox === undefined ? {} : { inbox_id: (await inboxFor(call, app)).id }),
    ...(call.options.at === undefined ? {} : { execute_at: whenOf(call, io, messaging).executeAt }),
    ...(speaks ? { content: (await contentOf(call, app.client)).body } : {}),
  }
  const phones = target === null ? await phonesReached(app.client, request) : target.phones
  if (flag(call, 'dryRun')) {
    const shown = { method: 'PUT', path: `/v1/schedule/${ref.id}`, body: request }
    io.data(`${JSON.stringify({ dryRun: true, requests: [shown] }, null, 2)}\n`)
    return 0
  }
  const { list_id: listId } = request
  if (listId !== undefined && !(await confirmedForList(call, io, messaging, listId))) return 0
  await change(deps, ref, { request, phones })
  const shown =
    ref.kind === 'ours'
      ? await lookAt(deps, ref.intent)
      : { ...asForeign(ref.shown), executeAt: request.execute_at, content: request.content }
  printScheduled(call, io, shown, timeZoneOf(messaging))
  return 0
}

async function phonesReached(
  client: HeymarketClient,
  request: ScheduleRequest,
): Promise<readonly BareE164[]> {
  const { phone_number, targets = [], conversation_id } = request
  if (conversation_id !== undefined) return phonesIn(client, conversation_id)
  return [phone_number ?? '', ...targets].flatMap((phone) => bareE164(phone) ?? [])
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

async function cancelOne(call: Call, io: Io, { deps }: Messaging): Promise<ExitCode> {
  const ref = await findScheduled(deps, whichOne(call))
  if (flag(call, 'dryRun')) {
    const requests = [{ method: 'DELETE', path: `/v1/schedule/${ref.id}`, body: null }]
    io.data(`${JSON.stringify({ dryRun: true, requests }, null, 2)}\n`)
    return 0
  }
  await cancel(deps, ref)
  const key = ref.kind === 'ours' ? ref.intent.key : null
  if (flag(call, 'json')) io.data(`${JSON.stringify({ key, id: ref.id, state: 'cancelled' }, null, 2)}\n`)
  else io.data(`${io.color.green('✓')} Cancelled. It does not go out.\n`)
  return 0
}

/** Scheduled messages that `list` shows. */
const LATEST = 100

async function list(call: Call, io: Io, messaging: Messaging): Promise<ExitCode> {
  const { deps } = messaging
  const all: ScheduledMessage[] = []
  for (const intent of deps.intents.list('schedule', LATEST)) all.push(await lookAt(deps, intent))
  if (flag(call, 'json')) io.data(`${JSON.stringify(all, null, 2)}\n`)
  else scheduledTable(io, all, timeZoneOf(messaging))
  return 0
}

function whichOne(call: Call): string {
  const key = call.args[1]
  if (key !== undefined) return key
  throw new HeysyncError('ERR_USAGE', {
    message: 'Which one is missing: its key, or its id in Heymarket.',
    hint: 'heysync schedule list',
  })
}
