// Owns how a person of Pipedrive becomes a record. Pure.
import type { SourceRecord } from 'heysync/connector'
import { z } from 'zod'
import { type PersonFields, toWords, wordOf } from './fields.ts'

const entrySchema = z.looseObject({
  value: z.string().nullish(),
  label: z.string().nullish(),
  primary: z.boolean().nullish(),
})
type Entry = z.output<typeof entrySchema>

export const personSchema = z.looseObject({
  id: z.union([z.number(), z.string().min(1)]).transform(String),
  name: z.string().nullish(),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  phones: z.array(entrySchema).nullish(),
  emails: z.array(entrySchema).nullish(),
  owner_id: z.number().nullish(),
  org_id: z.number().nullish(),
  label_ids: z.array(z.number()).nullish(),
  job_title: z.string().nullish(),
  add_time: z.string().nullish(),
  update_time: z.string().nullish(),
  is_deleted: z.boolean().nullish(),
  custom_fields: z.record(z.string(), z.unknown()).nullish(),
})
export type Person = z.output<typeof personSchema>

/** What every record has, whatever the company added. */
export const OWN_FIELDS = [
  'name',
  'first_name',
  'last_name',
  'phone',
  'phones',
  'email',
  'emails',
  'org_id',
  'owner_id',
  'labels',
  'job_title',
  'add_time',
] as const

/** Null before anybody edited a person. */
export function changedAt({ update_time, add_time }: Person): string | null {
  return update_time ?? add_time ?? null
}

export function toRecord(
  person: Person,
  { custom, labels }: PersonFields,
  placeOf: (id: string) => string | undefined,
): SourceRecord {
  const phones = bestFirst(person.phones, isMobile)
  const emails = bestFirst(person.emails, () => false)
  const own: Record<(typeof OWN_FIELDS)[number], unknown> = {
    name: person.name ?? null,
    first_name: person.first_name ?? null,
    last_name: person.last_name ?? null,
    phone: phones[0]?.value ?? null,
    phones,
    email: emails[0]?.value ?? null,
    emails,
    org_id: person.org_id ?? null,
    owner_id: person.owner_id ?? null,
    labels: (person.label_ids ?? []).map((id) => wordOf(labels, id)),
    job_title: person.job_title ?? null,
    add_time: person.add_time ?? null,
  }
  const added = custom.map((field) => [field.name, toWords(field, person.custom_fields?.[field.code])])
  const place = placeOf(person.id)
  return {
    id: person.id,
    fields: { ...own, ...Object.fromEntries(added) },
    updatedAt: changedAt(person),
    ...(person.is_deleted ? { deleted: true } : {}),
    ...(place === undefined ? {} : { place }),
  }
}

const isMobile = ({ label }: Entry) => /^(mobile|cell)/i.test(label ?? '')

/** Those that are preferred, then the primary one, then the others as they stand. Blank ones are left out. */
function bestFirst(entries: readonly Entry[] | null | undefined, isPreferred: (entry: Entry) => boolean) {
  const rank = (entry: Entry) => (isPreferred(entry) ? 0 : entry.primary ? 1 : 2)
  return (entries ?? [])
    .filter(({ value }) => (value ?? '').trim() !== '')
    .map(({ value, label, primary }) => ({ value, label: label ?? null, primary: primary ?? false }))
    .sort((a, b) => rank(a) - rank(b))
}
