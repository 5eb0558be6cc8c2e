// Owns what undo will need: the contact as Heymarket is known to hold it, kept before a cycle writes to it.
import type { Change } from '../diff/change.ts'
import type { Written } from '../mirror/image-fields.ts'
import type { PushDeps } from './deps.ts'

/**
 * To be called in the transaction that claims the operation. Not with the ack: then a write whose answer was lost could not
 * be undone. Undo looks at what Heymarket shows, so the image of a write that never arrived does no harm.
 */
export function keepBeforeImage(
  { mirror, clock, cycleId }: Pick<PushDeps, 'mirror' | 'clock' | 'cycleId'>,
  change: Change,
): void {
  if (change.kind === 'remove' && change.rung !== 'delete' && change.fields.length === 0) return
  const earlier = mirror.images.find(cycleId, change.phone)
  const contactId = change.kind === 'create' ? null : change.contactId
  // Of others undo needs only what was written.
  const deleted = change.kind === 'remove' && change.rung === 'delete' ? contactId : null
  mirror.images.put({
    cycle_id: cycleId,
    phone: change.phone,
    kind: change.kind,
    rung: change.kind === 'remove' ? change.rung : null,
    contact_id: contactId,
    source_id: change.sourceId,
    record_id: change.recordId,
    body: deleted === null ? null : (mirror.remote.find(deleted)?.body ?? null),
    fields: earlier ? joined(earlier.fields, change.fields) : change.fields,
    at: clock.now(),
  })
}

/** Two writes of one cycle as one: the value before the first, the value after the last. */
function joined(first: readonly Written[], then: readonly Written[]): Written[] {
  const later = then.map((field) => {
    const before = first.find((one) => one.field === field.field)?.before
    return before === undefined ? field : { ...field, before }
  })
  return [...first.filter((one) => !then.some((field) => field.field === one.field)), ...later]
}
