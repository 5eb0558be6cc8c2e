// Owns reading back: what Heymarket really holds for an operation whose outcome is not known.

import type { HeymarketClient } from '../../heymarket/client.ts'
import type { RemoteContact } from '../../heymarket/contact.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Change } from '../diff/change.ts'
import { diffPhone } from '../diff/diff.ts'
import { type Standing, standingOf } from '../diff/exact.ts'
import type { DiffSettings } from '../diff/settings.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { parseRemote } from '../mirror/remote-body.ts'
import { noteOptOut } from '../reconcile/reconcile.ts'
import { linkRung } from '../removal.ts'

export interface ReadBackDeps {
  readonly mirror: Mirror
  readonly client: HeymarketClient
  readonly clock: Clock
  readonly settings: DiffSettings
}

/**
 * Reads the contact that a change is about into the mirror; null when it is not there. `settled`: it is looked for because
 * our own create may have made it; `found`: anybody may have.
 */
export async function readBack(
  deps: ReadBackDeps,
  change: Change,
  why: 'settled' | 'found',
): Promise<RemoteContact | null> {
  const { mirror, client } = deps
  const shown =
    change.kind === 'create'
      ? await client.contacts.lookUp(change.phone)
      : await client.contacts.get(change.contactId)
  mirror.transaction(() => takeIn(deps, change, shown, why))
  return shown
}

/** Saves what was shown for a change; null when its contact is not there. To be called in a transaction. */
export function takeIn(
  { mirror, clock, settings }: ReadBackDeps,
  change: Change,
  shown: RemoteContact | null,
  why: 'settled' | 'found',
): void {
  if (shown === null) {
    if (change.kind !== 'create') mirror.remote.drop(change.contactId)
    return
  }
  const known = mirror.remote.find(shown.id) !== undefined
  // Only a first revision after a create of ours is certainly ours (I4).
  const origin = why === 'settled' && !known && shown.rev === 1 ? 'created' : 'adopted'
  mirror.remote.read(shown, 0, clock.now())
  if (shown.isOptedOut === true) noteOptOut(mirror, shown, clock.now())
  if (change.kind === 'create') {
    const rung = linkRung(settings.removal(change.sourceId))
    mirror.contacts.putLink(change.phone, shown.id, origin, rung)
  }
}

/** How a change that is to be written exactly as it was shown stands to what the mirror holds now. */
export function exactStanding(deps: Pick<ReadBackDeps, 'mirror' | 'settings'>, planned: Change): Standing {
  const change = asMade(deps.mirror, planned)
  const row =
    change.kind === 'create'
      ? deps.mirror.remote.byPhone(change.phone)[0]
      : deps.mirror.remote.find(change.contactId)
  return standingOf(change, row ? parseRemote(row) : null, deps.settings.lookups)
}

/** A create of which heysync has made the contact by now: what of it was not stored is still to be written. */
function asMade(mirror: Mirror, planned: Change): Change {
  const link = planned.kind === 'create' ? mirror.contacts.link(planned.phone) : undefined
  if (link?.origin !== 'created' || mirror.remote.find(link.contact_id)?.phone !== planned.phone)
    return planned
  return { ...planned, kind: 'update', contactId: link.contact_id }
}

/**
 * What is left of a change after reading back. Of one that was let through in part, only that part; of one that is to be
 * written as it was shown, what of it is not there yet.
 */
export function recompute(deps: ReadBackDeps, planned: Change): Change | null {
  if (planned.exact === true) {
    const standing = exactStanding(deps, planned)
    if (standing.kind === 'done') return null
    return standing.kind === 'todo' ? { ...asMade(deps.mirror, planned), fields: standing.fields } : planned
  }
  const change = diffPhone(deps.mirror, deps.settings, planned.phone)
  if (change === null || planned.partial !== true) return change
  const allowed = new Set(planned.fields.map((field) => field.field))
  const fields = change.fields.filter((field) => allowed.has(field.field))
  return fields.length === 0 ? null : { ...change, fields, partial: true }
}
