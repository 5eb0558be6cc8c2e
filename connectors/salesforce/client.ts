// Owns the requests to an organisation: queries of any length, its quota, and the version of the API.
import type { ConnectorContext, HttpAnswer } from 'heysync/connector'
import { ConnectorError } from 'heysync/connector'
import { z } from 'zod'
import { insideComposite, judge, readAs, usageOf } from './answers.ts'
import type { SalesforceOptions } from './options.ts'
import { type SignIn, signIn } from './sign-in.ts'

const row = z.record(z.string(), z.unknown())
export type Row = z.infer<typeof row>

const queryAnswer = z.looseObject({
  totalSize: z.number(),
  done: z.boolean(),
  nextRecordsUrl: z.string().nullish(),
  records: z.array(row),
})
export type QueryAnswer = z.infer<typeof queryAnswer>

export interface Client {
  readonly identity: SignIn['identity']
  /** `all`: also rows in the recycle bin. Errors: those of Http. */
  query(soql: string, all?: boolean): Promise<QueryAnswer>
  /** The next rows of a query: what its last answer linked to. */
  more(link: string): Promise<QueryAnswer>
  /** How many rows a `SELECT COUNT() …` found. */
  count(soql: string, all?: boolean): Promise<number>
  /** Here and below, `path` starts behind the version, e.g. `sobjects/Contact/describe`. */
  csv(path: string, query: Readonly<Record<string, string | number | undefined>>): Promise<HttpAnswer>
  json(path: string, query?: Readonly<Record<string, string | number>>): Promise<unknown>
  post(path: string, body: unknown): Promise<unknown>
}

/**
 * Address and headers together may have 16,384 bytes (Salesforce: "REST API limits"), and a query is only taken in the
 * address, except inside a composite request, whose limit is another.
 */
const LONGEST_QUERY = 6_000
/** The organisation counts over the last 24 hours, so that a little comes back all the time. */
const QUOTA_PAUSE_MS = 60 * 60_000
/** A query may take two minutes before Salesforce gives it up. */
const TIMEOUT_MS = 150_000

/** Signs in where that is needed. Errors: those of signIn. */
export async function openClient(options: SalesforceOptions, context: ConnectorContext): Promise<Client> {
  const { auth, instanceUrl, identity } = await signIn(options, context)
  const http = context.http({ baseUrl: instanceUrl, auth, judge, timeoutMs: TIMEOUT_MS })
  const root = `services/data/v${options.apiVersion}`
  const headers = { 'sforce-query-options': `batchSize=${options.pageSize}` }
  let usage: { used: number; total: number } | null = null

  const send = async (request: Parameters<typeof http.send>[0]): Promise<HttpAnswer> => {
    if (usage !== null && usage.used >= usage.total * (1 - options.leaveQuota))
      throw new ConnectorError('quota', {
        message: `${usage.used} of the organisation's ${usage.total} daily API requests are used, and the rest is left to others.`,
        hint: 'leaveQuota in the options of this source says how many are left. A fuller schedule needs more.',
        until: context.clock.now() + QUOTA_PAUSE_MS,
      })
    const answer = await http.send(request)
    usage = usageOf(answer) ?? usage
    return answer
  }
  const json = async (request: Parameters<typeof http.send>[0]): Promise<unknown> => {
    const answer = await send(request)
    try {
      return insideComposite(answer)?.body ?? (JSON.parse(answer.text) as unknown)
    } catch {
      throw new ConnectorError('failed', {
        message: `${new URL(answer.url).pathname} of Salesforce answered with something else than JSON.`,
      })
    }
  }
  const asRows = (answer: unknown) => readAs(queryAnswer, answer, 'rows')

  const query = async (soql: string, all = false): Promise<QueryAnswer> => {
    const url = `${root}/${all ? 'queryAll' : 'query'}`
    const asked = encodeURIComponent(soql)
    if (asked.length <= LONGEST_QUERY) return asRows(await json({ url, query: { q: soql }, headers }))
    const inner = { method: 'GET', url: `/${url}?q=${asked}`, referenceId: 'rows' }
    const body = {
      compositeRequest: [
        { ...inner, httpHeaders: { 'Sforce-Query-Options': headers['sforce-query-options'] } },
      ],
    }
    return asRows(await json({ method: 'POST', url: `${root}/composite`, json: body }))
  }
  return {
    identity,
    query,
    more: async (link) => asRows(await json({ url: link, headers })),
    count: async (soql, all) => (await query(soql, all)).totalSize,
    csv: (path, query) => send({ url: `${root}/${path}`, query, headers: { accept: 'text/csv' } }),
    json: (path, query = {}) => json({ url: `${root}/${path}`, query }),
    post: (path, body) => json({ method: 'POST', url: `${root}/${path}`, json: body }),
  }
}
