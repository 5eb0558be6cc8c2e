// Owns one request for a page of a list, and finding the entries in its answer.
import { ConnectorError, type Http, type HttpAnswer } from 'heysync/connector'
import { writeLower, writeUpper } from './instants.ts'
import type { RestOptions } from './options.ts'
import type { ListOptions } from './options-list.ts'
import type { Place } from './paging.ts'
import { valueAt } from './path.ts'
import type { Stretch } from './standing.ts'
import { filled, type Scope } from './template.ts'

export interface Asked {
  readonly answer: HttpAnswer
  readonly body: unknown
  readonly entries: readonly unknown[]
  /** False where null stood in place of the list: some languages write a list of nothing so, and others an error. */
  readonly isListed: boolean
}

export interface Question {
  readonly list: ListOptions
  readonly place: Place
  readonly stretch: Stretch
  readonly options: Pick<RestOptions, 'time' | 'pageSize' | 'headers'>
  readonly bucket: string
}

/** Errors: those of the request; a ConnectorError `failed` when there is no list where the options say. */
export async function ask(http: Http, question: Question): Promise<Asked> {
  const { list, place, bucket, options } = question
  const scope = scopeOf(question)
  const body = filled(list.body, scope)
  const answer = await http.send({
    method: list.method,
    url: place.link ?? addressOf(list, scope),
    headers: Object.fromEntries(
      Object.entries({ ...options.headers, ...list.headers }).flatMap(([name, value]) => {
        const text = filled(value, scope)
        return text === undefined ? [] : [[name, String(text)]]
      }),
    ),
    bucket,
    ...(body === undefined ? {} : { json: body }),
  })
  const parsed = parse(list, answer)
  const entries = entriesOf(list, parsed, answer)
  return { answer, body: parsed, entries: entries ?? [], isListed: entries !== null }
}

function scopeOf({ place, stretch, options }: Question): Scope {
  const { link: _, ...placed } = place
  const given = Object.entries(placed).filter(([, value]) => value !== undefined)
  return {
    ...Object.fromEntries(given),
    pageSize: options.pageSize,
    to: writeUpper(stretch.to, options.time),
    ...(stretch.from === null ? {} : { from: writeLower(stretch.from, options.time) }),
  }
}

/** Built here and not by `http`, which sets each parameter once: some APIs want one repeated. */
function addressOf(list: ListOptions, scope: Scope): string {
  const coded = Object.fromEntries(
    Object.entries(scope).map(([name, value]) => [name, encodeURIComponent(value)]),
  )
  const path = String(filled(list.path, coded) ?? '').replace(/^\/+/, '')
  const query = new URLSearchParams()
  for (const [name, template] of Object.entries(list.query)) {
    const value = filled(template, scope)
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null) query.append(name, String(one))
  }
  if (query.size === 0) return path
  return `${path}${path.includes('?') ? '&' : '?'}${query}`
}

function parse(list: ListOptions, { text }: HttpAnswer): unknown {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new ConnectorError('failed', {
      message: `${list.method} ${list.path} answered with something else than JSON.`,
      hint: 'If it does so each time, look at baseUrl and path in the options of this source.',
    })
  }
  if (HUGE.test(text) && holdsInfinity(body))
    throw new ConnectorError('failed', {
      message: `${list.method} ${list.path} answered with a number that is larger than any number can be, such as 1e999, so what it says of people cannot be trusted.`,
      hint: 'If it does so each time, ask the vendor of the API which record holds it.',
    })
  return body
}

/** How a number that JavaScript reads as infinite has to look. */
const HUGE = /\d[eE]\+?\d{3}|\d{300}/

/** Not by recursion: an answer may be nested deeper than the stack is. */
function holdsInfinity(body: unknown): boolean {
  const left = [body]
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value === 'number' && !Number.isFinite(value)) return true
    if (value !== null && typeof value === 'object') for (const one of Object.values(value)) left.push(one)
  }
  return false
}

function entriesOf(list: ListOptions, body: unknown, answer: HttpAnswer): readonly unknown[] | null {
  const entries = valueAt(body, list.records)
  // When the key is missing, it is another kind of answer.
  if (Array.isArray(entries) || entries === null) return entries
  const keys = body !== null && typeof body === 'object' ? Object.keys(body).slice(0, 20) : []
  throw new ConnectorError('failed', {
    message: `${list.method} ${list.path} answered ${answer.status} without a list at ${list.records === '' ? 'its top' : list.records}.`,
    hint: `The answer has ${keys.length === 0 ? 'no keys' : `the keys ${keys.join(', ')}`}. Correct \`records\` in the options of this source.`,
  })
}
