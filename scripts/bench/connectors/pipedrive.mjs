// The bench of the pipedrive connector: a full pull, 500 persons a page.
import { RECORDS, readEverybody, serveWhenForked, withVendor } from './reading.mjs'

export const name = 'pipedrive'

export const run = () =>
  withVendor('./pipedrive.mjs', ({ url }) => readEverybody('pipedrive', { url, token: 'bench' }))

function person(n) {
  return {
    id: n + 1,
    name: `First${n} Person`,
    first_name: `First${n}`,
    last_name: 'Person',
    phones: [{ value: `+${15_102_000_000 + n}`, label: 'mobile', primary: true }],
    emails: [{ value: `person${n}@example.com`, label: 'work', primary: true }],
    label_ids: [],
    update_time: '2025-01-15T12:00:00Z',
    is_deleted: false,
    custom_fields: {},
  }
}

serveWhenForked(({ pathname, searchParams }) => {
  if (pathname === '/v1/users/me') return { success: true, data: { id: 1, company_id: 2 } }
  if (pathname !== '/api/v2/persons' || searchParams.has('updated_since')) return { success: true, data: [] }
  const from = Number(searchParams.get('cursor') ?? 0)
  const to = Math.min(RECORDS, from + Number(searchParams.get('limit')))
  const data = Array.from({ length: to - from }, (_, index) => person(from + index))
  return { success: true, data, additional_data: { next_cursor: to < RECORDS ? String(to) : null } }
})
