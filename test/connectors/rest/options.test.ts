// A broken description is a config error that names the key; a good one needs little.
import { describe, expect, test } from 'vitest'
import { restOptions } from '../../../connectors/rest/options.ts'
import { restConnector } from '../../../connectors/rest/rest.ts'

const baseUrl = 'https://api.example.test/v1'
const byPage = { path: 'people', query: { page: '{{page}}' }, paging: { by: 'page' } }

test('an address and a list are enough', () => {
  const options = restOptions.parse({ baseUrl, list: { path: 'people' } })
  expect(options).toMatchObject({
    auth: { kind: 'none' },
    list: { id: 'id', records: '', method: 'GET', paging: { by: 'none' } },
  })
  expect(restConnector.capabilitiesWith?.(options)).toMatchObject({
    incremental: 'none',
    deletes: false,
    merges: false,
  })
})

describe('refused, with the key', () => {
  const since = '1970-01-01T00:00:00Z'
  const window = { ...byPage, query: { page: '{{page}}', a: '{{from}}', b: '{{to}}' } }
  test.each<[string, object, string, RegExp]>([
    [
      'a placeholder that does not exist',
      { list: { path: 'a', query: { since: '{{form}}' } } },
      'list.query',
      /no \{\{form\}\}; there are \{\{from\}\}/,
    ],
    [
      'deep in a body',
      { list: { path: 'a', method: 'POST', body: { a: [{ b: '{{curser}}' }] } } },
      'list.body',
      /no \{\{curser\}\}/,
    ],
    [
      'a placeholder of another paging',
      { list: { ...byPage, query: { page: '{{page}}', o: '{{offset}}' } } },
      'list.query',
      /no value in paging by page/,
    ],
    [
      'paging that the request does not know of',
      { list: { path: 'a', paging: { by: 'cursor', at: 'next' } } },
      'list.paging',
      /\{\{cursor\}\}/,
    ],
    [
      'an end that cannot come',
      { list: { ...byPage, end: 'no-cursor' } },
      'list.end',
      /no cursor and no link/,
    ],
    [
      'a short page without a size',
      { list: { ...byPage, end: 'short-page' } },
      'list.end',
      /\{\{pageSize\}\}/,
    ],
    ['a body with GET', { list: { path: 'a', body: {} } }, 'list.body', /POST/],
    [
      'newest first without a time',
      { list: { ...byPage, newestFirst: true } },
      'list.newestFirst',
      /updated/,
    ],
    [
      'a cap without a window',
      { list: { ...byPage, maxResults: 100 } },
      'list.maxResults',
      /\{\{from\}\} and \{\{to\}\}/,
    ],
    ['a cap without a beginning', { list: { ...window, maxResults: 100 } }, 'list.maxResults', /time\.since/],
    ['changes that do not say since when', { list: byPage, changes: { path: 'b' } }, 'changes', /since when/],
    [
      'changes in a place of their own, since nobody knows when',
      { list: byPage, changes: { path: 'b', query: { page: '{{page}}', a: '{{from}}' } } },
      'time.since',
      /no value where nothing was pulled before/,
    ],
    [
      'deletions without changes',
      { list: byPage, deletions: { path: 'gone' } },
      'deletions',
      /only read together with changes/,
    ],
    [
      'a limit that no pull gets past',
      { list: byPage, limits: [{ requests: 3, seconds: 3_600 }], resume: false },
      'limits',
      /start over.*longestWaitSeconds to 3600/,
    ],
    [
      'the same of one list',
      { list: { ...byPage, limits: [{ requests: 3, seconds: 301 }] }, resume: false },
      'list.limits',
      /longestWaitSeconds to 301/,
    ],
    [
      'a time format that is none',
      { list: byPage, time: { format: 'HH:mm' } },
      'time.format',
      /not a time format/,
    ],
    [
      'a time zone that is none',
      { list: byPage, time: { zone: 'Mars/Base' } },
      'time.zone',
      /not a time zone/,
    ],
    ['an unknown way of paging', { list: { path: 'a', paging: { by: 'magic' } } }, 'list.paging.by', /./],
    ['a misspelt key', { list: { path: 'a', recods: 'data' } }, 'list', /recods/],
    ['a credential without its secret', { auth: { kind: 'bearer' }, list: byPage }, 'auth.token', /./],
  ])('%s', (_name, given, key, message) => {
    const { error } = restOptions.safeParse({ baseUrl, ...given })
    const found = error?.issues.find(({ path }) => path.join('.') === key)
    expect(error?.issues.map(({ path }) => path.join('.'))).toContain(key)
    expect(found?.message).toMatch(message)
  })
  test('and a limit that is waited for, or read on behind, is taken', () => {
    const limits = [{ requests: 3, seconds: 3_600 }]
    const taken = (more: object) => restOptions.safeParse({ baseUrl, list: byPage, limits, ...more }).success
    expect([
      taken({ resume: false, longestWaitSeconds: 3_600 }),
      taken({}),
      taken({ resume: false }),
    ]).toEqual([true, true, false])
  })
  test('and a cap with both is taken', () => {
    expect(
      restOptions.safeParse({ baseUrl, time: { since }, list: { ...window, maxResults: 100 } }).error,
    ).toBeUndefined()
  })
})

test('changes take over what they do not name, and not the other way round', () => {
  const options = restOptions.parse({
    baseUrl,
    list: { ...byPage, records: 'data', updated: 'at', mergedInto: 'into' },
    changes: { query: { page: '{{page}}', since: '{{from}}' } },
  })
  expect(options.changes).toEqual({ query: { page: '{{page}}', since: '{{from}}' } })
  expect(restConnector.capabilitiesWith?.(options)).toMatchObject({ incremental: 'watermark', merges: true })
})
