// Owns one page of a list as it was read: its records, those that cannot be read, and what of it is new. Pure.
import { type BadRecord, ConnectorError, type SourceRecord } from 'heysync/connector'
import type { Asked } from './ask.ts'
import type { RestOptions } from './options.ts'
import type { ListOptions } from './options-list.ts'
import { isBad, readEntry } from './record.ts'

export interface ReadPage {
  readonly asked: Asked
  readonly records: readonly SourceRecord[]
  readonly bad: readonly BadRecord[]
  /** Ids in the order of the page. */
  readonly ids: readonly string[]
  readonly lastId: string | null
}

/** `nth`: which page of this pull it is, from 1. */
export function readPage(asked: Asked, list: ListOptions, time: RestOptions['time'], nth: number): ReadPage {
  const records: SourceRecord[] = []
  const bad: BadRecord[] = []
  const seen = new Set<string>()
  for (const [index, entry] of asked.entries.entries()) {
    const place = `${list.path}, page ${nth}, record ${index + 1}`
    const read = readEntry(entry, { list, time, place })
    if (isBad(read)) bad.push(read)
    else if (seen.has(read.id)) bad.push(twice(read.id, list.id, place))
    else {
      seen.add(read.id)
      records.push(read)
    }
  }
  return { asked, records, bad, ids: [...seen], lastId: records.at(-1)?.id ?? null }
}

function twice(id: string, path: string, place: string): BadRecord {
  const message = `${place} has the id ${id}, and so has another record of that page. Is ${path} really the id?`
  return { id, place, code: 'ID_DUPLICATE', message }
}

/** Errors: a ConnectorError `failed` when a list that is read on by the last id is not in the order of ids. */
export function requireIdOrder({ ids }: ReadPage, list: ListOptions): void {
  const numbers = ids.map((id) => (/^\d+$/.test(id) ? BigInt(id) : null))
  const broken = numbers.findIndex((id, index) => {
    const before = numbers[index - 1]
    return id !== null && before !== null && before !== undefined && id <= before
  })
  if (broken < 0) return
  throw new ConnectorError('failed', {
    message: `${list.path} is not in the order of ids: ${ids[broken]} comes after ${ids[broken - 1]}. Reading on by the last id would leave people out.`,
    hint: 'Add the parameter that sorts by id, rising, to the query of this list.',
  })
}

/** Those that changed at or after `from`, for a list with the newest first; and whether the list has passed that point. */
export function newsOf(
  { records }: ReadPage,
  from: number | null,
): { records: readonly SourceRecord[]; passed: boolean; sorted: boolean } {
  const times = records.map(({ updatedAt }) => (updatedAt === null ? null : Date.parse(updatedAt)))
  const sorted = times.every((at, index) => {
    const before = times[index - 1] ?? null
    return at === null || before === null || at <= before
  })
  const last = times.at(-1) ?? null
  if (from === null || !sorted) return { records, passed: false, sorted }
  return {
    records: records.filter((_, index) => (times[index] ?? from) >= from),
    passed: last !== null && last < from,
    sorted,
  }
}
