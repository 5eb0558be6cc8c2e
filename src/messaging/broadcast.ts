// Owns broadcasts: the same message to many, through lists made on the spot, each person once.
//
// A list that exists is not sent to as it is: heysync reads who is on it, leaves out who opted out, and sends to a list
// of the rest. So nobody who was added, or who said STOP, in between is reached by accident.
import type { SendMessage } from '../heymarket/messages.ts'
import { HeysyncError } from '../lib/errors.ts'
import type { BareE164 } from '../lib/phone.ts'
import type { Person } from './audience.ts'
import { begin, findAgain } from './begin.ts'
import { carryOut } from './carry-out.ts'
import { refusals } from './consent.ts'
import type { MessagingDeps } from './deps.ts'
import type { Intent, NewRecipient, NewStep } from './intents.ts'
import { fill } from './merge.ts'
import { ON_THE_SPOT } from './request.ts'
import type { Delivery } from './send.ts'

export type BroadcastMessage = Omit<
  SendMessage,
  'local_id' | 'list_id' | 'phone_number' | 'chat_id' | 'targets'
>

export interface BroadcastWish {
  readonly message: BroadcastMessage
  /** How the audience was named, e.g. `list 42`; part of what makes two broadcasts the same. */
  readonly audience: Readonly<Record<string, unknown>>
  /** What the lists are called in Heymarket. */
  readonly title: string
  /** The words that go out, also those of a template; null where only Heymarket knows them. */
  readonly text: string | null
}

/** A broadcast that is ready to be confirmed: whom it reaches, whom not and why, and its requests. */
export interface BroadcastPlan {
  readonly key: string
  /** When it was asked who may be texted, in milliseconds since 1970. */
  readonly askedAt: number
  readonly wish: BroadcastWish
  readonly recipients: readonly NewRecipient[]
  /** Who is reached, and how many. */
  readonly people: readonly Person[]
  readonly reached: number
  /** Not reached: number and reason. */
  readonly refused: ReadonlyMap<BareE164, string>
  readonly steps: readonly NewStep[]
  /** The first message as it will read; null where only Heymarket knows the words. */
  readonly first: { readonly phone: string; readonly text: string | null }
}

/** Numbers in one request that fills a list; how many an account takes is not documented. */
const PER_REQUEST = 500

/** The earlier broadcast that asks for the same, or null. Errors: ERR_KEY_REUSED. */
export function findBroadcast(
  deps: MessagingDeps,
  wish: BroadcastWish,
  key: string | undefined,
): Intent | null {
  return findAgain(deps, 'broadcast', askedOf(wish), key)
}

/**
 * Plans a broadcast: leaves out who must not be texted, and cuts the rest into lists of at most `listSize`.
 * Errors: ERR_NOBODY, and those of the client's reads.
 */
export async function planBroadcast(
  deps: MessagingDeps,
  wish: BroadcastWish,
  people: readonly Person[],
  { key, listSize }: { readonly key: string; readonly listSize: number | null },
): Promise<BroadcastPlan> {
  const unique = new Map(people.map((person) => [person.phone, person]))
  const askedAt = deps.clock.now()
  const refused = await refusals(deps, [...unique.keys()])
  const reached = [...unique.values()].filter(({ phone }) => !refused.has(phone))
  const first = reached[0]
  if (first === undefined) {
    throw new HeysyncError('ERR_NOBODY', {
      message:
        unique.size === 0
          ? 'Nobody matches, so there is nothing to send.'
          : `All ${unique.size} of them opted out or are blocked, so there is nothing to send.`,
      hint: 'See why for one of them: heysync why <phone>',
    })
  }
  const size = listSize === null || listSize < 1 ? reached.length : listSize
  const parts = chunks(reached, size)
  return {
    key,
    askedAt,
    wish,
    recipients: [
      ...parts.flatMap((part, at) => part.map(({ phone }) => ({ phone, part: at + 1, refused: null }))),
      // Of somebody who was erased not even this is kept.
      ...[...refused]
        .filter(([phone]) => !deps.mirror.erased.has(phone))
        .map(([phone, why]) => ({ phone, part: 0, refused: why })),
    ],
    people: reached,
    reached: reached.length,
    refused,
    steps: stepsOf(wish, key, parts),
    first: { phone: first.phone, text: wish.text === null ? null : fill(wish.text, first) },
  }
}

/** All lists first, then all messages: what can go wrong before anybody is texted does. */
function stepsOf(wish: BroadcastWish, key: string, parts: readonly (readonly Person[])[]): NewStep[] {
  const suffix = (part: number) => (parts.length === 1 ? '' : `-${part}`)
  const lists = parts.flatMap((people, at): NewStep[] => {
    const part = at + 1
    const [head = [], ...rest] = chunks(
      people.map(({ phone }) => phone),
      PER_REQUEST,
    )
    const localId = `${key}-list${suffix(part)}`
    const title = parts.length === 1 ? wish.title : `${wish.title} (${part} of ${parts.length})`
    return [
      { kind: 'list', part, localId, request: { title, local_id: localId, phones: head } },
      ...rest.map(
        (phones): NewStep => ({ kind: 'members', part, localId: null, request: { add_phones: phones } }),
      ),
    ]
  })
  const sends = parts.map((_, at): NewStep => {
    const localId = `${key}${suffix(at + 1)}`
    return {
      kind: 'send',
      part: at + 1,
      localId,
      request: { ...wish.message, list_id: ON_THE_SPOT, local_id: localId },
      words: wish.text,
    }
  })
  return [...lists, ...sends]
}

/** Sends what was planned. Errors: those of `carryOut`. */
export async function broadcast(deps: MessagingDeps, plan: BroadcastPlan): Promise<Delivery> {
  const { key, askedAt, wish, steps, recipients } = plan
  const intent = begin(deps, { key, kind: 'broadcast', wish: askedOf(wish), steps, recipients }, askedAt)
  return { intent: await carryOut(deps, intent), earlier: 'none' }
}

/** Goes on with a broadcast that an earlier call began. Errors: those of `carryOut`. */
export async function resumeBroadcast(deps: MessagingDeps, intent: Intent): Promise<Delivery> {
  if (intent.state === 'done') return { intent, earlier: 'done' }
  return { intent: await carryOut(deps, intent), earlier: 'unfinished' }
}

function askedOf({ message, audience }: BroadcastWish): Readonly<Record<string, unknown>> {
  return { message, audience }
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  )
}
