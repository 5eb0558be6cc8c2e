// The fake organisation's Bulk API 2.0: jobs that take a while, and results as CSV in parts and in no order.
import type { VendorAnswer } from 'heysync/connector/testing'
import type { Manners } from './manners.ts'
import { type Org, type Row, type Value, VendorError } from './org.ts'

interface Asked {
  readonly method: string
  /** Behind `jobs/query`. */
  readonly path: readonly string[]
  readonly asks: (name: string) => string
  readonly body: string
}

interface Job {
  readonly sobject: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  polls: number
}

export function openJobs(org: Org, manners: Manners) {
  const jobs = new Map<string, Job>()
  const begin = (body: string): VendorAnswer => {
    if (manners.bulk === 'off') throw new VendorError(400, 'FeatureNotEnabled', 'Async API not enabled')
    const { operation, query } = JSON.parse(body) as { operation: string; query: string }
    const { sobject, columns, rows } = org.query(query, operation === 'queryAll')
    for (const { path } of columns) {
      const type = org.table(sobject).fields.get(path.toLowerCase())?.type
      if (type === 'address' || type === 'base64')
        throw new VendorError(
          400,
          'API_ERROR',
          `Selecting compound data not supported in Bulk Query: ${path}`,
        )
    }
    const id = `750R0000${jobs.size}IAQ`
    jobs.set(id, { sobject, columns: columns.map(({ path }) => path), rows: [...rows].reverse(), polls: 0 })
    return { body: { id, operation, object: sobject, state: 'UploadComplete', apiVersion: 62 } }
  }
  const state = (id: string, job: Job): VendorAnswer => {
    job.polls += 1
    const reached = manners.bulk === 'fails' ? 'Failed' : job.polls > 2 ? 'JobComplete' : 'InProgress'
    const errorMessage = reached === 'Failed' ? { errorMessage: 'InternalServerError: boom' } : {}
    return { body: { id, state: reached, numberRecordsProcessed: job.rows.length, ...errorMessage } }
  }
  const results = ({ sobject, columns, rows }: Job, from: number, most: number): VendorAnswer => {
    const to = from + Math.min(most, manners.rowsPerPart)
    const part = rows.slice(from, to).map((row) => row())
    const shown = part.slice(0, part.length - manners.dropsRows)
    const lines = [
      columns,
      ...shown.map((row) => columns.map((path) => cell(sobject, path, row.get(path) ?? null))),
    ]
    return {
      headers: {
        'content-type': 'text/csv',
        'sforce-numberofrecords': String(part.length),
        'sforce-locator': to >= rows.length ? 'null' : Buffer.from(String(to)).toString('base64'),
      },
      body: `${lines.map((line) => line.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')).join('\n')}\n`,
    }
  }
  const cell = (sobject: string, path: string, value: Value): string => {
    if (value === null) return ''
    const type = org.table(sobject).fields.get(path.toLowerCase())?.type
    if (type === 'datetime') return new Date(Number(value)).toISOString()
    // A double is written with its point here, and without it in JSON.
    if (type === 'double' && Number.isInteger(value)) return `${value}.0`
    return String(value)
  }
  return {
    jobs,
    answer: ({ method, path: [id = '', what], asks, body }: Asked): VendorAnswer => {
      if (method === 'POST' && id === '') return begin(body)
      const job = jobs.get(id)
      if (job === undefined) throw new VendorError(404, 'NOT_FOUND', 'The requested resource does not exist')
      if (what === undefined) return state(id, job)
      const from = asks('locator') === '' ? 0 : Number(Buffer.from(asks('locator'), 'base64').toString())
      return results(job, from, Number(asks('maxRecords') || 100_000))
    },
  }
}
