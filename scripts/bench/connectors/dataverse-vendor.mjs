// A Dataverse that knows no more than a full pull of contacts asks for; for the benchmark.
import { RECORDS, serveWhenForked } from './reading.mjs'

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

serveWhenForked(({ origin, pathname, searchParams }) => {
  if (pathname.endsWith('/token')) return { access_token: 'session', expires_in: 3599 }
  if (pathname.includes('EntityDefinitions')) return { ChangeTrackingEnabled: true }
  if (pathname.endsWith('/WhoAmI')) return { UserId: 'u', OrganizationId: 'o', BusinessUnitId: 'b' }
  if (pathname.includes('systemusers')) return { value: [] }
  const from = Number(searchParams.get('$skiptoken') ?? 0)
  const to = Math.min(RECORDS, from + PAGE)
  const value = Array.from({ length: to - from }, (_, at) => contact(from + at))
  const here = `${origin}/api/data/v9.2/contacts`
  return to < RECORDS
    ? { value, '@odata.nextLink': `${here}?$skiptoken=${to}` }
    : { '@odata.deltaLink': `${here}?$deltatoken=1`, value }
})
