// Owns how custom fields, which Pipedrive names by hashes and fills with numbers of options, get their names and words.
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

/** `taken`: names that persons have anyway. */
export async function readFields(pipedrive: Pipedrive, taken: readonly string[]): Promise<PersonFields> {
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

  const used = new Set(taken)
  const custom = fields
    .filter(({ field_code }) => CUSTOM.test(field_code))
    // By code, so that of two with one name each keeps its own.
    .sort((a, b) => (a.field_code < b.field_code ? -1 : 1))
    .map((field): CustomField => {
      const plain = field.field_name.trim()
      let name = plain
      for (let nth = 2; used.has(name); nth += 1) name = `${plain} (${nth})`
      used.add(name)
      return { code: field.field_code, name, type: field.field_type ?? '', labels: labelsOf(field) }
    })
  const labels = fields.find(({ field_code }) => field_code === 'label_ids')
  return { custom, labels: labels === undefined ? new Map() : labelsOf(labels) }
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
