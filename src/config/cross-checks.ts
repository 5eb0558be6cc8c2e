// Owns what no single key can tell: ids that repeat, kinds that do not exist, schedules, and keys that need each other.
// It reads the plain tree, so that these problems stand in the same list as the schema's.
import { validate as isCron, validateDetailed } from 'node-cron'
import type { Connector } from '../connector/contract.ts'
import { isLoopback } from '../lib/loopback.ts'
import { didYouMean, nearest } from '../lib/suggest.ts'
import { quoted } from './explain.ts'
import type { KeyPath } from './places.ts'
import { pathWords } from './places.ts'
import type { Problem } from './problems.ts'

type Group = Readonly<Record<string, unknown>>

export interface CrossCheckRequest {
  readonly value: unknown
  readonly connectors: ReadonlyMap<string, Connector>
  /** False where a message must not repeat the value. */
  mayShow(path: KeyPath): boolean
}

/** Every problem between keys. Values of a wrong type are left to the schema. */
export function crossCheck(request: CrossCheckRequest): Problem[] {
  const sources = entries(group(request.value).sources)
  const lists = entries(group(request.value).lists)
  return [
    ...repeated(sources, ['sources'], 'id', 'names a second source'),
    ...repeated(lists.map(withTitle), ['lists'], 'title', 'names a second list'),
    ...repeatedKeys(lists.map(withTitle)),
    ...lists.flatMap((list, index) => listProblems(list, ['lists', index], sources, request)),
    ...sources.flatMap((source, index) => sourceProblems(source, ['sources', index], request)),
    ...policyProblems(group(group(group(request.value).fields).custom), sources),
    ...serviceProblems(group(group(request.value).service)),
  ]
}

function repeated(items: readonly Group[], base: KeyPath, key: string, what: string): Problem[] {
  const firstAt = new Map<string, number>()
  return items.flatMap((item, index) => {
    const name = item[key]
    if (typeof name !== 'string') return []
    const first = firstAt.get(name)
    if (first === undefined) {
      firstAt.set(name, index)
      return []
    }
    const other = pathWords([...base, first])
    return [
      {
        path: [...base, index, key],
        side: 'value' as const,
        what: `${what} like ${other}; it must be unique`,
      },
    ]
  })
}

/** A list without a key is known by its title, so that a key must not be the title of such a list either. */
function repeatedKeys(lists: readonly Group[]): Problem[] {
  return lists.flatMap((list, index) => {
    const other = lists.findIndex(
      (one, at) => at !== index && typeof list.key === 'string' && (one.key ?? one.title) === list.key,
    )
    // Of two that have the key in writing, the second is told.
    if (other < 0 || (lists[other]?.key !== undefined && other > index)) return []
    const what = `names a second list like ${pathWords(['lists', other])}, which is known by its ${lists[other]?.key === undefined ? 'title' : 'key'}; it must be unique`
    return [{ path: ['lists', index, 'key'], side: 'value' as const, what }]
  })
}

/** A list without a title has that of the source's list. */
function withTitle(list: Group): Group {
  return { ...list, title: list.title ?? list.fromSourceList }
}

/** Who is on a list is said once: by a condition, or by a list of a source. */
function listProblems(
  list: Group,
  path: KeyPath,
  sources: readonly Group[],
  request: CrossCheckRequest,
): Problem[] {
  const problem = (key: string, side: Problem['side'], what: string): Problem[] => [
    { path: key === '' ? path : [...path, key], side, what },
  ]
  const { title, where, fromSourceList, source } = list
  if (where === undefined && fromSourceList === undefined)
    return problem(
      '',
      'value',
      'says nobody: give it `where` with a condition, or `fromSourceList` with the title of a list of a source',
    )
  if (where !== undefined && fromSourceList !== undefined)
    return problem(
      'fromSourceList',
      'key',
      'cannot stand beside where: leave out one of the two; a condition asks for it with source.lists.contains("…")',
    )
  if (fromSourceList === undefined && title === undefined) return problem('', 'value', 'has no title')
  if (source === undefined) return []
  if (fromSourceList === undefined)
    return problem('source', 'key', 'is for fromSourceList; a condition asks for it with source.id == "…"')
  const ids = sources.map(({ id }) => id).filter((id) => typeof id === 'string')
  if (typeof source !== 'string' || ids.includes(source)) return []
  const guess = request.mayShow([...path, 'source']) ? didYouMean(source, ids) : ''
  return problem(
    'source',
    'value',
    `is no source of this config${guess === '' ? `; there are ${ids.join(', ')}` : guess}`,
  )
}

function sourceProblems(source: Group, path: KeyPath, request: CrossCheckRequest): Problem[] {
  const problems: Problem[] = []
  const add = (key: string, what: string): void => {
    problems.push({ path: [...path, key], side: 'value', what })
  }
  const show = (key: string): string => {
    const value = source[key]
    return typeof value === 'string' && request.mayShow([...path, key]) ? `${quoted(value)} ` : ''
  }
  const { connector, timezone } = source
  if (typeof connector === 'string' && connector !== '' && !request.connectors.has(connector)) {
    const kinds = [...request.connectors.keys()]
    const guess = request.mayShow([...path, 'connector']) ? didYouMean(connector, kinds) : ''
    const known = guess === '' ? `; there are ${kinds.join(', ')}` : `${guess} There are ${kinds.join(', ')}`
    add(
      'connector',
      `${show('connector')}is not a kind of source${known}; or a path like ./my-connector.js, or a package heysync-connector-…`,
    )
  }
  for (const key of ['schedule', 'fullSchedule']) {
    const cron = source[key]
    if (typeof cron === 'string' && !isCron(cron))
      add(key, `${show(key)}is not a cron expression${cronReason(cron)}`)
  }
  if (typeof timezone === 'string' && !isTimeZone(timezone)) {
    const near = request.mayShow([...path, 'timezone'])
      ? nearest(timezone, Intl.supportedValuesOf('timeZone'))
      : null
    const guess = near === null ? '; write it like America/New_York' : `; did you mean ${near}?`
    add('timezone', `${show('timezone')}is not a time zone${guess}`)
  }
  const { onRemoved, removedTag } = source
  const names = onRemoved === 'tag' ? ['onRemoved'] : keysWithTag(group(onRemoved))
  if (removedTag === undefined) {
    const what = 'is tag, so removedTag must name the tag to add'
    for (const name of names) problems.push({ path: [...path, ...name.split('.')], side: 'value', what })
  }
  return problems
}

function keysWithTag(onRemoved: Group): string[] {
  return Object.keys(onRemoved).flatMap((way) => (onRemoved[way] === 'tag' ? [`onRemoved.${way}`] : []))
}

/** A policy for a custom field that no source maps would do nothing: most likely the name is misspelt. */
function policyProblems(policies: Group, sources: readonly Group[]): Problem[] {
  const mapped = sources.flatMap((source) => Object.keys(group(group(source.map).custom)))
  return Object.keys(policies)
    .filter((name) => !mapped.includes(name))
    .map((name) => ({
      path: ['fields', 'custom', name],
      side: 'key' as const,
      what: `is a custom field that no source maps${didYouMean(name, mapped)}`,
    }))
}

/** Which of the five fields is wrong; node-cron quotes the field, so its own words are not repeated. */
function cronReason(cron: string): string {
  const fields = validateDetailed(cron).errors.map((error) => error.field)
  const known = fields.filter((field) => field !== 'expression')
  if (known.length > 0)
    return `; look at its ${known.map((field) => CRON_WORDS[field] ?? field).join(' and ')}`
  return '; it has five fields: minute, hour, day of the month, month, day of the week'
}

const CRON_WORDS: Readonly<Record<string, string>> = {
  dayOfMonth: 'day of the month',
  dayOfWeek: 'day of the week',
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** Characters of a token that other machines may guess at. */
const SHORTEST_TOKEN = 16

function serviceProblems(service: Group): Problem[] {
  const { listen, token } = service
  if (typeof listen !== 'string') return []
  const match = /^(.+):(\d{1,5})$/.exec(listen)
  if (!match?.[1]) return []
  if (Number(match[2]) > 65_535) {
    return [{ path: ['service', 'listen'], side: 'value', what: 'has a port above 65535' }]
  }
  if (isLoopback(match[1])) return []
  if (token === undefined) {
    const what = 'is reachable from other machines, so service.token must be set; or listen on 127.0.0.1'
    return [{ path: ['service', 'listen'], side: 'value', what }]
  }
  if (typeof token === 'string' && token.length < SHORTEST_TOKEN) {
    const what = `must have at least ${SHORTEST_TOKEN} characters, because other machines can reach the API; or listen on 127.0.0.1`
    return [{ path: ['service', 'token'], side: 'value', what }]
  }
  return []
}

function group(value: unknown): Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Group) : {}
}

function entries(value: unknown): Group[] {
  return Array.isArray(value) ? value.map(group) : []
}
