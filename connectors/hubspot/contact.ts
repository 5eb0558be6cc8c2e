// Owns how a contact of HubSpot becomes records: itself, and one for each contact that was merged into it. Pure.
import type { SourceRecord } from 'heysync/connector'
import { z } from 'zod'

export const contactSchema = z.looseObject({
  id: z.union([z.string().min(1), z.number()]).transform(String),
  properties: z.record(z.string(), z.string().nullable()).nullish(),
  updatedAt: z.string().nullish(),
  archived: z.boolean().nullish(),
})
export type Contact = z.output<typeof contactSchema>

/** Where merges show. The second is older, and knows nothing of merges in several steps; some accounts have only one. */
export const MERGE_PROPERTIES = ['hs_merged_object_ids', 'hs_calculated_merged_vids'] as const

export interface RecordShape {
  /** Names of the properties that become fields. One without a value is null. */
  readonly properties: readonly string[]
  /** Where a person finds a contact, by its id. */
  readonly placeOf: (id: string) => string | undefined
}

/** The contact first, then those that it swallowed: they vanish from HubSpot without being archived. */
export function toRecords(contact: Contact, { properties, placeOf }: RecordShape): SourceRecord[] {
  const { id, archived, updatedAt } = contact
  const held = contact.properties ?? {}
  const place = placeOf(id)
  const record = {
    id,
    fields: Object.fromEntries(properties.map((name) => [name, held[name] ?? null])),
    // The time of one in the recycle bin may be later than the one it has again when somebody takes it out: without a time, what
    // was read last counts.
    updatedAt: archived ? null : (updatedAt ?? null),
    ...(archived ? { archived } : {}),
    ...(place === undefined ? {} : { place }),
  }
  // No time of their own: the survivor's would make them news whenever somebody edits it.
  const swallowed = mergedIds(contact).map((loser) => ({
    id: loser,
    fields: {},
    updatedAt: null,
    deleted: true,
    mergedInto: id,
  }))
  return [record, ...swallowed]
}

/** `12;34` in the newer property, `12:1700000000000;34:1700000000001` in the older one. */
function mergedIds({ id, properties }: Contact): string[] {
  const listed = MERGE_PROPERTIES.flatMap((name) => (properties?.[name] ?? '').split(';'))
  const ids = listed.map((part) => part.split(':')[0]?.trim() ?? '').filter((text) => /^\d+$/.test(text))
  return [...new Set(ids)].filter((loser) => loser !== id)
}
