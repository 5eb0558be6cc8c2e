// Owns consent that a person changes by hand: denying it for a number, and the one way in which heysync opts a number back
// in (I3). Everything is kept with its time and its reason.

import type { HeymarketClient } from '../heymarket/client.ts'
import type { ContactStatus } from '../heymarket/contact-status.ts'
import { type Clock, toIso } from '../lib/clock.ts'
import { HeysyncError } from '../lib/errors.ts'
import type { BareE164 } from '../lib/phone.ts'
import type { ConsentEvent } from './mirror/consent.ts'
import type { Mirror } from './mirror/mirror.ts'
import { reconcileIncremental } from './reconcile/reconcile.ts'

export interface ConsentDeps {
  readonly mirror: Mirror
  readonly client: Pick<HeymarketClient, 'contacts' | 'status'>
  readonly clock: Clock
}

export interface ConsentView {
  readonly phone: BareE164
  /** What counts: the stricter of the ledger and Heymarket. */
  readonly optedOut: boolean
  /** What Heymarket says now; null where it has no such contact. */
  readonly heymarket: ContactStatus | null
  readonly history: readonly ConsentEvent[]
}

/** Errors: those of the client. */
export async function consentOf({ mirror, client }: ConsentDeps, phone: BareE164): Promise<ConsentView> {
  const heymarket = await client.status.get({ phone })
  return {
    phone,
    optedOut: mirror.consent.isOptedOut(phone) || heymarket?.unsubscribed === true,
    heymarket,
    history: mirror.consent.history(phone),
  }
}

/** The number is not texted any more; in the ledger before Heymarket is told. Errors: ERR_OPTED_OUT for an erased number, and those of the client. */
export async function deny(deps: ConsentDeps, phone: BareE164, reason: string): Promise<ConsentView> {
  const { mirror, client, clock } = deps
  mustNotBeErased(mirror, phone)
  mirror.transaction(() => {
    mirror.consent.optOut(phone, 'hand', reason, clock.now())
    mirror.contacts.unsettle(phone)
    mirror.records.markDirty(phone)
  })
  const status = await client.status.get({ phone })
  if (status !== null && !status.unsubscribed) await client.status.set({ phone }, 'unsubscribed')
  return consentOf(deps, phone)
}

/**
 * Opts a number back in: in Heymarket first, then in the ledger. A source that says so anew counts again.
 * Errors: ERR_OPTED_OUT where only the person can lift it or the number was erased, and those of the client; then nothing is changed here.
 */
export async function allow(deps: ConsentDeps, phone: BareE164, reason: string): Promise<ConsentView> {
  const { mirror, client, clock } = deps
  mustNotBeErased(mirror, phone)
  const before = await client.status.get({ phone })
  if (before?.byPerson === true) throw onlyThePerson()
  if (before?.unsubscribed === true) {
    await client.status.set({ phone }, 'subscribed')
    const after = await client.status.get({ phone })
    if (after?.unsubscribed !== false) throw onlyThePerson()
  }
  mirror.transaction(() => {
    mirror.consent.allow(phone, reason, clock.now())
    mirror.remote.forgetOptOut(phone)
    mirror.contacts.unsettle(phone)
    mirror.records.markDirty(phone)
  })
  // What the mirror holds of the contact still says that it is out; an account that shows so counts again.
  await reconcileIncremental({ mirror, contacts: client.contacts, clock })
  return consentOf(deps, phone)
}

/** Consent of an erased number is not kept: nothing is sent to it, whatever it would be. */
function mustNotBeErased({ erased }: Mirror, phone: BareE164): void {
  const mark = erased.find(phone)
  if (mark === undefined) return
  throw new HeysyncError('ERR_OPTED_OUT', {
    message: `This number was erased on ${toIso(mark.at).slice(0, 10)}, so nothing is sent to it and nothing is kept of it. Nothing was changed.`,
    hint: 'To bring it back first: heysync erase <phone> --undo',
  })
}

function onlyThePerson(): HeysyncError {
  return new HeysyncError('ERR_OPTED_OUT', {
    message:
      'They opted out themselves, so Heymarket does not let anybody else opt them back in. Nothing was changed.',
    hint: 'Ask them to text START to your number.',
  })
}
