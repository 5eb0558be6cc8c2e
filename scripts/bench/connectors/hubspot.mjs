// The bench of the hubspot connector: a full pull, 100 contacts a page.
import { RECORDS, readEverybody, serveWhenForked, withVendor } from './reading.mjs'

export const name = 'hubspot'

export const run = () =>
  withVendor('./hubspot.mjs', ({ url }) =>
    readEverybody('hubspot', { url, token: 'pat-bench', searchLagSeconds: 0 }),
  )

const FIRST_ID = 151_234_567_890

function contact(n) {
  return {
    id: String(FIRST_ID + n),
    properties: {
      firstname: `First${n}`,
      lastname: 'Person',
      email: `person${n}@example.com`,
      phone: `+${15_102_000_000 + n}`,
      lifecyclestage: 'customer',
      hs_merged_object_ids: null,
    },
    updatedAt: '2025-01-15T12:00:00.123Z',
    archived: false,
  }
}

serveWhenForked(({ pathname, searchParams }) => {
  if (pathname === '/crm/v3/properties/contacts')
    return {
      results: ['firstname', 'lastname', 'email', 'phone', 'lifecyclestage'].map((name) => ({ name })),
    }
  if (pathname === '/account-info/v3/details') return { portalId: 1 }
  if (pathname !== '/crm/v3/objects/contacts' || searchParams.get('archived') === 'true')
    return { results: [] }
  const from = Number(searchParams.get('after') ?? 0)
  const to = Math.min(RECORDS, from + Number(searchParams.get('limit')))
  const results = Array.from({ length: to - from }, (_, index) => contact(from + index))
  return { results, ...(to < RECORDS ? { paging: { next: { after: String(to) } } } : {}) }
})
