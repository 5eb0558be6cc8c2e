// Owns the question whom a message may reach: the strictest answer of heysync's own ledger and of Heymarket counts (I3).
import { HeysyncError } from '../lib/errors.ts'
import { type BareE164, bareE164, maskPhone } from '../lib/phone.ts'
import type { MessagingDeps } from './deps.ts'

/** Up to this many people are asked for one by one, which is the surest answer; more are asked for in bulk. */
const ONE_BY_ONE = 5
/** Numbers per bulk question; how many an account takes is not documented. */
const PER_QUESTION = 100

/** Why each of these numbers must not be texted; numbers that may be are left out. */
export async function refusals(
  deps: MessagingDeps,
  phones: readonly BareE164[],
): Promise<ReadonlyMap<BareE164, string>> {
  const refused = new Map<BareE164, string>()
  for (const phone of phones) {
    const reason = fromLedger(deps, phone)
    if (reason !== null) refused.set(phone, reason)
  }
  const open = phones.filter((phone) => !refused.has(phone))
  const found = open.length <= ONE_BY_ONE ? await askEach(deps, open) : await askInBulk(deps, open)
  for (const [phone, reason] of found) {
    // What Heymarket shows is kept, so that it counts from now on wherever else it is asked.
    if (reason === OPTED_OUT)
      deps.mirror.consent.optOut(phone, 'heymarket', 'seen before a message', deps.clock.now())
    refused.set(phone, reason)
  }
  return refused
}

/** Errors: ERR_OPTED_OUT for the first of them who must not be texted. */
export async function mustBeAllowed(deps: MessagingDeps, phones: readonly BareE164[]): Promise<void> {
  for (const [phone, reason] of await refusals(deps, phones)) {
    throw new HeysyncError('ERR_OPTED_OUT', {
      message: `${maskPhone(phone)} ${reason}. Nothing was sent.`,
      hint: 'See where that comes from: heysync why <phone>. Whoever opted out with STOP can come back by texting START.',
    })
  }
}

const OPTED_OUT = 'opted out in Heymarket'
const BLOCKED = 'is blocked in Heymarket'

function fromLedger({ mirror }: MessagingDeps, phone: BareE164): string | null {
  const mark = mirror.erased.find(phone)
  if (mark !== undefined) return `was erased on ${new Date(mark.at).toISOString().slice(0, 10)}`
  if (!mirror.consent.isOptedOut(phone)) return null
  const last = mirror.consent.history(phone).findLast((event) => event.state === 'opted_out')
  if (last === undefined) return 'opted out'
  return `opted out on ${new Date(last.at).toISOString().slice(0, 10)} (${last.evidence})`
}

async function askEach(
  { client }: MessagingDeps,
  phones: readonly BareE164[],
): Promise<[BareE164, string][]> {
  const found: [BareE164, string][] = []
  for (const phone of phones) {
    const status = await client.status.get({ phone })
    if (status?.unsubscribed === true) found.push([phone, OPTED_OUT])
    else if (status?.blocked === true) found.push([phone, BLOCKED])
  }
  return found
}

async function askInBulk(deps: MessagingDeps, phones: readonly BareE164[]): Promise<[BareE164, string][]> {
  const asked = new Set<string>(phones)
  const found = new Map<BareE164, string>()
  // Once an answer has shown is_opted_out, an account that leaves it out means false. Else silence means nothing.
  let shown = deps.mirror.remote.showsOptOut()
  const silent: BareE164[] = []
  for (let at = 0; at < phones.length; at += PER_QUESTION) {
    for (const contact of await search(deps, phones.slice(at, at + PER_QUESTION))) {
      const phone = bareE164(contact.phone)
      if (phone === null || !asked.has(phone)) continue
      if (contact.isOptedOut === true) found.set(phone, OPTED_OUT)
      if (contact.isOptedOut === null) silent.push(phone)
      else shown = true
    }
  }
  if (shown || silent.length === 0) return [...found]
  deps.tell(`This account does not show who opted out, so each of ${silent.length} is asked for …`)
  return [...found, ...(await askEach(deps, silent))]
}

/** Asks in halves where the account takes fewer at once. */
async function search(
  deps: MessagingDeps,
  phones: readonly BareE164[],
): Promise<{ readonly phone: string; readonly isOptedOut: boolean | null }[]> {
  try {
    return await deps.client.contactsV2.search([{ channel_type: 'phone', channel_ids: phones }])
  } catch (error) {
    const tooMany = error instanceof HeysyncError && (error.status === 400 || error.status === 413)
    if (!tooMany || phones.length === 1) throw error
    const half = Math.ceil(phones.length / 2)
    return [...(await search(deps, phones.slice(0, half))), ...(await search(deps, phones.slice(half)))]
  }
}
