// Owns the step from a row to a source record, the same one whether the row came as JSON or as CSV. Pure.
import type { SourceRecord } from 'heysync/connector'
import type { Row } from './client.ts'
import type { Column, ObjectPlan, Plan } from './fields.ts'
import { longId } from './ids.ts'
import { TWIN } from './objects.ts'

const NUMBERS = new Set(['int', 'double', 'currency', 'percent', 'long'])

/** The record of a row. `scope`: `out` when it is not among those that the options ask for any more. */
export function toRecord(
  row: Row,
  { object, columns, lost }: ObjectPlan,
  plan: Plan,
  scope: 'in' | 'out' = 'in',
): SourceRecord {
  const id = longId(String(row.Id))
  const own = new Map(columns.map((column) => [column.path, column]))
  const isDeleted = flag(row.IsDeleted)
  const mergedInto = survivorOf(row, plan)
  const isGoneLead = mergedInto === null && flag(row.IsConverted)
  return {
    id,
    fields: {
      attributes: { type: object.kind },
      ...fieldsOf(plan.columns, lost, (path) => {
        const column = own.get(path)
        return column === undefined ? null : typedValue(column.type, rawAt(row, path))
      }),
    },
    updatedAt: instantText(row.SystemModstamp),
    place: `${object.kind} ${id}`,
    ...(isDeleted ? { deleted: true } : {}),
    ...(scope === 'out' || isGoneLead ? { outOfScope: true } : {}),
    ...(mergedInto === null ? {} : { mergedInto }),
  }
}

/** The record of somebody who is in no table any more, not even in the recycle bin. */
export function purgedRecord(
  id: string,
  deletedAt: string | null,
  { object, lost }: ObjectPlan,
  plan: Plan,
): SourceRecord {
  return {
    id: longId(id),
    fields: { attributes: { type: object.kind }, ...fieldsOf(plan.columns, lost, () => null) },
    updatedAt: instantText(deletedAt),
    deleted: true,
    place: `${object.kind} ${longId(id)}`,
  }
}

/** The winner of a merge; or whom a lead became, where those are read too. */
function survivorOf(row: Row, { objects }: Plan): string | null {
  const idIn = (name: string) =>
    typeof row[name] === 'string' && row[name] !== '' ? longId(row[name]) : null
  const master = idIn('MasterRecordId')
  if (master !== null) return master
  if (!flag(row.IsConverted)) return null
  const became = flag(rawAt(row, TWIN)) ? 'PersonAccount' : 'Contact'
  if (!objects.some(({ object }) => object.kind === became)) return null
  return idIn(became === 'PersonAccount' ? 'ConvertedAccountId' : 'ConvertedContactId')
}

/** A path with a dot becomes an object in an object, also where nobody is related. */
function fieldsOf(
  columns: readonly Column[],
  lost: ReadonlySet<string>,
  valueAt: (path: string) => unknown,
): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const { path } of columns) {
    if (lost.has(path)) continue
    const steps = path.split('.')
    let at = fields
    for (const step of steps.slice(0, -1)) {
      at[step] ??= {}
      at = at[step] as Record<string, unknown>
    }
    at[steps.at(-1) ?? path] = valueAt(path)
  }
  return fields
}

/** JSON leads into objects; a CSV has the whole path as the name of its column. */
function rawAt(row: Row, path: string): unknown {
  if (path in row) return row[path]
  return path
    .split('.')
    .reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? (at as Row)[step] : null), row)
}

function typedValue(type: string, raw: unknown): unknown {
  if (raw === null || raw === undefined || raw === '') return null
  if (type === 'boolean') return flag(raw)
  if (NUMBERS.has(type)) return Number(raw)
  if (type === 'datetime') return instantText(raw) ?? raw
  if (type === 'date') return /^-?\d+$/.test(String(raw)) ? (instantText(raw)?.slice(0, 10) ?? raw) : raw
  return raw
}

function flag(raw: unknown): boolean {
  return raw === true || raw === 'true'
}

/** Salesforce writes one instant as `…+0000`, as `…Z`, or as milliseconds since 1970, depending on the API. */
function instantText(raw: unknown): string | null {
  if (raw === null || raw === undefined || raw === '') return null
  const text = String(raw)
  if (/^-?\d+$/.test(text)) return new Date(Number(text)).toISOString()
  return text.replace(/\+00:?00$/, 'Z')
}
