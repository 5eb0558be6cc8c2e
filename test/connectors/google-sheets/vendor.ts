// Google on loopback: sign-in of a service account, Drive's word on the version of a file, and Sheets' values of ranges.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import {
  type Stage,
  startVendor,
  type VendorAnswer,
  type VendorRequest,
  type VendorServer,
} from 'heysync/connector/testing'
import { jwtVerify } from 'jose'

/** What stands in a cell: text, a number with the way it is shown, or a tick. */
export type Value = string | boolean | { readonly number: number; readonly shown: string } | null

export interface FakeTab {
  id: number
  title: string
  /** Rows of the grid, also empty ones; at least as many as hold something. */
  gridRows: number
  rows: Value[][]
}

export interface Vendor {
  readonly server: VendorServer
  readonly email: string
  readonly privateKey: string
  readonly spreadsheet: string
  readonly tabs: FakeTab[]
  version: number
  mimeType: string
  trashed: boolean
  /** Not shared with the service account. */
  shared: boolean
  /** An API that the project has not switched on. */
  disabled: 'drive' | 'sheets' | null
  /** Reads allowed in a minute; those of the last one are counted. */
  quota: number
  /** Runs before each answer of values, with the ranges that were asked for. */
  beforeValues: (ranges: readonly string[]) => void
  /** Paths with their queries, in order, without the sign-in. */
  readonly asked: string[]
  refused: number
  signedIn: number
}

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PRIVATE_KEY = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const EMAIL = 'sync@example-project.iam.gserviceaccount.com'
const SCOPES = ['spreadsheets.readonly', 'drive.metadata.readonly']

export async function openVendor(clock: Stage['clock']): Promise<Vendor> {
  const reads: number[] = []
  const answer = async (request: VendorRequest): Promise<VendorAnswer> => {
    const { url, headers, body } = request
    if (url.pathname === '/token') return signIn(new URLSearchParams(body), keys.publicKey)
    if (headers.authorization !== `Bearer ya29.token-${vendor.signedIn}`)
      return refusal(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.')
    vendor.asked.push(`${url.pathname}${url.search}`)
    const [, driveId] = /^\/drive\/v3\/files\/([^/]+)$/.exec(url.pathname) ?? []
    const [, sheetId, values] = /^\/v4\/spreadsheets\/([^/:]+)(\/values:batchGet)?$/.exec(url.pathname) ?? []
    const kind = driveId !== undefined ? 'drive' : 'sheets'
    if (vendor.disabled === kind)
      return refusal(
        403,
        'PERMISSION_DENIED',
        `Google ${kind} API has not been used in project 1 before or it is disabled.`,
        'SERVICE_DISABLED',
      )
    if ((driveId ?? sheetId) !== vendor.spreadsheet || (kind === 'drive' && !vendor.shared))
      return refusal(
        404,
        'NOT_FOUND',
        kind === 'drive' ? `File not found: ${driveId}.` : 'Requested entity was not found.',
      )
    if (!vendor.shared) return refusal(403, 'PERMISSION_DENIED', 'The caller does not have permission')
    if (kind === 'drive') return { body: driveFile(url) }
    while (reads[0] !== undefined && reads[0] <= clock.now() - 60_000) reads.shift()
    if (reads.length >= vendor.quota) {
      vendor.refused += 1
      return refusal(
        429,
        'RESOURCE_EXHAUSTED',
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user'",
      )
    }
    reads.push(clock.now())
    return values === undefined ? { body: tabsOf() } : valuesOf(url)
  }
  const signIn = async (form: URLSearchParams, key: KeyObject): Promise<VendorAnswer> => {
    try {
      if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
        throw new Error('grant_type')
      const { payload } = await jwtVerify(form.get('assertion') ?? '', key, {
        algorithms: ['RS256'],
        issuer: EMAIL,
        audience: 'https://oauth2.googleapis.com/token',
        currentDate: new Date(clock.now()),
      })
      const scopes = String(payload.scope).split(' ')
      if (!SCOPES.every((scope) => scopes.includes(`https://www.googleapis.com/auth/${scope}`)))
        throw new Error('scope')
      if ((payload.exp ?? 0) - (payload.iat ?? 0) > 3_600) throw new Error('longer than an hour')
    } catch {
      return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } }
    }
    vendor.signedIn += 1
    return {
      body: { access_token: `ya29.token-${vendor.signedIn}`, expires_in: 3_599, token_type: 'Bearer' },
    }
  }
  /** Only what was asked for in `fields`, as Google does. */
  const driveFile = (url: URL) => {
    const { version, mimeType, trashed } = vendor
    const all: Record<string, unknown> = { version: String(version), mimeType, trashed }
    return Object.fromEntries(
      (url.searchParams.get('fields') ?? '').split(',').map((name) => [name, all[name]]),
    )
  }
  const tabsOf = () => ({
    sheets: vendor.tabs.map(({ id, title, gridRows, rows }) => ({
      properties: {
        // Zero is left out, as in all of Google's JSON.
        ...(id === 0 ? {} : { sheetId: id }),
        title,
        gridProperties: { rowCount: Math.max(gridRows, rows.length), columnCount: 26 },
      },
    })),
  })
  const valuesOf = (url: URL): VendorAnswer => {
    const ranges = url.searchParams.getAll('ranges')
    vendor.beforeValues(ranges)
    const shown = url.searchParams.get('valueRenderOption') !== 'UNFORMATTED_VALUE'
    const majorDimension = url.searchParams.get('majorDimension') ?? 'ROWS'
    const valueRanges: unknown[] = []
    for (const range of ranges) {
      const rows = readRange(vendor.tabs, range, shown)
      if (typeof rows === 'string') return refusal(400, 'INVALID_ARGUMENT', rows)
      const values = majorDimension === 'COLUMNS' ? turned(rows) : rows
      valueRanges.push({ range, majorDimension, ...(values.length > 0 ? { values } : {}) })
    }
    return { body: { spreadsheetId: vendor.spreadsheet, valueRanges } }
  }
  const server = await startVendor(clock, answer)
  const vendor: Vendor = {
    server,
    email: EMAIL,
    privateKey: PRIVATE_KEY,
    spreadsheet: '1AbCdEfGhIjKlMnOpQrStUv-_x',
    tabs: [],
    version: 100,
    mimeType: 'application/vnd.google-apps.spreadsheet',
    trashed: false,
    shared: true,
    disabled: null,
    quota: 60,
    beforeValues: () => {},
    asked: [],
    refused: 0,
    signedIn: 0,
  }
  return vendor
}

function refusal(code: number, status: string, message: string, reason?: string): VendorAnswer {
  const details =
    reason === undefined ? {} : { details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }] }
  return { status: code, body: { error: { code, message, status, ...details } } }
}

/** Values of a range in A1 notation, without the empty cells and rows at its end; or what is wrong with it. */
function readRange(tabs: readonly FakeTab[], range: string, shown: boolean): unknown[][] | string {
  const [, quoted, cells = ''] = /^'((?:[^']|'')*)'!(.+)$/.exec(range) ?? []
  const tab = tabs.find(({ title }) => title === quoted?.replaceAll("''", "'"))
  const [, left, from, right, to] = /^([A-Z]*)(\d+):([A-Z]*)(\d+)$/.exec(cells) ?? []
  if (tab === undefined || from === undefined || to === undefined) return `Unable to parse range: ${range}`
  const gridRows = Math.max(tab.gridRows, tab.rows.length)
  if (Number(from) > gridRows)
    return `Range (${range}) exceeds grid limits. Max rows: ${gridRows}, max columns: 26`
  const x0 = columnOf(left, 0)
  const x1 = columnOf(right, 25)
  const rows = tab.rows.slice(Number(from) - 1, Number(to)).map((row) => {
    const values = row.slice(x0, x1 + 1).map((value) => cellOf(value, shown))
    return values.slice(0, values.findLastIndex((value) => value !== '') + 1)
  })
  return rows.slice(0, rows.findLastIndex((row) => row.length > 0) + 1)
}

/** Columns in place of rows, without the empty cells at the end of each. */
function turned(rows: readonly (readonly unknown[])[]): unknown[][] {
  return Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, x) => {
    const values = rows.map((row) => row[x] ?? '')
    return values.slice(0, values.findLastIndex((value) => value !== '') + 1)
  })
}

function columnOf(letters: string | undefined, otherwise: number): number {
  if (!letters) return otherwise
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

function cellOf(value: Value, shown: boolean): unknown {
  if (value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return shown ? String(value).toUpperCase() : value
  return shown ? value.shown : value.number
}
