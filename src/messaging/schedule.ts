// Owns scheduled messages: made once, looked at, changed and taken back.
//
// Heymarket has no list of scheduled messages, and what `local_id` does for them is not documented. So one whose answer
// was lost is never asked for again: it stays unknown until its time has come and the history tells.
import type { Scheduled, ScheduleRequest } from '../heymarket/schedule.ts'
import { HeysyncError } from '../lib/errors.ts'
import type { BareE164 } from '../lib/phone.ts'
import { begin, findAgain, hashOf } from './begin.ts'
import { carryOut } from './carry-out.ts'
import { mustBeAllowed } from './consent.ts'
import type { MessagingDeps } from './deps.ts'
import { type Found, findSent } from './history.ts'
import type { Intent, NewStep, Step } from './intents.ts'
import { requestsOf } from './request.ts'
import type { Delivery } from './send.ts'

export interface ScheduleWish {
  /** Heymarket: schedule, without local_id. */
  readonly request: Omit<ScheduleRequest, 'local_id'>
  /** The words that go out, also those of a template; null where only Heymarket knows them. */
  readonly words: string | null
  /** Whom it reaches, as far as that is known: they must not have opted out. */
  readonly phones: readonly BareE164[]
}

/** Errors: ERR_OPTED_OUT, ERR_REQUEST, and those of the client's reads. */
export async function planSchedule(deps: MessagingDeps, wish: ScheduleWish, key: string): Promise<NewStep[]> {
  const steps: NewStep[] = [
    {
      kind: 'schedule',
      part: 1,
      localId: key,
      request: { ...wish.request, local_id: key },
      words: wish.words,
    },
  ]
  requestsOf(steps)
  await mustBeAllowed(deps, wish.phones)
  return steps
}

/** Schedules a message once. The intent is `done` afterwards, or `unknown`. Errors: as `send`. */
export async function schedule(
  deps: MessagingDeps,
  wish: ScheduleWish,
  key: { readonly given: string | undefined; readonly made: string },
): Promise<Delivery> {
  const asked = { request: wish.request }
  // The same message for the same instant is the same one for as long as it waits.
  const waits = () => Date.parse(wish.request.execute_at) > deps.clock.now()
  const known = findAgain(deps, 'schedule', asked, key.given, waits)
  if (known?.state === 'done') return { intent: known, earlier: 'done' }
  const name = known?.key ?? key.given ?? key.made
  const steps = await planSchedule(deps, wish, name)
  const intent = known ?? begin(deps, { key: name, kind: 'schedule', wish: asked, steps })
  return { intent: await carryOut(deps, intent), earlier: known === null ? 'none' : 'unfinished' }
}

/** `waiting`: Heymarket holds it. `gone`: Heymarket does not hold it any more although its time has not come. */
export type ScheduleState = 'waiting' | 'due' | 'sent' | 'cancelled' | 'gone' | 'unknown' | 'failed' | 'open'

export interface ScheduledMessage {
  /** Null for one that heysync did not make. */
  readonly key: string | null
  /** Null where it is not known. */
  readonly id: number | null
  readonly state: ScheduleState
  /** RFC 3339. */
  readonly executeAt: string | null
  /** As the API names it: phone_number, targets, conversation_id or list_id. */
  readonly target: Readonly<Record<string, unknown>>
  readonly content: Readonly<Record<string, unknown>>
  /** Why it is as it is, where that needs words. */
  readonly note: string | null
}

/** How long after its time a message should be in the history, in milliseconds. */
const SHOWN_AFTER_MS = 10 * 60_000

/** One that heysync made, as it stands now. Errors: those of the client's reads. */
export async function lookAt(deps: MessagingDeps, intent: Intent): Promise<ScheduledMessage> {
  const step = onlyStep(deps, intent)
  const request = step.request as unknown as ScheduleRequest
  const at = Date.parse(request.execute_at)
  const base = describe(intent, step, request)
  if (intent.state === 'cancelled') return { ...base, state: 'cancelled', note: null }
  if (intent.state === 'done' && step.resultId !== null) {
    if (at <= deps.clock.now()) return { ...base, state: 'due', note: null }
    const shown = await deps.client.schedule.get(step.resultId)
    // Not held any more before its time by our clock: sent by Heymarket's, or taken back there.
    if (shown === null && (await wasSent(deps, intent, step)) !== null)
      return { ...base, state: 'sent', note: null }
    if (shown === null) return { ...base, state: 'gone', note: 'Heymarket does not hold it any more.' }
    return { ...base, state: 'waiting', executeAt: shown.executeAt ?? base.executeAt, note: null }
  }
  if (intent.state === 'done') return { ...base, state: 'sent', note: null }
  if (intent.state !== 'unknown') return { ...base, state: intent.state, note: step.error }
  return lookAtUnknown(deps, intent, step, base, at)
}

async function lookAtUnknown(
  deps: MessagingDeps,
  intent: Intent,
  step: Step,
  base: ScheduledMessage,
  at: number,
): Promise<ScheduledMessage> {
  if (deps.clock.now() < at) return { ...base, state: 'unknown', note: step.error }
  const found = await wasSent(deps, intent, step)
  if (found !== null) {
    deps.intents.done(step, { id: null, answer: found.answer }, deps.clock.now())
    return { ...base, state: 'sent', note: null }
  }
  const late = deps.clock.now() - at > SHOWN_AFTER_MS
  return {
    ...base,
    state: 'unknown',
    note: late
      ? 'Its time has come and the history does not show it, so it was most likely not taken.'
      : step.error,
  }
}

/** The message in the history, as a message that is sent at once would be found there. */
function wasSent(deps: MessagingDeps, intent: Intent, step: Step): Promise<Found | null> {
  const { content, conversation_id, ...target } = step.request as unknown as ScheduleRequest
  const chat = conversation_id === undefined ? {} : { chat_id: conversation_id }
  return findSent(deps, intent, { ...step, kind: 'send', request: { ...target, ...content, ...chat } })
}

function describe(intent: Intent, step: Step, request: ScheduleRequest): ScheduledMessage {
  const { phone_number, targets, conversation_id, list_id } = request
  const target = Object.fromEntries(
    Object.entries({ phone_number, targets, conversation_id, list_id }).filter(
      ([, value]) => value !== undefined,
    ),
  )
  return {
    key: intent.key,
    id: step.resultId,
    state: 'open',
    executeAt: request.execute_at,
    target,
    content: request.content,
    note: null,
  }
}

function onlyStep({ intents }: MessagingDeps, intent: Intent): Step {
  const [step] = intents.steps(intent)
  if (step === undefined) throw new HeysyncError('ERR_INTERNAL', { message: `${intent.key} has no step.` })
  return step
}

/** One to look at, change or take back: by our key or by Heymarket's id. */
export type ScheduleRef =
  | { readonly kind: 'ours'; readonly intent: Intent; readonly id: number; readonly request: ScheduleRequest }
  | { readonly kind: 'foreign'; readonly id: number; readonly shown: Scheduled }

/** Errors: ERR_USAGE when there is none, or when it is not known under which id Heymarket holds it. */
export async function findScheduled(deps: MessagingDeps, keyOrId: string): Promise<ScheduleRef> {
  const byKey = deps.intents.find(keyOrId)
  const intent = byKey?.kind === 'schedule' ? byKey : ofId(deps, keyOrId)
  if (intent !== null) {
    const step = onlyStep(deps, intent)
    if (step.resultId !== null)
      return { kind: 'ours', intent, id: step.resultId, request: step.request as unknown as ScheduleRequest }
    throw new HeysyncError('ERR_OUTCOME_UNKNOWN', {
      message: `No answer came when ${intent.key} was scheduled, so Heymarket's id of it is not known.`,
      hint: 'Look for it in Heymarket under Scheduled, and change or cancel it there.',
    })
  }
  const shown = /^[1-9]\d{0,15}$/.test(keyOrId) ? await deps.client.schedule.get(Number(keyOrId)) : null
  if (shown !== null) return { kind: 'foreign', id: shown.id, shown }
  throw new HeysyncError('ERR_USAGE', {
    message: `There is no scheduled message "${keyOrId}".`,
    hint: 'heysync schedule list shows those that heysync made.',
  })
}

function ofId(deps: MessagingDeps, text: string): Intent | null {
  const all = /^\d+$/.test(text) ? deps.intents.list('schedule', 1_000) : []
  return all.find((intent) => onlyStep(deps, intent).resultId === Number(text)) ?? null
}

/**
 * Changes one, whole. May be repeated after a lost answer. Errors: ERR_REQUEST, ERR_OPTED_OUT, and those of the client.
 */
export async function change(
  deps: MessagingDeps,
  ref: ScheduleRef,
  wish: { readonly request: ScheduleRequest; readonly phones: readonly BareE164[] },
): Promise<void> {
  await mustBeAllowed(deps, wish.phones)
  await deps.client.schedule.update(ref.id, wish.request)
  if (ref.kind === 'ours') {
    const { local_id: _, ...request } = wish.request
    const asked = { request }
    deps.intents.rewrite(onlyStep(deps, ref.intent), wish.request as unknown as Step['request'], {
      wish: asked,
      hash: hashOf('schedule', asked),
    })
  }
}

/** Takes one back. May be repeated: one that is not there any more counts as taken back before its time. Errors: those of the client. */
export async function cancel(deps: MessagingDeps, ref: ScheduleRef): Promise<void> {
  try {
    await deps.client.schedule.remove(ref.id)
  } catch (error) {
    if ((await deps.client.schedule.get(ref.id)) !== null) throw error
    if (!(error instanceof HeysyncError) || (error.status !== 404 && error.status !== 400)) throw error
    const at =
      ref.kind === 'ours' ? Date.parse(ref.request.execute_at) : Date.parse(ref.shown.executeAt ?? '')
    if (at <= deps.clock.now()) {
      throw new HeysyncError('ERR_USAGE', {
        message: 'It is too late: its time has come, so it went out.',
        hint: 'heysync schedule list',
        cause: error,
      })
    }
  }
  if (ref.kind === 'ours') deps.intents.cancel(ref.intent, deps.clock.now())
}
