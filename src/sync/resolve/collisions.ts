// Owns the list of collisions: numbers that several records claim, who wins each, and why. Reads the database alone.
import { keyToText } from '../../lib/instant.ts'
import type { BareE164 } from '../../lib/phone.ts'
import type { ContactFields } from '../contact.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { StoredClaim } from '../mirror/records.ts'
import { orderClaims } from './resolve.ts'

export interface Claim {
  readonly source: string
  readonly record: string
  readonly place: string | null
  readonly updatedAt: string | null
  /** First and last name as the record gives them; "" where it has none. */
  readonly name: string
}

/** By what the winner was chosen: the order of the sources, the time of the change, or the record's id. */
export type DecidedBy = 'source' | 'updatedAt' | 'id'

export interface Collision {
  readonly phone: BareE164
  readonly winner: Claim
  /** In the order in which they would win, were the others not there. */
  readonly losers: readonly (Claim & { readonly decidedBy: DecidedBy })[]
  /** True when the records give different names: probably two people with one number, and not one person twice. */
  readonly namesDiffer: boolean
}

/** Every collision in phone order; `sourceOrder` is the order of the config. */
export function* collisions(mirror: Mirror, sourceOrder: readonly string[]): Generator<Collision> {
  for (const phone of mirror.contacts.sharedPhones()) {
    const [winner, ...losers] = orderClaims(mirror.records.claimants(phone), sourceOrder)
    if (!winner || losers.length === 0) continue
    const names = new Set([winner, ...losers].map((one) => nameOf(one).toLowerCase()).filter(Boolean))
    yield {
      phone,
      winner: claimOf(winner),
      losers: losers.map((one) => ({ ...claimOf(one), decidedBy: decidedBy(winner, one) })),
      namesDiffer: names.size > 1,
    }
  }
}

function decidedBy(winner: StoredClaim, loser: StoredClaim): DecidedBy {
  if (winner.source_id !== loser.source_id) return 'source'
  return winner.updated_at === loser.updated_at ? 'id' : 'updatedAt'
}

function claimOf(record: StoredClaim): Claim {
  return {
    source: record.source_id,
    record: record.record_id,
    place: record.place,
    updatedAt: record.updated_at === null ? null : keyToText(record.updated_at),
    name: nameOf(record),
  }
}

function nameOf({ contact }: StoredClaim): string {
  const { first = '', last = '' } = JSON.parse(contact ?? '{}') as ContactFields
  return `${first} ${last}`.trim()
}
