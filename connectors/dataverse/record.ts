// Owns the step from a row to a source record. Pure.
import type { SourceRecord } from 'heysync/connector'
import { z } from 'zod'

export const row = z.record(z.string(), z.unknown())
export type Row = z.infer<typeof row>

/** Beside the columns of the options. */
const COLUMNS = ['contactid', 'modifiedon', 'statecode', 'merged', '_masterid_value']
const FORMATTED = '@OData.Community.Display.V1.FormattedValue'
/** As the owner's language writes it, which says nothing that the value does not. */
const IS_TIME = /^\d{4}-\d\d-\d\d/

export function selected(fields: readonly string[]): readonly string[] {
  return [...new Set([...COLUMNS, ...fields])]
}

export function toRecord(one: Row, fields: readonly string[]): SourceRecord {
  const tombstone = tombstoneOf(one)
  if (tombstone !== null) return tombstoneRecord(tombstone, fields)
  const id = String(one.contactid)
  const master = one.merged === true && typeof one._masterid_value === 'string' ? one._masterid_value : null
  return {
    id,
    fields: { ...valuesOf(one, fields), formatted: labelsOf(one, fields) },
    updatedAt: typeof one.modifiedon === 'string' ? one.modifiedon : null,
    place: `contact ${id}`,
    // Inactive people may be made active again; one that was merged is inactive too.
    ...(master === null ? (one.statecode === 1 ? { archived: true } : {}) : { mergedInto: master }),
  }
}

const valuesOf = (one: Row, fields: readonly string[]) =>
  Object.fromEntries(fields.map((name) => [name, one[name] ?? null]))

/** What people see instead of the number of a choice or the id of a lookup. */
function labelsOf(one: Row, fields: readonly string[]): Record<string, unknown> {
  const isLabelled = (name: string) =>
    typeof one[`${name}${FORMATTED}`] === 'string' && !IS_TIME.test(String(one[name]))
  return Object.fromEntries(fields.filter(isLabelled).map((name) => [name, one[`${name}${FORMATTED}`]]))
}

interface Tombstone {
  readonly id: string
  /** `changed` stands for a row that is there, and not in this set any more. */
  readonly reason: string
}

function tombstoneOf(one: Row): Tombstone | null {
  const context = one['@odata.context'] ?? one['@context']
  const isTombstone = (typeof context === 'string' && context.endsWith('$deletedEntity')) || '@removed' in one
  if (!isTombstone) return null
  // An id may come as the address of its row.
  const id = /[0-9a-f]{8}-[0-9a-f-]{27}/i.exec(String(one.id ?? one['@id']))?.[0] ?? String(one.id)
  return { id, reason: String(one.reason ?? 'deleted') }
}

function tombstoneRecord({ id, reason }: Tombstone, fields: readonly string[]): SourceRecord {
  return {
    id,
    fields: { ...valuesOf({}, fields), formatted: {} },
    updatedAt: null,
    place: `contact ${id}`,
    ...(reason === 'changed' ? { outOfScope: true } : { deleted: true }),
  }
}
