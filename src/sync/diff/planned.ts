// Owns a change as it is stored, in a plan and in the outbox: its JSON, and what both look at without reading it.
import type { BareE164 } from '../../lib/phone.ts'
import { type Change, changeHash, optsOut } from './change.ts'

export interface PlannedRow {
  readonly phone: BareE164
  readonly kind: Change['kind']
  readonly source_id: string
  /** JSON Change. */
  readonly change: string
  /** See `changeHash`. */
  readonly hash: Buffer
  /** 1 when it opts out. */
  readonly consent: 0 | 1
}

export function plannedRow(change: Change): PlannedRow {
  return {
    phone: change.phone,
    kind: change.kind,
    source_id: change.sourceId,
    change: JSON.stringify(change),
    hash: changeHash(change),
    consent: optsOut(change) ? 1 : 0,
  }
}
