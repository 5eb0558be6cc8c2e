// The fake organisation's REST API on loopback: sign-in, describe, queries with their links, the log of deletions.
import { generateKeyPairSync } from 'node:crypto'
import { type Stage, startVendor, type VendorAnswer, type VendorRequest } from 'heysync/connector/testing'
import { jwtVerify } from 'jose'
import { openJobs } from './jobs.ts'
import { MANNERS, type Manners } from './manners.ts'
import { type Found, openOrg, type Value, VendorError } from './org.ts'

export const CLIENT_ID = 'client-3MVG9'
export const CLIENT_SECRET = 'client-secret-51f7'
export const USERNAME = 'reader@example.com'
export const FIRST_REFRESH = 'refresh-0-aa31'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const PRIVATE_KEY = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const NAME_ID = '005000000000001AAA'
const ORG_ID = '00D000000000001AAA'

export type Vendor = Awaited<ReturnType<typeof startSalesforce>>

export async function startSalesforce(clock: Stage['clock'], given: Partial<Manners> = {}) {
  const manners: Manners = { ...MANNERS, ...given, quota: { ...MANNERS.quota, ...given.quota } }
  const org = openOrg(clock)
  const jobs = openJobs(org, manners)
  org.insert('User', { Name: 'Reader', ProfileId: '00e000000000001AAA', UserRoleId: null })
  const links = new Map<string, { found: Found; from: number; session: string; until: number }>()
  const sessions = new Set<string>()
  const asked: string[] = []
  let refresh = FIRST_REFRESH
  let tokens = 0
  let named = 0
  let failing = { status: 503, times: 0 }

  const newSession = (): string => {
    tokens += 1
    const token = `session-${tokens}-${ORG_ID}`
    sessions.add(token)
    return token
  }
  const signIn = async ({ body, headers }: VendorRequest): Promise<VendorAnswer> => {
    const form = new URLSearchParams(body)
    const field = (name: string) => form.get(name) ?? ''
    const no = (error: string, error_description: string) => ({
      status: 400,
      body: { error, error_description },
    })
    const grant = field('grant_type')
    if (grant === 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      try {
        const { payload } = await jwtVerify(field('assertion'), pair.publicKey, {
          algorithms: ['RS256'],
          issuer: CLIENT_ID,
          audience: 'https://login.salesforce.com',
          currentDate: new Date(clock.now()),
        })
        if (payload.sub !== USERNAME) return no('invalid_grant', 'user hasn’t approved this consumer')
        if ((payload.exp ?? 0) * 1000 > clock.now() + 5 * MINUTE_MS)
          return no('invalid_grant', 'expiration too far')
      } catch (error) {
        return no('invalid_grant', `invalid assertion: ${String(error)}`)
      }
    } else if (field('client_id') !== CLIENT_ID) return no('invalid_client_id', 'client identifier invalid')
    else if (grant === 'refresh_token') {
      if (field('refresh_token') !== refresh) return no('invalid_grant', 'expired access/refresh token')
      if (manners.rotates) {
        // The session of the token before ends with it.
        sessions.clear()
        refresh = `refresh-${tokens + 1}-bb72`
      }
    } else if (grant !== 'client_credentials') return no('unsupported_grant_type', 'grant type not supported')
    else if (field('client_secret') !== CLIENT_SECRET)
      return no('invalid_client', 'invalid client credentials')
    return {
      body: {
        access_token: newSession(),
        instance_url: manners.instanceUrl ?? `http://${headers.host}`,
        id: `https://login.salesforce.com/id/${ORG_ID}/${NAME_ID}`,
        token_type: 'Bearer',
        issued_at: String(clock.now()),
        ...(grant === 'refresh_token' && manners.rotates ? { refresh_token: refresh } : {}),
      },
    }
  }

  const page = (found: Found, from: number, size: number, session: string, version: string): VendorAnswer => {
    if (found.isCount)
      return {
        body: { totalSize: Number([...(found.rows[0]?.().values() ?? [])][0]), done: true, records: [] },
      }
    const to = from + Math.min(size, manners.rowsPerPage)
    const records = found.rows.slice(from, to).map((row) => asJson(found.sobject, row(), org))
    if (to >= found.rows.length) return { body: { totalSize: found.rows.length, done: true, records } }
    named += 1
    const name = `01g5e0000${named}AAA-${to}`
    links.set(name, { found, from: to, session, until: clock.now() + manners.linkLifeMs })
    const nextRecordsUrl = `/services/data/${version}/query/${name}`
    return { body: { totalSize: found.rows.length, done: false, nextRecordsUrl, records } }
  }
  const query = (
    soql: string,
    all: boolean,
    size: number,
    session: string,
    version: string,
  ): VendorAnswer => {
    const found = org.query(soql, all)
    if (
      found.rows.length > manners.slowAbove ||
      Number([...(found.rows[0]?.().values() ?? [])][0]) > manners.slowAbove
    )
      throw new VendorError(400, 'QUERY_TIMEOUT', 'Your query request was running for too long.')
    return page(found, 0, size, session, version)
  }
  const deletions = (sobject: string, start: number, end: number): VendorAnswer => {
    const minute = (ms: number) => Math.floor(ms / MINUTE_MS) * MINUTE_MS
    const [from, to] = [minute(start), minute(end)]
    if (Number.isNaN(from) || Number.isNaN(to) || to - from <= MINUTE_MS)
      throw new VendorError(
        400,
        'INVALID_REPLICATION_DATE',
        'endDate must be more than a minute after startDate',
      )
    if (start < clock.now() - 15 * DAY_MS)
      throw new VendorError(400, 'INVALID_REPLICATION_DATE', 'startDate before org replication enabled date')
    const covered = Math.min(to, clock.now() - manners.logLagMs)
    const found = org.table(sobject).deletions.filter(({ at }) => at >= from && at <= covered)
    return {
      body: {
        deletedRecords: found.map(({ id, at }) => ({ id, deletedDate: rest(at) })),
        earliestDateAvailable: rest(clock.now() - 20 * DAY_MS),
        latestDateCovered: rest(covered),
      },
    }
  }

  const route = async (request: VendorRequest, session: string): Promise<VendorAnswer> => {
    const { url, method, body, headers } = request
    const [, , , version = '', ...path] = url.pathname.split('/')
    const asks = (name: string) => url.searchParams.get(name) ?? ''
    const size = Number(/batchSize=(\d+)/.exec(String(headers['sforce-query-options'] ?? ''))?.[1] ?? 2_000)
    if (path[0] === 'composite' && method === 'POST') {
      const [inner] = (JSON.parse(body) as { compositeRequest: { url: string; referenceId: string }[] })
        .compositeRequest
      const nested = { ...request, method: 'GET', url: new URL(inner?.url ?? '', 'http://vendor'), body: '' }
      const { status: httpStatusCode = 200, body: answer } = await orError(() => route(nested, session))
      return {
        body: {
          compositeResponse: [
            { body: answer, httpHeaders: {}, httpStatusCode, referenceId: inner?.referenceId },
          ],
        },
      }
    }
    if (path[0] === 'queryAll' || (path[0] === 'query' && path.length === 1))
      return query(asks('q'), path[0] === 'queryAll', size, session, version)
    if (path[0] === 'query') {
      const link = links.get(path[1] ?? '')
      // A link belongs to the session that it was made in, and no other is let in.
      if (link !== undefined && link.session !== session)
        throw new VendorError(401, 'INVALID_SESSION_ID', 'Session expired or invalid')
      if (link === undefined || link.until < clock.now())
        throw new VendorError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator')
      links.delete(path[1] ?? '')
      return page(link.found, link.from, size, session, version)
    }
    if (path[0] === 'jobs') return jobs.answer({ method, path: path.slice(2), asks, body })
    if (path[0] === 'sobjects' && path[2] === 'describe') {
      const [name] = [...org.tables.keys()].filter((one) => one.toLowerCase() === path[1]?.toLowerCase())
      if (name === undefined) throw new VendorError(404, 'NOT_FOUND', 'The requested resource does not exist')
      return { body: { name, fields: [...org.table(name).fields.values()] } }
    }
    if (path[0] === 'sobjects' && path[2] === 'deleted')
      return deletions(path[1] ?? '', Date.parse(asks('start')), Date.parse(asks('end')))
    throw new VendorError(404, 'NOT_FOUND', 'The requested resource does not exist')
  }

  const server = await startVendor(clock, async (request) => {
    asked.push(`${request.method} ${request.url.pathname}${request.url.search}`)
    if (request.url.pathname === '/services/oauth2/token') return signIn(request)
    const session = (request.headers.authorization ?? '').replace('Bearer ', '')
    if (!sessions.has(session))
      return {
        status: 401,
        body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
      }
    if (failing.times > 0) {
      failing = { ...failing, times: failing.times - 1 }
      return { status: failing.status, body: '' }
    }
    const { quota } = manners
    const isOver = quota.used >= quota.total
    if (!isOver) quota.used += 1
    const answer = isOver
      ? asError(new VendorError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'))
      : await orError(() => route(request, session))
    return {
      ...answer,
      headers: { ...answer.headers, 'sforce-limit-info': `api-usage=${quota.used}/${quota.total}` },
    }
  })
  return {
    ...server,
    org,
    manners,
    /** Method and address of each request. */
    asked,
    options: {
      loginUrl: server.url,
      auth: { clientId: CLIENT_ID, username: USERNAME, privateKey: PRIVATE_KEY },
    },
    /** Every session ends now. */
    endSessions: () => sessions.clear(),
    loseLinks: () => links.clear(),
    forgetJobs: () => jobs.jobs.clear(),
    /** The next `times` API answers are this status, without a word. */
    failNext: (status: number, times: number) => {
      failing = { status, times }
    },
    queries: () =>
      asked
        .filter((one) => /\/query(All)?\?/.test(one))
        .map((one) => new URL(one.split(' ')[1] ?? '', 'http://v').searchParams.get('q') ?? ''),
  }
}

const rest = (ms: number) => new Date(ms).toISOString().replace('Z', '+0000')

function asJson(sobject: string, row: ReadonlyMap<string, Value>, org: ReturnType<typeof openOrg>): object {
  const isAggregate = ![...row.keys()].includes('Id')
  const json: Record<string, unknown> = { attributes: { type: isAggregate ? 'AggregateResult' : sobject } }
  for (const [path, value] of row) {
    const steps = path.split('.')
    const isTime = TIMES.test(path) || org.table(sobject).fields.get(path.toLowerCase())?.type === 'datetime'
    const shown = isTime && typeof value === 'number' ? rest(value) : value
    if (steps.length === 1) json[path] = shown
    else {
      const [first = '', second = ''] = steps
      const before = json[first] as object | null | undefined
      json[first] = shown === null && !before ? null : { ...before, attributes: {}, [second]: shown }
    }
  }
  return json
}

const TIMES = /^(newest)$/

function asError(error: unknown): VendorAnswer {
  if (!(error instanceof VendorError)) throw error
  return { status: error.status, body: [{ message: error.message, errorCode: error.code }] }
}

async function orError(answer: () => VendorAnswer | Promise<VendorAnswer>): Promise<VendorAnswer> {
  try {
    return await answer()
  } catch (error) {
    return asError(error)
  }
}
