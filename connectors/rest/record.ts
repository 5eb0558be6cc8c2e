// Owns one entry of a list: what is its id, when it changed, whether it is gone. The entry itself is kept as it is. Pure.
import type { BadRecord, SourceRecord } from 'heysync/connector'
import { readInstant } from './instants.ts'
import type { RestOptions } from './options.ts'
import type { ListOptions, Sign } from './options-list.ts'
import { valueAt } from './path.ts'

const SHOWN_CHARS = 200

/** A record, or why there is none. `place`: where a person finds the entry. */
export function readEntry(
  entry: unknown,
  { list, time, place }: { list: ListOptions; time: RestOptions['time']; place: string },
): SourceRecord | BadRecord {
  if (entry === null || typeof entry !== 'object' || Array.isArray(entry))
    return bad(entry, place, 'ROW_MALFORMED', `${place} is no object.`)
  const id = readId(valueAt(entry, list.id))
  if (id === null)
    return bad(
      entry,
      place,
      'ID_MISSING',
      `${place} has no usable id at ${list.id}: text or a whole number is needed.`,
    )
  const mergedInto = list.mergedInto === undefined ? null : readId(valueAt(entry, list.mergedInto))
  return {
    id,
    fields: entry as Record<string, unknown>,
    updatedAt: list.updated === undefined ? null : readInstant(valueAt(entry, list.updated), time),
    ...(says(entry, list.deleted) ? { deleted: true } : {}),
    ...(says(entry, list.archived) ? { archived: true } : {}),
    ...(mergedInto === null || mergedInto === '0' ? {} : { mergedInto }),
  }
}

export function isBad(read: SourceRecord | BadRecord): read is BadRecord {
  return 'code' in read
}

/** True when the value at the place of the sign is one of its values. */
export function says(value: unknown, sign: Sign | undefined): boolean {
  if (sign === undefined) return false
  const found = valueAt(value, sign.at) ?? null
  return sign.is.some((one) =>
    one === null || found === null ? one === found : String(one) === String(found),
  )
}

/** A number beyond 2^53 has lost digits on its way through JSON, so two people could have become one. */
function readId(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

function bad(entry: unknown, place: string, code: BadRecord['code'], message: string): BadRecord {
  return { id: null, place, code, message, value: (JSON.stringify(entry) ?? '').slice(0, SHOWN_CHARS) }
}
