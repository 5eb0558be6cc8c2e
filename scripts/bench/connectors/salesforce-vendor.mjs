// A Salesforce that knows no more than a full pull of contacts asks for; for the benchmark.
import { createServer } from 'node:http'
import { RECORDS as ROWS } from './reading.mjs'

const PAGE = 2_000
const PART = 5_000
const STAMP = '2026-01-01T00:00:00.000+0000'

const idOf = (n) => `0035e${String(n).padStart(10, '0')}AAA`
const fields = [
  ['Id', 'id'],
  ['SystemModstamp', 'datetime'],
  ['IsDeleted', 'boolean'],
  ['MasterRecordId', 'reference'],
  ...['FirstName', 'LastName', 'MobilePhone', 'Email'].map((name) => [name, 'string']),
].map(([name, type]) => ({ name, type, label: name }))
const values = (n) => ({
  Id: idOf(n),
  SystemModstamp: STAMP,
  IsDeleted: false,
  MasterRecordId: null,
  FirstName: `First ${n}`,
  LastName: `Last "${n}"`,
  MobilePhone: `+1510${String(2_000_000 + n)}`,
  Email: `person${n}@example.com`,
})

function page(from) {
  const to = Math.min(ROWS, from + PAGE)
  const records = Array.from({ length: to - from }, (_, at) => ({
    attributes: { type: 'Contact' },
    ...values(from + at),
  }))
  const next = to < ROWS ? { nextRecordsUrl: `/services/data/v62.0/query/01g-${to}` } : {}
  return { totalSize: ROWS, done: to >= ROWS, records, ...next }
}

function part(from, columns) {
  const to = Math.min(ROWS, from + PART)
  const lines = Array.from({ length: to - from }, (_, at) => {
    const row = values(from + at)
    return columns.map((name) => `"${String(row[name] ?? '').replaceAll('"', '""')}"`).join(',')
  })
  return {
    text: `${columns.join(',')}\n${lines.join('\n')}\n`,
    count: to - from,
    locator: to < ROWS ? String(to) : 'null',
  }
}

let job = { from: 0, columns: [] }

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://vendor')
  let body = ''
  for await (const chunk of request) body += chunk
  const json = (answer) => response.end(JSON.stringify(answer))
  const q = url.searchParams.get('q') ?? ''
  if (url.pathname.endsWith('/token'))
    return json({ access_token: 'session', instance_url: `http://${request.headers.host}` })
  if (url.pathname.endsWith('/describe')) return json({ fields })
  if (q.includes('COUNT()')) return json({ totalSize: ROWS, done: true, records: [] })
  if (q !== '') return json(page(0))
  if (url.pathname.includes('/query/01g-')) return json(page(Number(url.pathname.split('-').at(-1))))
  if (url.pathname.endsWith('/results')) {
    const { text, count, locator } = part(Number(url.searchParams.get('locator') ?? job.from), job.columns)
    response.writeHead(200, {
      'content-type': 'text/csv',
      'sforce-numberofrecords': String(count),
      'sforce-locator': locator,
    })
    return response.end(text)
  }
  if (request.method === 'POST') {
    const { query } = JSON.parse(body)
    const after = /Id > '0035e(\d+)AAA'/.exec(query)?.[1]
    job = {
      from: after === undefined ? 0 : Number(after) + 1,
      columns: /SELECT (.+) FROM/.exec(query)[1].split(', '),
    }
    return json({ id: '750', state: 'UploadComplete' })
  }
  return json({ id: '750', state: 'JobComplete' })
})
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }))
