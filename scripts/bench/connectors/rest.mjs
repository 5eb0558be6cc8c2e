// How fast the rest connector reads, and how much memory it takes: 200,000 records of an API on loopback, 1,000 on a page.
import { RECORDS, readEverybody, serveWhenForked, withVendor } from './reading.mjs'

export const name = 'rest'

const PAGE = 1_000

export const run = () =>
  withVendor('./rest.mjs', ({ url }) =>
    readEverybody('rest', {
      baseUrl: url,
      pageSize: PAGE,
      list: {
        path: 'people',
        query: { after: '{{lastId}}', limit: '{{pageSize}}' },
        records: 'people',
        updated: 'updated_at',
        paging: { by: 'last-id' },
      },
    }),
  )

function person(id) {
  return {
    id,
    updated_at: '2026-11-21T12:00:00.123Z',
    first_name: `Ann ${id}`,
    last_name: 'Lee',
    emails: [{ value: `ann${id}@example.com` }],
    phones: [{ type: 'mobile', value: `+1510${String(2_000_000 + id).padStart(7, '0')}` }],
    tags: ['buyer', 'north'],
  }
}

serveWhenForked(({ searchParams }) => {
  const after = Number(searchParams.get('after') ?? 0)
  const size = Math.max(0, Math.min(PAGE, RECORDS - after))
  return { people: Array.from({ length: size }, (_, index) => person(after + index + 1)) }
})
