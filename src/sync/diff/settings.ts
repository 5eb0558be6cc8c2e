// Owns what the comparison of all contacts depends on beside the two sides, and the names that it has for what was written.
import type { OnPhoneChange, RemovalRung } from '../../config/schema.ts'
import { contentHash } from '../../lib/hash.ts'
import type { Removal } from '../removal.ts'
import type { Lookups } from './lookups.ts'
import type { FieldPolicies } from './policy.ts'

export interface DiffSettings {
  readonly lookups: Lookups
  readonly tagPolicy: 'add' | 'replace'
  /** Tags that are taken first where there are too many. */
  readonly tagPriority: readonly string[]
  readonly policies: FieldPolicies
  /** By source id; a source that is not configured any more keeps its contacts. */
  readonly removal: (sourceId: string) => Removal
  /** What a record's new number becomes: a contact of its own, or the number of the contact that it has. */
  readonly onPhoneChange: (sourceId: string) => OnPhoneChange
  readonly now: number
}

/** Names what a write wanted: the desired fields, consent, and what else the comparison depends on. */
export function pushKey(desiredHash: Buffer, optedOut: boolean, settings: DiffSettings): Buffer {
  return contentHash(`${desiredHash.toString('hex')} ${optedOut} ${diffFingerprint(settings)}`)
}

/** Names what an acked removal left to be seen. */
export function removalKey(rung: RemovalRung): Buffer {
  return contentHash(`removed ${rung}`)
}

/** Of what the comparison depends on beside the two sides; when it changes, every contact is compared again. */
export function diffFingerprint(settings: DiffSettings): string {
  const { lookups, tagPolicy, tagPriority, policies } = settings
  return `${lookups.fingerprint} ${tagPolicy} ${JSON.stringify(tagPriority)} ${policies.fingerprint}`
}
