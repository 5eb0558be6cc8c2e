// A Dataverse that knows no more than a full pull of contacts asks for; for the benchmark.
import { createServer } from 'node:http'

const ROWS = Number(process.argv[2])
const PAGE = 5_000
const FORMATTED = '@OData.Community.Display.V1.FormattedValue'

const contact = (n) => ({
  contactid: `c${String(n).padStart(7, '0')}-aaaa-4bbb-8ccc-000000000000`,
  modifiedon: '2026-01-01T00:00:00Z',
  statecode: 0,
  merged: false,
  _masterid_value: null,
  firstname: `First ${n}`,
  lastname: `Last ${n}`,
  mobilephone: `+1510${2_000_000 + n}`,
  telephone1: null,
  telephone2: null,
  emailaddress1: `person${n}@example.com`,
  address1_country: 'US',
  donotphone: false,
  [`donotphone${FORMATTED}`]: 'Allow',
  preferredcontactmethodcode: 1,
  [`preferredcontactmethodcode${FORMATTED}`]: 'Any',
})

const server = createServer((request, response) => {
  const origin = `http://${request.headers.host}`
  const url = new URL(request.url ?? '/', origin)
  const json = (answer) => response.end(JSON.stringify(answer))
  if (url.pathname.endsWith('/token')) return json({ access_token: 'session', expires_in: 3599 })
  if (url.pathname.includes('EntityDefinitions')) return json({ ChangeTrackingEnabled: true })
  if (url.pathname.endsWith('/WhoAmI')) return json({ UserId: 'u', OrganizationId: 'o', BusinessUnitId: 'b' })
  if (url.pathname.includes('systemusers')) return json({ value: [] })
  const from = Number(url.searchParams.get('$skiptoken') ?? 0)
  const to = Math.min(ROWS, from + PAGE)
  const value = Array.from({ length: to - from }, (_, at) => contact(from + at))
  const here = `${origin}/api/data/v9.2/contacts`
  return json(
    to < ROWS
      ? { value, '@odata.nextLink': `${here}?$skiptoken=${to}` }
      : { '@odata.deltaLink': `${here}?$deltatoken=1`, value },
  )
})
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }))
