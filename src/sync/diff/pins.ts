// Owns how the diff heeds a pin: a value that an undo took back is not proposed again while the source still says it.
import type { RemovalRung } from '../../config/schema.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Pin } from '../mirror/pins.ts'
import { type FieldChange, isTagChange } from './change.ts'

/** The name of the contact as a whole among the fields of pins. */
const WHOLE = '*'

/** Holds back what this change writes. Tags are named by what comes and goes: people may change the others. */
export function pinField(change: FieldChange): Pin {
  if (!isTagChange(change)) return { field: change.field, value: change.after }
  const moves = [...change.add.map((tag) => `+${tag}`), ...change.remove.map((tag) => `-${tag}`)]
  return { field: 'tags', value: moves.sort().join(' ') }
}

/** Holds back the making of a contact with these values. */
export function pinCreate(fields: readonly FieldChange[]): Pin {
  const values = fields.map(({ field, after }) => `${field}=${after}`)
  return { field: WHOLE, value: `create ${values.sort().join(' ')}` }
}

/** Holds back the removal of somebody who has left. */
export function pinRemoval(rung: RemovalRung): Pin {
  return { field: WHOLE, value: `remove ${rung}` }
}

/** The changes that no pin holds back. A pin that fits nothing any more is dropped: the source says something else now. */
export function withoutPinned(mirror: Mirror, phone: string, fields: readonly FieldChange[]): FieldChange[] {
  const pins = mirror.pins.ofPhone(phone)
  if (pins.length === 0) return [...fields]
  const kept = [...fields]
  for (const pin of pins) {
    // An opt-out is never held back (I3).
    const at = kept.findIndex((change) => change.field !== 'optedOut' && fits(pin, pinField(change)))
    if (at < 0) mirror.pins.drop(phone, pin.field)
    else kept.splice(at, 1)
  }
  return kept
}

/** True when this is held back as a whole; all pins of the phone that say something else are dropped. */
export function isPinned(mirror: Mirror, phone: string, wanted: Pin): boolean {
  let found = false
  for (const pin of mirror.pins.ofPhone(phone)) {
    if (fits(pin, wanted)) found = true
    else mirror.pins.drop(phone, pin.field)
  }
  return found
}

function fits(a: Pin, b: Pin): boolean {
  return a.field === b.field && a.value === b.value
}
