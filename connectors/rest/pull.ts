// Owns a pull: which lists it reads in which stretch of time, and what its end says.
import {
  type ConnectorContext,
  ConnectorError,
  type Http,
  type Page,
  type PullRequest,
  type SourceRecord,
} from 'heysync/connector'
import { z } from 'zod'
import { bucketOf, openApi } from './api.ts'
import { changesOf, isChecked } from './lists.ts'
import type { RestOptions } from './options.ts'
import type { ListOptions } from './options-list.ts'
import { valueAt } from './path.ts'
import { type Chunk, readList } from './read.ts'
import { atStart, type Standing, standingSchema } from './standing.ts'

interface Part {
  readonly list: ListOptions
  /** Its entries say who was deleted. */
  readonly deletions: boolean
  readonly from: number | null
}

const positionSchema = z.object({ part: z.int().min(0), nth: z.int(), standing: standingSchema })

const DAY_MS = 86_400_000
/** Changes that became visible late, where no record says when it changed. */
const OVERLAP_MS = 10 * 60_000

export async function* pullRecords(
  options: RestOptions,
  request: PullRequest,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  const http = openApi(options, context)
  const parts = partsOf(options, request).map((part) => remembered(part, request, context))
  const to = Date.parse(request.window.to)
  const resumed = options.resume ? readPosition(request.resumeAfter) : null
  const scope = await scopeOf(options, http)
  let nth = resumed?.nth ?? 0
  let doubt: string | null = null
  for (const [index, part] of parts.entries()) {
    if (index < (resumed?.part ?? 0)) continue
    const { list } = part
    const start = atStart(list, [{ from: part.from, to }])
    const standing = resumed?.part === index ? resumed.standing : start
    const proves = provesAbsence(request, list)
    const reading = { http, list, options, proves, bucket: bucketOf(list), warn: context.log.warn }
    for await (const chunk of readList(reading, standing)) {
      context.signal.throwIfAborted()
      nth += 1
      if (proves && doubt === null && chunk.doubt !== null) {
        doubt = chunk.doubt
        context.log.warn(`${doubt}, so nobody is removed for being absent.`)
      }
      const isLast = chunk.next === null && index === parts.length - 1
      const goesOn = chunk.next === null ? nextPart(parts, index, to) : { part: index, standing: chunk.next }
      yield {
        ...pageOf(part, chunk),
        position: JSON.stringify({ ...goesOn, nth }),
        ...(isLast
          ? { end: { ...endOf(request, list, chunk, doubt), ...(scope === null ? {} : { scope }) } }
          : {}),
      }
    }
  }
}

function partsOf(options: RestOptions, { mode, window, token }: PullRequest): Part[] {
  const { list, deletions, time } = options
  const since = time.since === undefined ? null : Date.parse(time.since)
  const changes = changesOf(options)
  if (mode === 'full' || changes === null) return [{ list, deletions: false, from: since }]
  const last = pulledAt(token)
  // Without times in its records there is no watermark, and only the last pull to go by.
  const known = window.from === null ? (changes.updated === undefined ? last : null) : Date.parse(window.from)
  const from = known ?? since
  return [
    { list: changes, deletions: false, from },
    // Since the last pull, though the newest record may be much older than that.
    ...(deletions === undefined ? [] : [{ list: deletions, deletions: true, from: last ?? from }]),
  ]
}

/** Up to when the last pull saw everything. */
function pulledAt(token: string | null): number | null {
  const at = Date.parse(token ?? '')
  return Number.isNaN(at) ? null : at - OVERLAP_MS
}

function nextPart(
  parts: readonly Part[],
  index: number,
  to: number,
): { part: number; standing: Standing } | object {
  const part = parts[index + 1]
  return part === undefined
    ? {}
    : { part: index + 1, standing: atStart(part.list, [{ from: part.from, to }]) }
}

function pageOf({ deletions, list }: Part, chunk: Chunk): Omit<Page, 'position'> {
  const records = deletions ? gone(list, chunk.records) : chunk.records
  return {
    records,
    ...(chunk.bad.length === 0 ? {} : { bad: chunk.bad }),
    ...(chunk.repeats ? { changes: true } : {}),
  }
}

/** Entries of a list of deletions: what else they say is about the deletion and not about the person. */
function gone(list: ListOptions, records: readonly SourceRecord[]): SourceRecord[] {
  return records
    .filter(({ deleted }) => list.deleted === undefined || deleted === true)
    .map((record) => ({ ...record, fields: {}, deleted: true }))
}

function provesAbsence({ mode }: PullRequest, list: ListOptions): boolean {
  return mode === 'full' && list.proves && isChecked(list)
}

function endOf(
  request: PullRequest,
  list: ListOptions,
  { count }: Chunk,
  doubt: string | null,
): NonNullable<Page['end']> {
  const { mode, window } = request
  if (mode === 'incremental') return { covers: 'changes', count: null, token: window.to }
  if (!provesAbsence(request, list) || doubt !== null) return { covers: 'changes', count: null }
  return { covers: 'everything', count: list.maxResults === undefined ? count : null, token: window.to }
}

/**
 * From no earlier than the API remembers: the newest record may be older than that where nothing happens, though the last pull
 * is not. Errors: a ConnectorError `cursor-expired` when the API has forgotten what happened since the last pull.
 */
function remembered(part: Part, { mode, token }: PullRequest, { clock }: ConnectorContext): Part {
  const { maxAgeDays, path } = part.list
  if (mode === 'full' || maxAgeDays === undefined || part.from === null) return part
  const oldest = clock.now() - maxAgeDays * DAY_MS
  if (part.from >= oldest) return part
  if ((pulledAt(token) ?? part.from) >= oldest) return { ...part, from: oldest }
  throw new ConnectorError('cursor-expired', {
    message: `${path} goes back ${maxAgeDays} days, and the last pull was before that`,
  })
}

function readPosition(text: string | null): z.output<typeof positionSchema> | null {
  if (text === null) return null
  try {
    return positionSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

async function scopeOf({ identity, headers }: RestOptions, http: Http): Promise<string | null> {
  if (identity === undefined) return null
  const body = await http.json({ url: identity.path.replace(/^\/+/, ''), headers })
  return JSON.stringify(identity.at.map((path) => valueAt(body, path) ?? null))
}
