// Owns the base: what both sides of a contact last agreed on, field by field, so that a difference can be told to be the
// source's news or somebody's edit. Pure.
import type { ContactFields } from '../contact.ts'

/** Values by field as changes name it; tags are a list. */
export type FieldValues = Readonly<Record<string, string | readonly string[]>>

/** The text of a plain or custom field in the base; undefined when the base does not know it. */
export function baseText(base: ContactFields | null, field: string): string | undefined {
  if (field.startsWith('custom.')) return base?.custom?.[field.slice('custom.'.length)]
  const value = base?.[field as keyof ContactFields]
  return typeof value === 'string' ? value : undefined
}

/** `fields` with other values in some of them. */
export function withValues(fields: ContactFields, values: FieldValues): ContactFields {
  const plain: Record<string, unknown> = { ...fields }
  const custom: Record<string, unknown> = { ...fields.custom }
  for (const [field, value] of Object.entries(values)) {
    if (field.startsWith('custom.')) custom[field.slice('custom.'.length)] = value
    else plain[field] = value
  }
  return (Object.keys(custom).length > 0 ? { ...plain, custom } : plain) as ContactFields
}
