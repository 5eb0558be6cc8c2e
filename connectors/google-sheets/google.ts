// Owns the questions to Google: the version of the file, its tabs, and cells of ranges. And how a refusal reads.
import { type ConnectorContext, ConnectorError, type HttpAnswer, HttpRefusal } from 'heysync/connector'
import { z } from 'zod'
import { openAccount } from './account.ts'
import { type Cell, mergeCells } from './cells.ts'
import { type SheetsOptions, spreadsheetId } from './options.ts'

export interface Tab {
  readonly id: number
  readonly title: string
  readonly rows: number
}

export interface Google {
  /** Rises with every change of the file, by whomever. Errors: see `explain`. */
  version(): Promise<string>
  tabs(): Promise<readonly Tab[]>
  /** Cells of each range, row by row, as text or boolean. Empty cells and rows at the end of a range are left out. */
  cells(ranges: readonly string[]): Promise<readonly (readonly (readonly Cell[])[])[]>
  /** Cells of each range of one column, as one list: a whole column row by row would be a list for each of its cells. */
  columns(ranges: readonly string[]): Promise<readonly (readonly Cell[])[]>
}

type Table = readonly (readonly unknown[])[]

const BUSY_MS = 15_000
const SPREADSHEET = 'application/vnd.google-apps.spreadsheet'

const fileSchema = z.object({
  version: z.coerce.string().min(1),
  mimeType: z.string().nullish(),
  trashed: z.boolean().nullish(),
})
const tabsSchema = z.object({
  sheets: z.array(
    z.object({
      properties: z.object({
        sheetId: z.int().default(0),
        title: z.string(),
        gridProperties: z.object({ rowCount: z.int().default(0) }).nullish(),
      }),
    }),
  ),
})
// Looked at and not copied, cell by cell, as an array of zod's would be.
const table = z.custom<Table>((values) => Array.isArray(values) && values.every(Array.isArray), 'no table')
const valuesSchema = z.object({ valueRanges: z.array(z.object({ values: table.nullish() })) })
const refusalSchema = z.object({
  error: z.object({
    message: z.string().nullish(),
    details: z.array(z.looseObject({ reason: z.string().nullish() })).nullish(),
    errors: z.array(z.looseObject({ reason: z.string().nullish() })).nullish(),
  }),
})

export async function openGoogle(options: SheetsOptions, context: ConnectorContext): Promise<Google> {
  const { email, auth } = await openAccount(options, context)
  const id = spreadsheetId(options)
  const windows = { default: [{ requests: options.requestsPerMinute, perMs: 60_000 }] }
  const limits = ({ status, headers }: HttpAnswer) =>
    // Google does not say how long. Its minute is over after four of these.
    status === 429 && headers['retry-after'] === undefined ? { retryAt: context.clock.now() + BUSY_MS } : {}
  const shared = { auth, windows, limits, account: email }
  const drive = context.http({ ...shared, baseUrl: options.url ?? 'https://www.googleapis.com' })
  // Google takes 180 seconds at most for one answer.
  const sheets = context.http({
    ...shared,
    baseUrl: options.url ?? 'https://sheets.googleapis.com',
    timeoutMs: 180_000,
  })
  const ask = async <T>(
    http: typeof drive,
    url: string,
    query: Record<string, string | boolean>,
    schema: z.ZodType<T>,
  ) => {
    let answer: unknown
    try {
      answer = await http.json({ url, query })
    } catch (error) {
      throw error instanceof HttpRefusal ? explain(error, id, email) : error
    }
    const data = schema.safeParse(answer)
    if (data.success) return data.data
    throw new ConnectorError('failed', {
      message: `Google answered with something else than was asked for: ${z.prettifyError(data.error)}`,
    })
  }
  const values = async (
    ranges: readonly string[],
    how: Record<string, string>,
  ): Promise<readonly Table[]> => {
    const list = ranges.map((range) => `ranges=${encodeURIComponent(range)}`).join('&')
    const url = `v4/spreadsheets/${id}/values:batchGet?${list}`
    // Dates as the sheet shows them: as numbers they would be days since 1899.
    const query = { ...how, dateTimeRenderOption: 'FORMATTED_STRING' }
    const { valueRanges } = await ask(sheets, url, query, valuesSchema)
    if (valueRanges.length !== ranges.length)
      throw new ConnectorError('failed', {
        message: `Google gave ${valueRanges.length} ranges of ${ranges.length}.`,
      })
    return valueRanges.map((range) => range.values ?? [])
  }
  const cells = async (ranges: readonly string[], majorDimension: 'ROWS' | 'COLUMNS') => {
    const plain = await values(ranges, { majorDimension, valueRenderOption: 'UNFORMATTED_VALUE' })
    const shown = await values(ranges, { majorDimension, valueRenderOption: 'FORMATTED_VALUE' })
    return plain.map((lines, range) =>
      lines.map((line, y) => line.map((cell, x) => mergeCells(cell, shown[range]?.[y]?.[x]))),
    )
  }
  return {
    version: async () => {
      const query = { fields: 'version,mimeType,trashed', supportsAllDrives: true }
      const file = await ask(drive, `drive/v3/files/${id}`, query, fileSchema)
      if (file.trashed)
        throw new ConnectorError('not-found', {
          message: `The spreadsheet ${id} is in the trash.`,
          hint: 'Restore it in Google Drive, or name another one in the options of this source.',
        })
      if (file.mimeType && file.mimeType !== SPREADSHEET)
        throw new ConnectorError('unreadable', {
          message: `The file ${id} is no Google spreadsheet, but ${file.mimeType}.`,
          hint: 'Open it in Google Sheets, choose File, Save as Google Sheets, and name the new file.',
        })
      return file.version
    },
    tabs: async () => {
      const query = { fields: 'sheets.properties(sheetId,title,gridProperties.rowCount)' }
      const { sheets: found } = await ask(sheets, `v4/spreadsheets/${id}`, query, tabsSchema)
      return found.map(({ properties: { sheetId, title, gridProperties } }) => ({
        id: sheetId,
        title,
        rows: gridProperties?.rowCount ?? 0,
      }))
    },
    cells: (ranges) => cells(ranges, 'ROWS'),
    columns: async (ranges) => (await cells(ranges, 'COLUMNS')).map(([column = []]) => column),
  }
}

function explain(error: HttpRefusal, id: string, email: string): ConnectorError {
  const { status, text } = error.answer
  const said = refusalSchema.safeParse(safeJson(text)).data?.error
  const reasons = [...(said?.details ?? []), ...(said?.errors ?? [])].map(({ reason }) => reason ?? '')
  if (reasons.some((reason) => ['SERVICE_DISABLED', 'accessNotConfigured'].includes(reason)))
    return new ConnectorError('unauthorized', {
      message: `An API is not switched on in the Google Cloud project: ${said?.message ?? ''}`,
      hint: 'In the Google Cloud console: APIs & Services, Library; enable the Google Sheets API and the Google Drive API.',
    })
  if (status === 403 || status === 404)
    return new ConnectorError(status === 403 ? 'unauthorized' : 'not-found', {
      message: `Google does not show the spreadsheet ${id}: ${said?.message ?? error.message}`,
      hint: `Share the spreadsheet with ${email} as a viewer, and check its id in the options of this source.`,
    })
  return error
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
