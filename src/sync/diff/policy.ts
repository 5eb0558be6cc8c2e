// Owns the policies of owned fields: what a source may write, and what becomes of a value that somebody changed in
// Heymarket. Pure.
import type { FieldsConfig } from '../../config/schema.ts'

export interface FieldPolicy {
  readonly write: 'always' | 'neverClear' | 'ifEmpty'
  /** Whose value counts when somebody changed the field in Heymarket. */
  readonly onHeymarketEdit: 'source' | 'heymarket'
}

export interface FieldPolicies {
  /** Of a field as changes name it: `first`, `tags`, `custom.Plan`. */
  of(field: string): FieldPolicy
  /** Changes when any policy does. */
  readonly fingerprint: string
}

/** The policy of each field: its own keys, and those of `default` where it has none. */
export function fieldPolicies(config: FieldsConfig): FieldPolicies {
  const { default: fallback, custom, ...plain } = config
  const own = new Map(
    [
      ...Object.entries(plain),
      ...Object.entries(custom).map(([name, policy]) => [`custom.${name}`, policy] as const),
    ].map(([field, policy]) => [
      field,
      {
        write: policy?.write ?? fallback.write,
        onHeymarketEdit: policy?.onHeymarketEdit ?? fallback.onHeymarketEdit,
      },
    ]),
  )
  return {
    of: (field) => own.get(field) ?? fallback,
    fingerprint: JSON.stringify([fallback, [...own].sort(([a], [b]) => (a < b ? -1 : 1))]),
  }
}

/** A field whose two sides differ. */
export interface Difference {
  readonly wanted: string
  readonly found: string
  /** What both sides last agreed on; undefined when that is not known. */
  readonly base: string | undefined
  /** Heymarket shows the answer to our own last write: nothing in it is somebody's edit. */
  readonly ownWrite: boolean
}

/**
 * `write`: the source's value is news. `leave`: the source has no say in it. `restore` and `keep`: somebody changed it in
 * Heymarket, and the source's value is written over it, or not.
 */
export function decide(policy: FieldPolicy, difference: Difference): 'write' | 'leave' | 'restore' | 'keep' {
  const { wanted, found, base, ownWrite } = difference
  if (policy.write === 'ifEmpty' && found !== '') return 'leave'
  if (policy.write === 'neverClear' && wanted === '') return 'leave'
  const keeps = policy.onHeymarketEdit === 'heymarket'
  // Without a memory nobody can tell an edit from an old value: what is there may be somebody's, and a blank is nobody's.
  if (base === undefined) return keeps && found !== '' && !ownWrite ? 'keep' : 'write'
  if (found === base) return 'write'
  if (keeps && wanted === base) return 'keep'
  // Where the source's value changed too, it counts as the newer one.
  return ownWrite ? 'write' : 'restore'
}
