// Owns how dead letters live again: by hand, and by themselves once after the mapping or the account's names changed.
// A changed record needs nothing of this: what it wants is another change, and that replaces the dead one.
import { z } from 'zod'
import type { Mirror } from '../mirror/mirror.ts'
import type { Operation, Outbox } from './outbox.ts'

/** What a refusal depends on beside the record. */
export interface RetryBasis {
  /** Names the account's fields, tags and team, and how they are compared. */
  readonly names: string
  /** By source id: the mapping that its records were last read with; null before a first complete pull. */
  readonly mappings: Readonly<Record<string, string | null>>
}

const stored = z.object({ names: z.string(), mappings: z.record(z.string(), z.string().nullable()) })

/** Puts these dead letters back, and has their contacts compared afresh, also where heysync was done with them. */
export function revive(mirror: Mirror, outbox: Outbox, dead: readonly Operation[]): void {
  mirror.transaction(() => {
    for (const { phone, kind } of dead) {
      if (kind === 'remove') mirror.contacts.reopenRemoval(phone)
      mirror.remote.forgetCarried(phone)
      mirror.contacts.unsettle(phone)
      mirror.contacts.pushed(phone, null)
      outbox.redrive(phone)
    }
  })
}

/**
 * Puts back, once for each change of the basis, the dead letters that it may let through. Returns how many.
 * What is refused again stays dead until the basis changes again, so that nothing is written in vain for ever (I7).
 */
export function reviveAfterChange(mirror: Mirror, outbox: Outbox, basis: RetryBasis): number {
  const now = JSON.stringify(basis)
  const before = mirror.meta.get('retry_basis')
  if (before === now) return 0
  const old = before === undefined ? null : stored.parse(JSON.parse(before))
  const concerned = ({ source_id }: Operation) =>
    old?.names !== basis.names || old.mappings[source_id] !== basis.mappings[source_id]
  return mirror.transaction(() => {
    const dead = outbox.inState('dead').filter(concerned)
    revive(mirror, outbox, dead)
    const members = mirror.lists.refused()
    mirror.lists.retry(members)
    mirror.meta.set('retry_basis', now)
    return dead.length + members.length
  })
}

/** The basis as the mirror knows it, after the pulls of this cycle. */
export function retryBasis(mirror: Mirror, sourceIds: readonly string[], names: string): RetryBasis {
  const mappings = sourceIds.map((id) => [id, mirror.sources.find(id)?.mapping ?? null] as const)
  return { names, mappings: Object.fromEntries(mappings) }
}
