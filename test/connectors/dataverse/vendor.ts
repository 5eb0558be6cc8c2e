// A fake Dataverse environment on loopback: its tenant's sign-in, the contact table, change tracking, and its refusals.
import { type Stage, startVendor, type VendorAnswer, type VendorRequest } from 'heysync/connector/testing'

export const TENANT = '11111111-aaaa-4bbb-8ccc-000000000001'
export const CLIENT_ID = '22222222-aaaa-4bbb-8ccc-000000000002'
export const CLIENT_SECRET = 'dataverse~secret-77fe'

const USER = '33333333-aaaa-4bbb-8ccc-000000000003'
const FORMATTED = 'OData.Community.Display.V1.FormattedValue'
const DAY_MS = 24 * 60 * 60_000

export type Contact = Record<string, string | number | boolean | null>

/** What the fake does like the vendor, or worse. */
export interface Manners {
  tracked: boolean
  rowsPerPage: number
  /** Links to changes live so long, in days. */
  trackingDays: number
  /** The user may read only some rows, so that tracked requests are refused. */
  seesOnlyOwn: boolean
  /** Secured columns: empty, without a word, unless a profile of the user lets it read them. */
  secured: readonly string[]
  readsSecured: boolean
  /** Origin of links; the environment's own unless it is said. */
  linkOrigin: string | null
}

interface Version {
  /** Null once the row is gone. */
  readonly contact: Contact | null
  readonly shownAt: number
  readonly seq: number
}

const COLUMNS: Readonly<Record<string, string>> = {
  contactid: 'Uniqueidentifier',
  modifiedon: 'DateTime',
  statecode: 'State',
  merged: 'Boolean',
  _masterid_value: 'Lookup',
  _ownerid_value: 'Lookup',
  firstname: 'String',
  lastname: 'String',
  mobilephone: 'String',
  telephone1: 'String',
  telephone2: 'String',
  emailaddress1: 'String',
  address1_country: 'String',
  donotphone: 'Boolean',
  preferredcontactmethodcode: 'Picklist',
  new_smsoptout: 'Boolean',
  birthdate: 'DateTime',
}
const CHOICES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  preferredcontactmethodcode: { 1: 'Any', 2: 'Email', 3: 'Phone' },
  statecode: { 0: 'Active', 1: 'Inactive' },
  donotphone: { true: 'Do Not Allow', false: 'Allow' },
}

class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export type Vendor = Awaited<ReturnType<typeof startDataverse>>

export async function startDataverse(clock: Stage['clock'], given: Partial<Manners> = {}) {
  const manners: Manners = {
    tracked: true,
    rowsPerPage: 5_000,
    trackingDays: 7,
    seesOnlyOwn: false,
    secured: [],
    readsSecured: false,
    linkOrigin: null,
    ...given,
  }
  const rows = new Map<string, Version[]>()
  const asked: string[] = []
  const sessions = new Set<string>()
  const roles = ['role-1']
  let seq = 0
  let forgotten = 0
  let tokens = 0

  const save = (id: string, contact: Contact | null, shownAt = clock.now()) => {
    seq += 1
    rows.set(id, [...(rows.get(id) ?? []).slice(-1), { contact, shownAt, seq }])
  }
  const latest = (id: string): Contact | null => rows.get(id)?.at(-1)?.contact ?? null
  const put = (id: string | null, values: Contact, when: { at?: number; shownAt?: number } = {}): string => {
    const key = id ?? `c0${String(seq + 1).padStart(6, '0')}-aaaa-4bbb-8ccc-000000000000`
    const modifiedon = `${new Date(when.at ?? clock.now()).toISOString().slice(0, 19)}Z`
    const fresh = { statecode: 0, merged: false, _masterid_value: null }
    save(key, { ...fresh, ...latest(key), ...values, contactid: key, modifiedon }, when.shownAt)
    return key
  }
  const visible = (versions: readonly Version[]) => versions.findLast(({ shownAt }) => shownAt <= clock.now())

  const signIn = ({ url, body }: VendorRequest): VendorAnswer => {
    const form = new URLSearchParams(body)
    const no = (error: string, error_description: string) => ({
      status: error === 'invalid_client' ? 401 : 400,
      body: { error, error_description: `${error_description} Trace ID: 12-34 Correlation ID: 56` },
    })
    if (url.pathname !== `/${TENANT}/oauth2/v2.0/token`)
      return no('invalid_request', 'AADSTS90002: Tenant not found.')
    if (
      form.get('grant_type') !== 'client_credentials' ||
      !/^http.+\/\.default$/.test(form.get('scope') ?? '')
    )
      return no('invalid_scope', 'AADSTS70011: The scope is not valid.')
    if (form.get('client_id') !== CLIENT_ID || form.get('client_secret') !== CLIENT_SECRET)
      return no('invalid_client', 'AADSTS7000215: Invalid client secret provided.')
    tokens += 1
    const access_token = `dv-session-${tokens}`
    sessions.add(access_token)
    return { body: { token_type: 'Bearer', expires_in: 3599, access_token } }
  }

  const masked = (contact: Contact): Contact => {
    const isHidden = (name: string) => manners.secured.includes(name) && !manners.readsSecured
    return Object.fromEntries(Object.entries(contact).filter(([name]) => !isHidden(name)))
  }
  const shown = (contact: Contact, columns: readonly string[], prefer: string): object => {
    const labels = prefer.includes(`include-annotations="${FORMATTED}"`)
      ? columns.flatMap((name) => {
          const value = contact[name]
          if (value === null || value === undefined) return []
          const label =
            CHOICES[name]?.[String(value)] ?? (COLUMNS[name] === 'DateTime' ? '1/2/2030 3:04 AM' : undefined)
          return label === undefined ? [] : [[`${name}@${FORMATTED}`, label]]
        })
      : []
    return {
      '@odata.etag': `W/"${seq}"`,
      ...Object.fromEntries(columns.map((name) => [name, contact[name] ?? null])),
      ...Object.fromEntries(labels),
    }
  }

  /** What a cookie of a link holds. */
  interface Cookie {
    readonly select: string
    readonly filter: string
    /** Of a page: the last id before it. */
    readonly after: string
    /** Of a tracked request: what counted when it began. */
    readonly seq: number
    readonly at: number
    /** Only changes since then; null for everything. */
    readonly since: { readonly seq: number; readonly at: number } | null
    readonly tracked: boolean
  }
  const contacts = (request: VendorRequest): VendorAnswer => {
    const { url, headers } = request
    const prefer = String(headers.prefer ?? '')
    const tracks = prefer.includes('odata.track-changes')
    const asks = (name: string) => url.searchParams.get(name) ?? ''
    const token = asks('$deltatoken') || asks('$skiptoken')
    if (tracks) {
      const banned = ['$filter', '$orderby', '$top', '$expand'].find((name) => url.searchParams.has(name))
      if (banned !== undefined)
        throw new Refusal(
          400,
          '0x80060888',
          `The ${banned} query parameter is not supported with change tracking.`,
        )
      if (!manners.tracked)
        throw new Refusal(400, '0x80072491', 'Change tracking is not enabled for entity contact.')
      if (manners.seesOnlyOwn)
        throw new Refusal(
          403,
          '0x80040220',
          'Principal user is missing prvReadContact privilege with depth Global.',
        )
    }
    const cookie: Cookie =
      token === ''
        ? {
            select: asks('$select'),
            filter: asks('$filter'),
            after: '',
            seq,
            at: clock.now(),
            since: null,
            tracked: tracks,
          }
        : (JSON.parse(Buffer.from(token, 'base64url').toString()) as Cookie)
    if (
      cookie.since !== null &&
      (cookie.since.at < clock.now() - manners.trackingDays * DAY_MS || cookie.since.at < forgotten)
    )
      throw new Refusal(
        400,
        '0x80044352',
        'The version of the existing data is too old; perform a full synchronization.',
      )
    const columns = cookie.select.split(',')
    const unknown = columns.find((name) => !(name in COLUMNS))
    if (unknown !== undefined)
      throw new Refusal(
        400,
        '0x80060888',
        `Could not find a property named '${unknown}' on type 'Microsoft.Dynamics.CRM.contact'.`,
      )
    const isIn = filterOf(cookie.filter)
    const since = cookie.since
    const found = [...rows.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([id, versions]) => {
        const version = visible(versions)
        if (version === undefined || id <= cookie.after) return []
        if (since !== null)
          return version.seq > since.seq || version.shownAt > since.at
            ? [{ id, contact: version.contact }]
            : []
        return version.contact !== null && isIn(version.contact) ? [{ id, contact: version.contact }] : []
      })
    const most = Math.min(
      Number(/maxpagesize=(\d+)/.exec(prefer)?.[1] ?? 5_000),
      Number(asks('$top') || 5_000),
      manners.rowsPerPage,
    )
    const part = found.slice(0, most)
    const origin = manners.linkOrigin ?? `http://${headers.host}`
    const link = (name: string, value: Cookie) =>
      `${origin}/api/data/v9.2/contacts?${name}=${Buffer.from(JSON.stringify(value)).toString('base64url')}`
    const more = found.length > part.length && asks('$top') === ''
    const next = more
      ? { '@odata.nextLink': link('$skiptoken', { ...cookie, after: part.at(-1)?.id ?? '' }) }
      : {}
    const delta =
      cookie.tracked && !more
        ? {
            '@odata.deltaLink': link('$deltatoken', {
              ...cookie,
              after: '',
              since: { seq: cookie.seq, at: cookie.at },
            }),
          }
        : {}
    return {
      body: {
        '@odata.context': `${origin}/api/data/v9.2/$metadata#contacts${since ? '/$delta' : ''}`,
        ...delta,
        value: part.map(({ id, contact }) =>
          contact === null
            ? {
                '@odata.context': `${origin}/api/data/v9.2/$metadata#contacts/$deletedEntity`,
                id,
                reason: 'deleted',
              }
            : shown(masked(contact), columns, prefer),
        ),
        ...next,
      },
    }
  }
  const api = (request: VendorRequest): VendorAnswer => {
    const path = decodeURIComponent(request.url.pathname.replace('/api/data/v9.2/', ''))
    if (request.headers['odata-version'] !== '4.0') throw new Refusal(400, '0x0', 'OData-Version is missing.')
    const asks = (name: string) => request.url.searchParams.get(name) ?? ''
    if (path === 'contacts') {
      // A link to changes begins a stretch of its own.
      const token = request.url.searchParams.get('$deltatoken')
      if (token !== null) {
        const old = JSON.parse(Buffer.from(token, 'base64url').toString()) as Cookie
        const begun = Buffer.from(JSON.stringify({ ...old, seq, at: clock.now() })).toString('base64url')
        request.url.searchParams.set('$deltatoken', begun)
      }
      return contacts(request)
    }
    if (path === 'contacts/$count') {
      const count = [...rows.values()].filter((versions) => visible(versions)?.contact).length
      return { body: String(Math.min(5_000, count)) }
    }
    if (path === 'WhoAmI') return { body: { UserId: USER, OrganizationId: 'org-1', BusinessUnitId: 'bu-1' } }
    if (path.startsWith('systemusers(')) return { body: { value: roles.map((roleid) => ({ roleid })) } }
    if (path === "EntityDefinitions(LogicalName='contact')")
      return { body: { ChangeTrackingEnabled: manners.tracked } }
    if (path === "EntityDefinitions(LogicalName='contact')/Attributes")
      return {
        body: {
          value: Object.entries(COLUMNS).map(([name, AttributeType]) => ({
            LogicalName: name.replace(/^_(.+)_value$/, '$1'),
            AttributeType,
            ...(asks('$select').includes('IsSecured') ? { IsSecured: manners.secured.includes(name) } : {}),
            DisplayName: { UserLocalizedLabel: name === 'mobilephone' ? { Label: 'Mobile Phone' } : null },
          })),
        },
      }
    throw new Refusal(404, '0x8006088a', `Resource not found for the segment '${path}'.`)
  }
  const server = await startVendor(clock, (request) => {
    asked.push(`${request.method} ${request.url.pathname}${request.url.search}`)
    if (request.url.pathname.endsWith('/token')) return signIn(request)
    if (!sessions.has((request.headers.authorization ?? '').replace('Bearer ', '')))
      return { status: 401, body: '' }
    try {
      return api(request)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { status: error.status, body: { error: { code: error.code, message: error.message } } }
    }
  })
  return {
    ...server,
    manners,
    asked,
    roles,
    put,
    latest,
    remove: (id: string) => save(id, null),
    endSessions: () => sessions.clear(),
    /** Every link to changes that is out there is too old now. */
    forget: () => {
      forgotten = clock.now() + 1
    },
    options: {
      url: server.url,
      authority: server.url,
      auth: { tenantId: TENANT, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
    },
  }
}

/** `modifiedon ge … and modifiedon le …` is all that is understood. */
function filterOf(text: string): (contact: Contact) => boolean {
  if (text === '') return () => true
  const [, from, to] = /^modifiedon ge (\S+) and modifiedon le (\S+)$/.exec(text) ?? []
  if (from === undefined || to === undefined)
    throw new Refusal(400, '0x80060888', `Syntax error in '${text}'.`)
  return ({ modifiedon }) => {
    const at = Date.parse(String(modifiedon))
    return at >= Date.parse(from) && at <= Date.parse(to)
  }
}
