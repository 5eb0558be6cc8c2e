// Owns what makes no sense in a description of an API, each with the key that it is about. Pure.
import { changesOf, namesUsed, uses } from './lists.ts'
import type { ListChanges, ListOptions, Paging } from './options-list.ts'
import { namesIn, PLACEHOLDERS } from './template.ts'

export interface Fault {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** What decides whether a pull can come to its end. */
interface Waiting {
  readonly limits: Limits
  readonly longestWaitSeconds: number
  readonly resume: boolean
}
type Limits = readonly { readonly seconds: number }[]

interface Described extends Waiting {
  readonly list: ListOptions
  readonly changes?: ListChanges | undefined
  readonly deletions?: ListOptions | undefined
  readonly time: Time
}

interface Time {
  readonly since?: string | undefined
}

export function faultsOf(options: Described): Fault[] {
  const { list, changes, deletions, time } = options
  const asked = changesOf(options)
  return [
    ...limitFaults(options.limits, ['limits'], options),
    ...limitFaults(list.limits, ['list', 'limits'], options),
    ...limitFaults(changes?.limits, ['changes', 'limits'], options),
    ...limitFaults(deletions?.limits, ['deletions', 'limits'], options),
    ...listFaults(list, 'list', time),
    // A key that `changes` took over from `list` was looked at there.
    ...(changes === undefined || asked === null ? [] : listFaults(asked, 'changes', time)),
    ...(deletions === undefined ? [] : listFaults(deletions, 'deletions', time)),
    ...(changes !== undefined && asked !== null && !uses(asked, 'from') && !asked.newestFirst
      ? [
          {
            path: ['changes'],
            message: 'nothing in it says since when: use {{from}} in its query or body, or newestFirst: true',
          },
        ]
      : []),
    ...(changes?.path !== undefined && asked !== null && needsFrom(asked) && time.since === undefined
      ? [
          {
            path: ['time', 'since'],
            message:
              'changes are asked for in a place of their own, and {{from}} has no value where nothing was pulled before: say since when, e.g. "1970-01-01T00:00:00Z"',
          },
        ]
      : []),
    ...(asked === null && deletions !== undefined
      ? [
          {
            path: ['deletions'],
            message:
              'only read together with changes; without a way to ask for changes, each pull reads everything and sees who is absent',
          },
        ]
      : []),
  ]
}

/** Where it cannot go on, a pull that stops at a limit begins again, and stops there again. */
function limitFaults(
  limits: Limits | undefined,
  path: Fault['path'],
  { resume, longestWaitSeconds }: Waiting,
): Fault[] {
  const longest = Math.max(0, ...(limits ?? []).map(({ seconds }) => seconds))
  if (resume || longest <= longestWaitSeconds) return []
  const message = `with resume: false, a pull that has to wait for ${longest} s would start over each time and never come to its end: set longestWaitSeconds to ${longest} or more`
  return [{ path, message }]
}

/** A list with the newest first may be asked for without. */
function needsFrom(list: ListOptions): boolean {
  return uses(list, 'from') && !list.newestFirst
}

/** What the paging puts into the request. */
const NEEDS: Readonly<Record<Paging['by'], string | null>> = {
  none: null,
  page: 'page',
  offset: 'offset',
  cursor: 'cursor',
  link: null,
  'link-header': null,
  'last-id': 'lastId',
}
const BY_CURSOR: readonly Paging['by'][] = ['cursor', 'link', 'link-header']

function listFaults(list: ListOptions, key: string, time: Time): Fault[] {
  const { paging, end, maxResults, newestFirst, updated, method, body } = list
  const at = (part: string, message: string): Fault => ({ path: [key, part], message })
  const used = namesUsed(list)
  const need = NEEDS[paging.by]
  const faults: Fault[] = (['path', 'query', 'headers', 'body'] as const).flatMap((part) =>
    namesIn(list[part]).flatMap((name) => placeholderFault(name, paging).map((message) => at(part, message))),
  )
  if (need !== null && !used.includes(need))
    faults.push(
      at('paging', `pages by ${paging.by}, so the path, query or body has to say where: {{${need}}}`),
    )
  if (end === 'no-cursor' && !BY_CURSOR.includes(paging.by))
    faults.push(at('end', `there is no cursor and no link in paging by ${paging.by}`))
  if (end === 'short-page' && !used.includes('pageSize'))
    faults.push(
      at('end', 'a page is short only beside what was asked for: put {{pageSize}} into the query or body'),
    )
  if (body !== undefined && method === 'GET') faults.push(at('body', 'a body is sent with method: POST only'))
  if (newestFirst && updated === undefined)
    faults.push(at('newestFirst', 'needs `updated`: how else to see where what is known begins?'))
  if (maxResults !== undefined && !(used.includes('from') && used.includes('to')))
    faults.push(at('maxResults', 'a window can be halved only where the request has {{from}} and {{to}}'))
  else if (maxResults !== undefined && time.since === undefined)
    faults.push(
      at('maxResults', 'needs time.since, the beginning of the first window, e.g. "1970-01-01T00:00:00Z"'),
    )
  return faults
}

function placeholderFault(name: string, paging: Paging): string[] {
  const known: readonly string[] = PLACEHOLDERS
  if (!known.includes(name))
    return [`there is no {{${name}}}; there are ${known.map((one) => `{{${one}}}`).join(', ')}`]
  const pages: readonly (string | null)[] = Object.values(NEEDS)
  return pages.includes(name) && NEEDS[paging.by] !== name
    ? [`{{${name}}} has no value in paging by ${paging.by}`]
    : []
}
