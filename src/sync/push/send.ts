// Owns one request for one change: what is sent, and what the mirror holds once it is acked.

import type { RemoteContact } from '../../heymarket/contact.ts'
import { composeWrite, expectedRemote, newContactBody } from '../diff/body.ts'
import { type Change, formerPhone } from '../diff/change.ts'
import { pushKey, removalKey } from '../diff/settings.ts'
import { parseRemote } from '../mirror/remote-body.ts'
import { linkRung } from '../removal.ts'
import type { PushDeps } from './deps.ts'

/** Sends one change; returns what to record once it is acked. */
export async function send(deps: PushDeps, change: Change): Promise<() => void> {
  const { mirror, client, clock, settings } = deps
  const { contacts } = mirror
  const optedOut = mirror.consent.isOptedOut(change.phone)
  if (change.kind === 'create') {
    const write = composeWrite(change, null, optedOut, settings.lookups)
    const answer = await client.contacts.create(newContactBody(write.body))
    const rung = linkRung(settings.removal(change.sourceId))
    // An id that we know, or a later revision: the account took it for an update of a contact that was there before.
    // Without a revision it cannot be told, and then heysync does not call the contact its own (I4).
    const existed = mirror.remote.find(answer.id) !== undefined || answer.rev !== 1
    const shown = existed ? await client.contacts.get(answer.id) : null
    return () => {
      mirror.remote.wrote(expectedRemote(write, answer.id, answer.rev), clock.now())
      if (shown) mirror.remote.read(shown, 0, clock.now())
      contacts.putLink(change.phone, answer.id, existed ? 'adopted' : 'created', rung)
      if (existed) contacts.pushed(change.phone, null)
      else recordPushed(deps, change, optedOut)
    }
  }
  if (change.kind === 'remove' && change.rung === 'delete') {
    await client.contacts.remove(change.contactId)
    return () => {
      mirror.remote.drop(change.contactId)
      contacts.dropLink(change.phone)
      contacts.pushed(change.phone, null)
      contacts.markRemoved(change.phone)
    }
  }
  if (change.fields.length === 0 && change.kind === 'remove') return () => contacts.markRemoved(change.phone)
  const update = change.fields.length === 0 ? () => {} : await sendUpdate(deps, change, optedOut)
  const others = optedOut ? await optOutOthers(deps, change) : () => {}
  return () => {
    update()
    others()
    // A removal that wrote something is over only when a read shows that it stuck.
    if (change.kind === 'remove') contacts.pushed(change.phone, removalKey(change.rung))
    else recordPushed(deps, change, optedOut)
  }
}

/** An opt-out counts for the number: other contacts that bear it are opted out with it (I3). */
async function optOutOthers(
  deps: PushDeps,
  change: Exclude<Change, { kind: 'create' }>,
): Promise<() => void> {
  const { mirror } = deps
  const others = mirror.remote
    .byPhone(change.phone)
    .filter((row) => row.id !== change.contactId && parseRemote(row).isOptedOut !== true)
  for (const { id } of others) await deps.client.status.unsubscribe(id)
  return () => {
    for (const row of others) wroteOptOut(deps, parseRemote(row), 1)
  }
}

/** `writes`: by how many the revision has moved. */
function wroteOptOut({ mirror, clock }: PushDeps, remote: RemoteContact, writes: 0 | 1): void {
  const rev = remote.rev === null ? null : remote.rev + writes
  mirror.remote.wrote({ ...remote, isOptedOut: true, rev }, clock.now())
}

async function sendUpdate(
  deps: PushDeps,
  change: Exclude<Change, { kind: 'create' }>,
  optedOut: boolean,
): Promise<() => void> {
  const { mirror, client, clock, settings } = deps
  const row = mirror.remote.find(change.contactId)
  const remote = row ? parseRemote(row) : null
  if (remote !== null && change.fields.every(({ field }) => field === 'optedOut')) {
    // Where the account never shows opt-outs, it may have this one already.
    const already = !mirror.remote.showsOptOut() && (await client.status.isUnsubscribed(change.contactId))
    if (!already) await client.status.unsubscribe(change.contactId)
    return () => wroteOptOut(deps, remote, already ? 0 : 1)
  }
  // Where the account never shows opt-outs, a PUT without one might lift it: ask first (I3).
  const blocked =
    mirror.remote.showsOptOut() || optedOut ? false : await client.status.isUnsubscribed(change.contactId)
  // An opt-out goes with the contact to its new number: it is the same person, and consent only tightens (I3).
  const former = formerPhone(change)
  const carried = former !== null && (remote?.isOptedOut === true || mirror.consent.isOptedOut(former))
  const write = composeWrite(change, remote, optedOut || blocked || carried, settings.lookups)
  const answer = await client.contacts.update(change.contactId, write.body, write.overwrite)
  return () => {
    if (blocked || carried)
      mirror.consent.optOut(change.phone, 'heymarket', `Heymarket contact ${change.contactId}`, clock.now())
    mirror.remote.wrote(expectedRemote(write, change.contactId, answer.rev), clock.now())
  }
}

export function recordPushed(deps: PushDeps, change: Change, optedOut: boolean): void {
  const wanted = deps.mirror.contacts.find(change.phone)
  // What a plan file or an undo wrote need not be what the sources want.
  const whole = change.partial !== true && change.exact !== true && wanted !== undefined
  deps.mirror.contacts.pushed(change.phone, whole ? pushKey(wanted.hash, optedOut, deps.settings) : null)
}
