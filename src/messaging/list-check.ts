// Owns the last look before a broadcast: nobody on its list has opted out since it was made, and it holds those it was
// made for and nobody else.
import { HeysyncError } from '../lib/errors.ts'
import { bareE164 } from '../lib/phone.ts'
import { refusals } from './consent.ts'
import type { MessagingDeps } from './deps.ts'
import type { Intent, Step } from './intents.ts'
import { listIdOf, ON_THE_SPOT } from './request.ts'

/** Opt-outs are looked at anew when a broadcast goes on after this time, in milliseconds. */
const FRESH_MS = 60_000

/** Takes those off the list who opted out since it was planned. Errors: those of the client. */
async function dropOptedOut(deps: MessagingDeps, intent: Intent, step: Step, listId: number): Promise<void> {
  if (deps.clock.now() - intent.createdAt < FRESH_MS) return
  const phones = wantedOf(deps, intent, step).flatMap((phone) => bareE164(phone) ?? [])
  const refused = await refusals(deps, phones)
  if (refused.size === 0) return
  await deps.client.lists.update(listId, { remove_phones: [...refused.keys()] })
  for (const [phone, why] of refused) deps.intents.leaveOut(intent, [phone], why)
  deps.tell(`${refused.size} opted out since this was planned and were taken off.`)
}

function wantedOf(deps: MessagingDeps, intent: Intent, step: Step): string[] {
  return deps.intents
    .recipients(intent)
    .filter((one) => one.part === step.part && one.refused === null)
    .map((one) => one.phone)
}

/**
 * `nobody`: everybody on it opted out since, so there is nothing to send. Else compares the list with the recipients of its part. Whom Heymarket left out is said; nobody is sent to in their place.
 * An account that does not show lists cannot be checked.
 * Errors: ERR_LIST_DIFFERS when the list holds somebody who was not asked for, or nobody at all.
 */
export async function checkList(
  deps: MessagingDeps,
  intent: Intent,
  step: Step,
): Promise<'nobody' | 'somebody'> {
  if (step.request.list_id !== ON_THE_SPOT) return 'somebody'
  const id = listIdOf(deps, intent, step)
  await dropOptedOut(deps, intent, step, id)
  const wanted = new Set(wantedOf(deps, intent, step))
  if (wanted.size === 0) return 'nobody'
  const list = await deps.client.lists.get(id)
  if (list === null) return 'somebody'
  const strangers = [...list.members.keys()].filter((phone) => !wanted.has(phone)).length
  const missing = [...wanted].filter((phone) => !list.members.has(phone))
  if (strangers > 0 || missing.length === wanted.size) {
    throw new HeysyncError('ERR_LIST_DIFFERS', {
      message:
        strangers > 0
          ? `List ${id} holds ${strangers} who were not asked for, so nothing was sent to it.`
          : `List ${id} is empty, so nothing was sent to it.`,
      hint: 'Look at the list in Heymarket. Run the same command again when it is right.',
    })
  }
  if (missing.length > 0) {
    deps.intents.leaveOut(intent, missing, 'Heymarket did not take the number onto the list')
    deps.tell(
      `Heymarket left ${missing.length} of ${wanted.size} off the list; \`broadcast status\` names them.`,
    )
  }
  return 'somebody'
}
