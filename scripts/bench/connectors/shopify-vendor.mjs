// A shop of 200,000 customers on loopback, for the benchmark alone: it knows the documents by their names.
import { createServer } from 'node:http'
import { RECORDS } from './reading.mjs'

const customer = (n) => ({
  id: `gid://shopify/Customer/${7_400_000_000_000 + n}`,
  firstName: `First ${n}`,
  lastName: 'Ångström',
  defaultPhoneNumber: {
    phoneNumber: `+${15_102_000_000 + n}`,
    marketingState: n % 7 === 0 ? 'UNSUBSCRIBED' : 'SUBSCRIBED',
    marketingOptInLevel: 'SINGLE_OPT_IN',
    marketingUpdatedAt: '2026-01-01T00:00:00Z',
    marketingCollectedFrom: 'SHOPIFY',
  },
  defaultEmailAddress: { emailAddress: `person${n}@example.com`, marketingState: 'NOT_SUBSCRIBED' },
  defaultAddress: { city: 'Boston', country: 'United States', countryCodeV2: 'US', phone: null },
  state: 'DISABLED',
  tags: ['vip', 'newsletter'],
  locale: 'en',
  numberOfOrders: '3',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
})
const file = Buffer.from(
  Array.from({ length: RECORDS }, (_, n) => `${JSON.stringify(customer(n + 1))}\n`).join(''),
)

function answer(name, { first = 0, after }) {
  const from = Number(after ?? 0)
  const nodes = Array.from({ length: Math.min(first, RECORDS - from) }, (_, n) => customer(from + n + 1))
  const last = from + nodes.length
  const status = {
    id: 'gid://shopify/BulkOperation/1',
    status: 'COMPLETED',
    errorCode: null,
    rootObjectCount: String(RECORDS),
    fileSize: String(file.length),
    url: `${url()}/file.jsonl`,
  }
  switch (name) {
    case 'Identity':
      return {
        shop: { id: '1' },
        currentAppInstallation: { app: { id: '2' }, accessScopes: [{ handle: 'read_customers' }] },
      }
    case 'Count':
      return { customersCount: { count: RECORDS, precision: 'EXACT' } }
    case 'BulkStart':
      return { bulkOperationRunQuery: { bulkOperation: status, userErrors: [] } }
    case 'BulkStatus':
      return { node: status }
    default:
      return { customers: { nodes, pageInfo: { hasNextPage: last < RECORDS, endCursor: String(last) } } }
  }
}

const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range)
    const part = file.subarray(Number(from), Number(to) + 1)
    response.writeHead(206, {
      'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${file.length}`,
    })
    return void response.end(part)
  }
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString())
  const data = answer(/^\w+ (\w+)/.exec(query)[1], variables)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ data }))
})
const url = () => `http://127.0.0.1:${server.address().port}`
server.listen(0, '127.0.0.1', () => process.send({ url: url(), records: RECORDS }))
