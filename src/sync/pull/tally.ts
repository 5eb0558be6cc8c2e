// Owns the tally of a pull: how many known records came out otherwise than before, and in which fields. Pure.
import { contentHash } from '../../lib/hash.ts'
import type { ContactFields } from '../contact.ts'
import type { StoredRecord } from '../mirror/records.ts'
import type { Normalized } from '../normalize/normalize.ts'

export interface FieldTally {
  /** Records in which this field changed. */
  changed: number
  /** Of these, those in which it had a value and has none now. */
  blanked: number
  /** The first of them. */
  readonly example: { record: string; before: string; after: string }
}

export interface Tally {
  /** Records that were not known, or known as gone or deleted. */
  added: number
  /** Records that claimed a number before and say something else now, or claim none. */
  changed: number
  /** By contact field; `phone` for the number, `filter` for records that the filter leaves out now. */
  readonly fields: Map<string, FieldTally>
  /** The first record that changed, and `stateKey` of what it was: when it is so again, all is as it was. */
  before: { record: string; key: string } | null
}

export function emptyTally(): Tally {
  return { added: 0, changed: 0, fields: new Map(), before: null }
}

/** Adds what became of one record. One that comes several times in a pull, first changed at `at`, counts once. */
export function count(
  tally: Tally,
  recordId: string,
  known: (StoredRecord & { readonly phones: readonly string[] }) | undefined,
  now: Normalized,
  at: number,
): void {
  if (!known || known.state === 'gone' || known.state === 'deleted') {
    if (now.kind !== 'deleted') tally.added += 1
    return
  }
  if (known.state !== 'accepted' && now.kind !== 'contact') return
  if (known.contact === null || known.changed_at === at) return
  const changes = changesOf(known.phones, known.contact, now)
  if (changes.length === 0) return
  tally.changed += 1
  tally.before ??= { record: recordId, key: stateKey(known) }
  for (const { field, before, after } of changes) {
    const seen = tally.fields.get(field) ?? {
      changed: 0,
      blanked: 0,
      example: { record: recordId, before, after },
    }
    seen.changed += 1
    if (before !== '' && after === '') seen.blanked += 1
    tally.fields.set(field, seen)
  }
}

/** Names what a record says, without keeping it. */
export function stateKey({ phones, contact }: { phones: readonly string[]; contact: string | null }): string {
  return contentHash(JSON.stringify([...phones, contact])).toString('hex')
}

interface FieldChange {
  readonly field: string
  readonly before: string
  readonly after: string
}

function changesOf(phones: readonly string[], contact: string, now: Normalized): FieldChange[] {
  if (now.kind === 'deleted') return []
  if (now.kind === 'filtered') return [{ field: 'filter', before: 'matches', after: 'does not match' }]
  const before = flat(phones, JSON.parse(contact) as ContactFields)
  if (now.kind === 'rejected') {
    const { field, value } = now.rejection
    return [{ field, before: before.get(field) ?? '', after: value }]
  }
  const after = flat([now.contact.phone, ...now.contact.further], now.contact.fields)
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((field) => ({ field, before: before.get(field) ?? '', after: after.get(field) ?? '' }))
    .filter((change) => change.before !== change.after)
}

/** Contact fields as text, custom ones as `custom.<name>`. */
function flat(phones: readonly string[], { custom, ...plain }: ContactFields): Map<string, string> {
  const named = Object.entries(custom ?? {}).map(([name, value]) => [`custom.${name}`, value])
  return new Map(
    [['phone', phones.join(', ')], ...Object.entries(plain), ...named].map(([field, value]) => [
      String(field),
      Array.isArray(value) ? value.join(', ') : String(value),
    ]),
  )
}
