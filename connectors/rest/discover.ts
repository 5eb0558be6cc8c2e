// Owns the first look at an API: one page of its list, the fields of its records, and whether the options fit them.
import {
  type ConnectorContext,
  ConnectorError,
  type DiscoveredField,
  type Discovery,
  type SourceRecord,
} from 'heysync/connector'
import { bucketOf, openApi } from './api.ts'
import type { RestOptions } from './options.ts'
import { readList } from './read.ts'
import { atStart } from './standing.ts'

const SAMPLES = 3
const SAMPLE_CHARS = 100
const MOST_FIELDS = 500
const DEEPEST = 4

/** Errors: those of the request; a ConnectorError `field` when no record has an id or a time where the options say. */
export async function discoverFields(options: RestOptions, context: ConnectorContext): Promise<Discovery> {
  const { list, time } = options
  const http = openApi(options, context)
  const from = time.since === undefined ? null : Date.parse(time.since)
  const reading = { http, list, options, proves: false, bucket: bucketOf(list), warn: context.log.warn }
  for await (const { records, bad, count } of readList(
    reading,
    atStart(list, [{ from, to: context.clock.now() }]),
  )) {
    if (records.length === 0 && bad[0] !== undefined) throw misfit('id', list.id, bad[0].message)
    if (
      list.updated !== undefined &&
      records.length > 0 &&
      records.every(({ updatedAt }) => updatedAt === null)
    )
      throw misfit('updated', list.updated, `No record on the first page has a time at ${list.updated}.`)
    return { fields: fieldsOf(records), count }
  }
  return { fields: [], count: null }
}

function misfit(option: string, path: string, message: string): ConnectorError {
  return new ConnectorError('field', {
    message,
    hint: `Correct ${option}: ${path} in the options of this source; heysync pull shows what a record looks like.`,
  })
}

function fieldsOf(records: readonly SourceRecord[]): DiscoveredField[] {
  const found = new Map<string, { type: NonNullable<DiscoveredField['type']>; samples: string[] }>()
  const note = (name: string, value: unknown, depth: number) => {
    if (value === undefined) return
    const known = found.get(name) ?? { type: typeOf(value), samples: [] }
    if (found.size < MOST_FIELDS || found.has(name)) found.set(name, known)
    if (value === null || depth > DEEPEST) return
    if (Array.isArray(value)) return note(`${name}.0`, value[0], depth + 1)
    if (typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) note(`${name}.${key}`, inner, depth + 1)
      return
    }
    const text = String(value).trim().slice(0, SAMPLE_CHARS)
    if (text !== '' && known.samples.length < SAMPLES && !known.samples.includes(text))
      known.samples.push(text)
  }
  for (const { fields } of records) for (const [name, value] of Object.entries(fields)) note(name, value, 1)
  return [...found].map(([name, { type, samples }]) => ({ name, type, samples }))
}

function typeOf(value: unknown): NonNullable<DiscoveredField['type']> {
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  if (Array.isArray(value)) return 'list'
  return value !== null && typeof value === 'object' ? 'object' : 'text'
}
