// Owns what `heysync api` refuses or completes before a write: nobody is opted back in by hand, no message leaves past
// the record of what was sent, and an update carries the whole contact.
import { HeysyncError } from '../lib/errors.ts'
import { type BareE164, bareE164 } from '../lib/phone.ts'
import { refusals } from '../messaging/consent.ts'
import type { MessagingDeps } from '../messaging/deps.ts'
import { displayNameAfter } from '../sync/diff/body.ts'

export interface ApiRequest {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** Endpoints that a command of its own reaches, because only there a message is sent exactly once. */
const OWN_COMMAND: Readonly<Record<string, string>> = {
  'messages.send': 'heysync send, heysync broadcast',
  'schedule.create': 'heysync schedule create',
  'schedule.update': 'heysync schedule update',
  'schedule.remove': 'heysync schedule cancel',
  'email.send': 'heysync email',
}

/** Words of set_status that could bring an opted-out person back. */
const OPENING_WORDS = new Set(['active', 'subscribed', 'unblocked'])

/**
 * The request as it may go out. Errors: ERR_USAGE for what has a command of its own, ERR_OPTED_OUT for what would text,
 * or bring back, somebody who opted out.
 */
export async function guardWrite(
  deps: MessagingDeps,
  name: string,
  request: ApiRequest,
): Promise<ApiRequest> {
  const command = OWN_COMMAND[name]
  if (command !== undefined) {
    throw new HeysyncError('ERR_USAGE', {
      message: `${name} sends or changes messages, which heysync does only where it can see to it that nothing goes out twice.`,
      hint: command,
    })
  }
  const body = asRecord(request.body)
  if (name === 'status.set' && OPENING_WORDS.has(String(body.status))) throw optsIn(`status "${body.status}"`)
  if (holdsFalseOptOut(request.body)) throw optsIn('is_opted_out: false')
  if (name === 'contacts.update') return wholeContact(deps, request, body)
  if (REMOVES.has(name)) await rememberOptOuts(deps, request)
  else await mustStayOut(deps, contactsIn(name, request))
  return request
}

const REMOVES = new Set(['contacts.remove', 'contactsV2.remove', 'contactsV2.bulkRemove'])

/** Whether Heymarket remembers the STOP of a contact that is deleted is not documented; heysync does. */
async function rememberOptOuts(deps: MessagingDeps, { params, body }: ApiRequest): Promise<void> {
  const channels = asRecord(body).contact_channels
  const uuids = [
    params.uuid,
    ...(Array.isArray(channels) ? channels.flatMap((one) => asRecord(one).channel_ids ?? []) : []),
  ]
  const held = params.id === undefined ? null : await deps.client.contacts.get(Number(params.id))
  const phones = held === null ? [] : [bareE164(held.phone) ?? []].flat()
  for (const uuid of uuids) if (typeof uuid === 'string') phones.push(...(await phoneByUuid(deps, uuid)))
  // Asking writes down what Heymarket answers.
  await refusals(deps, phones)
}

function optsIn(what: string): HeysyncError {
  return new HeysyncError('ERR_OPTED_OUT', {
    message: `${what} could opt somebody back in. Nothing was sent.`,
    hint: 'Whoever opted out with STOP comes back by texting START; an opt-out by the team is lifted in Heymarket itself.',
  })
}

function holdsFalseOptOut(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(
    ([key, held]) => (key === 'is_opted_out' && held === false) || holdsFalseOptOut(held),
  )
}

/** What an update leaves out may be cleared, so it carries what Heymarket holds, with the given values over it (I9). */
async function wholeContact(
  deps: MessagingDeps,
  request: ApiRequest,
  body: Readonly<Record<string, unknown>>,
): Promise<ApiRequest> {
  const held = await deps.client.contacts.get(Number(request.params.id))
  if (held === null) return request
  const phones = [held.phone, String(body.phone ?? '')].flatMap((phone) => bareE164(phone) ?? [])
  const out = held.isOptedOut === true || (await refusals(deps, phones)).size > 0
  const whole = {
    phone: held.phone,
    first: held.first,
    last: held.last,
    display_name: displayNameAfter(held, String(body.first ?? held.first), String(body.last ?? held.last)),
    email: held.email,
    ...(held.avatar === '' ? {} : { avatar: held.avatar }),
    custom: held.custom,
    tags: held.tagIds.map((tag_id) => ({ tag_id })),
    ...(held.assigneeId === null ? {} : { assignee_id: held.assigneeId }),
    ...body,
    ...(out ? { is_opted_out: true } : {}),
  }
  return { ...request, body: whole }
}

/** The contacts of a body that may create or overwrite some; one that is named by uuid alone has it as `contact_id`. */
function contactsIn(
  name: string,
  { params, body }: ApiRequest,
): readonly Readonly<Record<string, unknown>>[] {
  switch (name) {
    case 'contacts.create':
    case 'contactsV2.create':
      return [asRecord(body)]
    case 'contactsV2.update':
      return [{ ...asRecord(body), contact_id: params.uuid }]
    case 'contacts.batch':
      return Array.isArray(body) ? body.map(asRecord) : []
    case 'contactsV2.bulk': {
      const { contacts } = asRecord(body)
      return Array.isArray(contacts) ? contacts.map(asRecord) : []
    }
    default:
      return []
  }
}

/** A write that leaves `is_opted_out` out may clear it, so it must be said again for whoever opted out. */
async function mustStayOut(
  deps: MessagingDeps,
  people: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const silent: BareE164[] = []
  for (const one of people.filter(({ is_opted_out }) => is_opted_out !== true)) {
    silent.push(...phonesOf(one))
    if (typeof one.contact_id === 'string') silent.push(...(await phoneByUuid(deps, one.contact_id)))
  }
  for (const [, reason] of await refusals(deps, [...new Set(silent)])) {
    throw new HeysyncError('ERR_OPTED_OUT', {
      message: `Somebody in this request ${reason}, and a write that does not say so could opt them back in. Nothing was sent.`,
      hint: 'Add "is_opted_out": true for them.',
    })
  }
}

async function phoneByUuid({ client }: MessagingDeps, uuid: string): Promise<BareE164[]> {
  const held = await client.contactsV2.get(uuid)
  return held === null ? [] : [bareE164(held.phone) ?? []].flat()
}

function phonesOf(one: Readonly<Record<string, unknown>>): BareE164[] {
  const channels = Array.isArray(one.contact_channels) ? one.contact_channels.map(asRecord) : []
  const typed = [one.phone, ...channels.map((channel) => channel.channel_id)]
  return typed.flatMap((value) => bareE164(String(value ?? '')) ?? [])
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {}
}
