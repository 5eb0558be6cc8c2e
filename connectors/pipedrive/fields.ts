// Owns how custom fields, which Pipedrive names by hashes and fills with numbers of options, get their names and words.
import type { ConnectorContext } from 'heysync/connector'
import { z } from 'zod'
import type { Pipedrive } from './client.ts'

const optionSchema = z.looseObject({ id: z.coerce.string(), label: z.string() })
const fieldSchema = z.looseObject({
  field_code: z.string(),
  field_name: z.string(),
  field_type: z.string().nullish(),
  options: z.array(optionSchema).nullish(),
})
const answerSchema = z.looseObject({
  success: z.literal(true),
  data: z.array(fieldSchema),
  additional_data: z.looseObject({ next_cursor: z.string().nullish() }).nullish(),
})

/** Pipedrive's own fields have plain codes, and custom ones 40 digits. */
const CUSTOM = /^[0-9a-f]{40}$/

export interface CustomField {
  readonly code: string
  /** As people at Pipedrive call it; with a number behind it where two have the same name. */
  readonly name: string
  readonly type: string
  readonly labels: ReadonlyMap<string, string>
}

export interface PersonFields {
  readonly custom: readonly CustomField[]
  /** Words of persons' labels, by id. */
  readonly labels: ReadonlyMap<string, string>
}

const KEEP_NAME = 'field names'
const keptSchema = z.record(z.string(), z.string())

/** `taken`: names that persons have anyway. */
export async function readFields(
  pipedrive: Pipedrive,
  taken: readonly string[],
  { keep, log }: ConnectorContext,
): Promise<PersonFields> {
  const fields: z.output<typeof fieldSchema>[] = []
  let cursor: string | null = null
  do {
    const answer: z.output<typeof answerSchema> = await pipedrive.ask(answerSchema, {
      url: 'api/v2/personFields',
      query: { limit: 500, ...(cursor === null ? {} : { cursor }) },
      cost: 10,
    })
    fields.push(...answer.data)
    cursor = answer.additional_data?.next_cursor ?? null
  } while (cursor !== null)

  const own = fields.filter(({ field_code }) => CUSTOM.test(field_code))
  const names = namesOf(own, taken, keptSchema.parse(JSON.parse(keep.get(KEEP_NAME) ?? '{}')))
  const text = JSON.stringify(Object.fromEntries(names))
  if (text !== keep.get(KEEP_NAME)) {
    for (const [, name] of names)
      if (/ \(\d+\)$/.test(name)) log.warn(`Pipedrive has another field of the name of "${name}".`)
    keep.set(KEEP_NAME, text)
  }
  const custom = own.map((field) => ({
    code: field.field_code,
    name: names.get(field.field_code) ?? field.field_name,
    type: field.field_type ?? '',
    labels: labelsOf(field),
  }))
  const labels = fields.find(({ field_code }) => field_code === 'label_ids')
  return { custom, labels: labels === undefined ? new Map() : labelsOf(labels) }
}

/**
 * By code. Of two fields with one name each keeps the one that it had, so that a new one, or one that is deleted, does not
 * hand its name to another; the first time they are named in the order of their codes.
 */
function namesOf(
  fields: readonly z.output<typeof fieldSchema>[],
  taken: readonly string[],
  kept: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const sorted = [...fields].sort((a, b) => (a.field_code < b.field_code ? -1 : 1))
  for (const { field_code, field_name } of sorted) {
    const known = kept[field_code]
    if (known?.replace(/ \(\d+\)$/, '') === field_name.trim() || known === field_name.trim())
      names.set(field_code, known)
  }
  const used = new Set([...taken, ...names.values()])
  for (const { field_code, field_name } of sorted) {
    if (names.has(field_code)) continue
    let name = field_name.trim()
    for (let nth = 2; used.has(name); nth += 1) name = `${field_name.trim()} (${nth})`
    used.add(name)
    names.set(field_code, name)
  }
  return names
}

function labelsOf({ options }: z.output<typeof fieldSchema>): ReadonlyMap<string, string> {
  return new Map((options ?? []).map(({ id, label }) => [id, label]))
}

/** The value as people see it: options by their labels. One whose option is not known any more stays as it is. */
export function toWords({ type, labels }: CustomField, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (type === 'enum') return wordOf(labels, value)
  if (type === 'set') return listOf(value).map((one) => wordOf(labels, one))
  return value
}

/** Some answers hold several options as a text with commas. */
function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return typeof value === 'string' ? value.split(',') : [value]
}

export function wordOf(labels: ReadonlyMap<string, string>, value: unknown): unknown {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : value
  return labels.get(String(id)) ?? value
}
