// Owns connectors that are wrong: the Rolodex with one flaw each, as they are made in a hurry.
import type { Connector, ConnectorContext, Page, PullEnd, PullRequest, SourceRecord } from 'heysync/connector'
import { z } from 'zod'
import { type RolodexOptions, readPage, rolodex, signedIn, toRecord } from './rolodex.ts'

type Rolodex = typeof rolodex
type Pull = Rolodex['pull']

export interface Flaw {
  readonly what: string
  readonly connector: Connector
  /** The check that has to notice. */
  readonly caughtBy: string
}

const good: Pull = rolodex.pull
const bent = (what: Partial<Rolodex>): Connector => ({ ...rolodex, ...what }) as Connector

const asking = (change: (request: PullRequest) => PullRequest): Connector =>
  bent({ pull: (options, request, context) => good(options, change(request), context) })

const saying = (change: (page: Page, request: PullRequest, options: RolodexOptions) => Page): Connector =>
  bent({
    pull: async function* (options, request, context) {
      for await (const page of good(options, request, context)) yield change(page, request, options)
    },
  })

const telling = (change: (record: SourceRecord) => SourceRecord): Connector =>
  saying((page) => ({ ...page, records: page.records.map(change) }))

const shifted = (time: string, ms: number) => new Date(Date.parse(time) + ms).toISOString()
const endOf = ({ mode }: PullRequest, count: number | null = null): PullEnd =>
  mode === 'full' ? { covers: 'everything', count } : { covers: 'changes', count: null }

interface Rows {
  people: Parameters<typeof toRecord>[0][]
  more: boolean
  next: string | null
}

/** With fetch instead of the http of the context. */
function byFetch(
  read: (response: Response) => Promise<Rows>,
  nextOf: (rows: Rows, own: string) => string = (_rows, own) => own,
): Connector {
  return bent({
    pull: async function* (options, request, context) {
      let afterId = 0
      let url = `${options.url}/people?after_id=0&limit=${options.pageSize}`
      for (;;) {
        const token = await accessToken(options, context)
        const rows = await read(await fetch(url, { headers: { authorization: `Bearer ${token}` } }))
        afterId = rows.people.at(-1)?.id ?? afterId
        const end = rows.more ? {} : { end: endOf(request) }
        yield { records: rows.people.map(toRecord), position: String(afterId), ...end }
        if (!rows.more) return
        url = nextOf(rows, `${options.url}/people?after_id=${afterId}&limit=${options.pageSize}`)
      }
    },
  })
}

async function accessToken({ url, key }: RolodexOptions, { keep }: ConnectorContext): Promise<string> {
  const held = keep.get('token')
  if (held !== null) return held
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await fetch(`${url}/token`, { method: 'POST', headers: { 'x-key': key }, body })
  const { access_token } = (await answer.json()) as { access_token: string }
  keep.set('token', access_token)
  return access_token
}

const json = async (response: Response) => (await response.json()) as Rows
const nobody: Rows = { people: [], more: false, next: null }
let kept = 0

export const flaws: readonly Flaw[] = [
  {
    what: 'begins after the lower bound instead of at it',
    connector: asking(({ window: { from, to }, ...rest }) => ({
      ...rest,
      window: { from: from && shifted(from, 1), to },
    })),
    caughtBy: 'takes both ends of its window for inside',
  },
  {
    what: 'ends before the upper bound, and goes on from there',
    connector: asking(({ window: { from, to }, ...rest }) => ({
      ...rest,
      window: { from: from && shifted(from, 300_000), to: shifted(to, -1) },
    })),
    caughtBy: 'takes both ends of its window for inside',
  },
  {
    what: 'pages by time',
    connector: bent({
      pull: async function* (options, request, context) {
        const http = signedIn(options, context)
        let from = request.resumeAfter ?? request.window.from ?? undefined
        for (;;) {
          const query = { from, order: 'time', limit: options.pageSize }
          const { people, more } = await readPage(http, query)
          from = shifted(people.at(-1)?.updated_at ?? request.window.to, 1)
          const end = more ? {} : { end: endOf(request) }
          yield { records: people.map(toRecord), position: from, ...end }
          if (!more) return
        }
      },
    }),
    caughtBy: 'reads more records of one instant than fit on a page',
  },
  {
    what: 'pages by row number',
    connector: bent({
      pull: async function* (options, request, context) {
        const http = signedIn(options, context)
        let offset = Number(request.resumeAfter ?? 0)
        for (;;) {
          const { from, to } = request.window
          const query = { from: from ?? undefined, to, offset, limit: options.pageSize }
          const { people, more } = await readPage(http, query)
          offset += people.length
          const end = more ? {} : { end: endOf(request) }
          yield { records: people.map(toRecord), position: String(offset), ...end }
          if (!more) return
        }
      },
    }),
    caughtBy: 'reads what changes while it reads, then or the next time',
  },
  {
    what: 'reads everything only up to the instant at which it began',
    connector: bent({
      pull: async function* (options, request, context) {
        const http = signedIn(options, context)
        let afterId = Number(request.resumeAfter ?? 0)
        for (;;) {
          const { from, to } = request.window
          const query = { from: from ?? undefined, to, after_id: afterId, limit: options.pageSize }
          const { people, more, total } = await readPage(http, query)
          afterId = people.at(-1)?.id ?? afterId
          const end = more ? {} : { end: endOf(request, total) }
          yield { records: people.map(toRecord), position: String(afterId), ...end }
          if (!more) return
        }
      },
    }),
    caughtBy: 'takes nobody for gone who is edited while everything is read',
  },
  {
    what: 'says no end',
    connector: saying(({ end: _end, ...page }) => page),
    caughtBy: 'reads a source of nobody to its end',
  },
  {
    what: 'says the end before there is one',
    connector: bent({
      pull: async function* (options, request, context) {
        for await (const page of good(options, request, context)) {
          yield { ...page, end: page.end ?? endOf(request) }
          return
        }
      },
    }),
    caughtBy: 'reads 2 pages, full to the last row, and ends there',
  },
  {
    what: 'says the same position twice',
    connector: saying((page) => ({ ...page, position: '0' })),
    caughtBy: 'says where it stands on each page, and never the same twice',
  },
  {
    what: 'makes ids of row numbers',
    connector: bent({
      pull: async function* (options, request, context) {
        let row = 0
        for await (const page of good(options, request, context)) {
          const there = page.records.filter(({ deleted }) => deleted !== true)
          const end = page.end ? { end: endOf(request) } : {}
          yield { ...page, ...end, records: there.map((one) => ({ ...one, id: String(++row) })) }
        }
      },
    }),
    caughtBy: 'keeps each id with its person when others go',
  },
  {
    what: 'cuts ids to 32 bits',
    connector: telling((record) => ({ ...record, id: String(Number(record.id) | 0) })),
    caughtBy: 'gives the id and the time of change to the last digit, as the source writes them',
  },
  ...[['milliseconds', 23] as const, ['seconds', 19] as const].map(([name, length]) => ({
    what: `cuts the time of change to ${name}`,
    connector: telling((record) => ({ ...record, updatedAt: `${record.updatedAt?.slice(0, length)}Z` })),
    caughtBy: 'gives the id and the time of change to the last digit, as the source writes them',
  })),
  {
    what: 'drops who was deleted',
    connector: saying((page) => ({ ...page, records: page.records.filter(({ deleted }) => !deleted) })),
    caughtBy: 'says who was deleted',
  },
  {
    what: 'drops who was deleted, and never says that it saw everything',
    connector: saying(({ end, ...page }) => ({
      ...page,
      records: page.records.filter(({ deleted }) => !deleted),
      ...(end ? { end: { covers: 'changes', count: null } as const } : {}),
    })),
    caughtBy: 'proves that it saw everything: whoever a second full pull does not show is gone',
  },
  {
    what: 'drops where a record went',
    connector: telling(({ mergedInto: _into, ...record }) => record),
    caughtBy: 'says which record went into which, and nobody of the two is taken for gone meanwhile',
  },
  {
    what: 'drops who must not be texted',
    connector: telling((record) => ({ ...record, fields: { ...record.fields, no_texts: false } })),
    caughtBy: 'says who must not be texted, from the first pull on and when it changes',
  },
  {
    what: 'makes words of nulls',
    connector: telling((record) => ({
      ...record,
      fields: Object.fromEntries(Object.entries(record.fields).map(([name, value]) => [name, `${value}`])),
    })),
    caughtBy: 'reads records whose fields are empty or null',
  },
  {
    what: 'makes numbers of text that looks like one',
    connector: telling((record) => ({
      ...record,
      fields: Object.fromEntries(
        Object.entries(record.fields).map(([name, value]) => [
          name,
          typeof value !== 'string' || Number.isNaN(Number(value)) || value === '' ? value : Number(value),
        ]),
      ),
    })),
    caughtBy: 'keeps text that looks like something else',
  },
  {
    what: 'shows the key in its errors',
    connector: bent({
      pull: async function* (options, request, context) {
        try {
          yield* good(options, request, context)
        } catch (error) {
          throw Object.assign(error as Error, { message: `${(error as Error).message} (${options.key})` })
        }
      },
    }),
    caughtBy: 'says in its error that it is the credential, where it is',
  },
  {
    what: 'keeps the key in its position',
    connector: saying((page, _request, { key }) => ({ ...page, position: `${page.position}&key=${key}` })),
    caughtBy: 'reads 1 page, full to the last row, and ends there',
  },
  {
    what: 'takes a refusal for an empty page',
    connector: byFetch(async (response) => (response.ok ? json(response) : nobody)),
    caughtBy: 'gets over: busy: retry-after in seconds, in the middle',
  },
  {
    what: 'takes half an answer for the end',
    connector: byFetch((response) => json(response).catch(() => nobody)),
    caughtBy: 'loses nobody by: half an answer',
  },
  {
    what: 'takes an empty object for the end',
    connector: byFetch(async (response) => ({ ...nobody, ...(await json(response)) })),
    caughtBy: 'loses nobody by: an empty object',
  },
  ...(['an empty object', 'a null list', 'nothing but null'] as const).map((answer) => ({
    what: `takes ${answer} for the end`,
    connector: byFetch(async (response) => {
      const { people, more } = { ...nobody, ...(await json(response)) }
      return people === null || people.length === 0 ? nobody : { people, more, next: null }
    }),
    caughtBy: `loses nobody by: ${answer}, once, at whichever of its requests`,
  })),
  {
    what: 'goes round in circles where a page comes in another order',
    connector: byFetch(json, ({ people }, own) =>
      own.replace(/after_id=\d+/, `after_id=${(people[0]?.id ?? 1) - 1}`),
    ),
    caughtBy: 'loses nobody by: another order',
  },
  {
    what: 'does not hear that it should stop',
    connector: byFetch(json),
    caughtBy: 'stops while it waits for an answer',
  },
  {
    what: 'follows links wherever they lead',
    connector: byFetch(json, ({ next }, own) => next ?? own),
    caughtBy: 'takes its credential to no other origin',
  },
  {
    what: 'waits for hours',
    connector: bent({
      pull: (options, request, context) =>
        good(options, request, {
          ...context,
          http: (more) => context.http({ ...more, longestWaitMs: Number.MAX_SAFE_INTEGER }),
        }),
    }),
    caughtBy: 'stops at a quota that is used up for hours, and reads on when it has begun anew',
  },
  {
    what: 'signs in once and never again',
    connector: bent({
      pull: async function* (options, request, context) {
        const token = await accessToken(options, context)
        const auth = {
          credential: async () => ({ headers: { authorization: `Bearer ${token}` } }),
          renew: async () => false,
          secrets: () => [token, options.key],
        }
        const http = (more: Parameters<typeof context.http>[0]) => context.http({ ...more, auth })
        yield* good(options, request, { ...context, http })
      },
    }),
    caughtBy: 'signs in again when its access has run out, and misses nobody',
  },
  {
    what: 'goes on one page too far on',
    connector: asking((request) => ({
      ...request,
      resumeAfter: request.resumeAfter && String(Number(request.resumeAfter) + 4),
    })),
    caughtBy: 'goes on after a crash at any page, and misses nobody',
  },
  {
    what: 'says that it goes on, and starts over',
    connector: asking((request) => ({ ...request, resumeAfter: null })),
    caughtBy: 'goes on from the page that was saved, where it says that it can',
  },
  {
    what: 'takes news for everything',
    connector: saying((page) => (page.end ? { ...page, end: { covers: 'everything', count: null } } : page)),
    caughtBy: 'reads only news after it has read everything',
  },
  {
    what: 'reads everything each time',
    connector: asking((request) => ({ ...request, window: { ...request.window, from: null } })),
    caughtBy: 'reads only news after it has read everything',
  },
  {
    what: 'keeps its place outside of the pull',
    connector: bent({
      pull: async function* (options, request, context) {
        kept = Number(request.resumeAfter ?? 0)
        for (;;) {
          const page = await readPage(signedIn(options, context), { after_id: kept, limit: options.pageSize })
          kept = page.people.at(-1)?.id ?? kept
          const end = page.more ? {} : { end: endOf(request) }
          yield { records: page.people.map(toRecord), position: String(kept), ...end }
          if (!page.more) return
        }
      },
    }),
    caughtBy: 'keeps nothing between two pulls: they may run beside each other',
  },
  {
    what: 'counts other than it shows',
    connector: saying((page) =>
      page.end ? { ...page, end: { ...page.end, count: (page.end.count ?? 0) - 1 } } : page,
    ),
    caughtBy: 'counts what it reads, where it counts at all',
  },
  {
    what: 'takes options that it does not know',
    connector: bent({
      options: z.looseObject(rolodex.options instanceof z.ZodObject ? rolodex.options.shape : {}) as never,
    }),
    caughtBy: 'refuses an option that it does not know',
  },
  {
    what: 'does not say what an option is for',
    connector: bent({ options: z.strictObject({ url: z.url(), key: z.string(), pageSize: z.int() }) }),
    caughtBy: 'explains each of its options',
  },
  {
    what: 'cannot look at a source of nobody',
    connector: bent({
      discover: async (options, context) => {
        const { people } = await readPage(signedIn(options, context), { limit: 3 })
        const [first] = people.map(toRecord)
        const fields = Object.entries((first as SourceRecord).fields)
        return { fields: fields.map(([name, value]) => ({ name, samples: [String(value)] })), count: null }
      },
    }),
    caughtBy: 'looks at a source of nobody, and of people with empty fields, without an error',
  },
]
