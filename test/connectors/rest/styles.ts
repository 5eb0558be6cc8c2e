// The same API described for each way of paging.
import { KEY } from './anything.ts'

const common = {
  auth: { kind: 'bearer', token: KEY },
  pageSize: 4,
  // Faster than the checks would ever ask.
  limits: [{ requests: 1_000, seconds: 1 }],
}
const record = {
  updated: 'updated_at',
  deleted: { at: 'status', is: ['deleted'] },
  archived: { at: 'status', is: ['archived'] },
  mergedInto: 'mergedInto',
}

export const STYLES: Readonly<Record<string, object>> = {
  'page by page, exclusive, with a list of deletions': {
    time: { lower: 'exclusive' },
    list: {
      path: 'by-page',
      query: { page: '{{page}}', limit: '{{pageSize}}', after: '{{from}}' },
      records: 'data.people',
      updated: 'updated_at',
      paging: { by: 'page' },
    },
    deletions: { path: '/removed', query: { since: '{{from}}' }, id: 'ref', updated: 'at' },
  },
  'by offset, in epoch seconds': {
    time: { format: 'epoch-seconds' },
    list: {
      path: 'by-offset',
      query: { offset: '{{offset}}', limit: '{{pageSize}}', since: '{{from}}' },
      records: '/people',
      paging: { by: 'offset' },
      count: 'total',
      ...record,
    },
  },
  'by a cursor in the body, in epoch milliseconds': {
    time: { format: 'epoch-milliseconds' },
    list: {
      path: 'by-cursor',
      method: 'POST',
      body: { filter: { from: '{{from}}' }, cursor: '{{cursor}}', limit: '{{pageSize}}' },
      records: 'result',
      paging: { by: 'cursor', at: 'meta.cursor' },
      end: { at: 'meta.more', is: [false] },
      ...record,
    },
    changes: {
      body: { filter: { from: '{{from}}', to: '{{to}}' }, cursor: '{{cursor}}', limit: '{{pageSize}}' },
    },
  },
  'by links in the body, in whole seconds': {
    time: { format: 'iso-seconds' },
    list: {
      path: 'by-link',
      query: { limit: '{{pageSize}}', from: '{{from}}' },
      records: 'items',
      paging: { by: 'link', at: 'links.next' },
      ...record,
    },
  },
  'by the Link header, in a format and zone of its own': {
    time: { format: 'yyyy-MM-dd HH:mm:ss', zone: 'America/New_York', lower: 'exclusive' },
    list: {
      path: 'by-header',
      query: { limit: '{{pageSize}}', changed_after: '{{from}}' },
      paging: { by: 'link-header' },
      ...record,
    },
  },
  'by the last id': {
    list: {
      path: 'by-id',
      query: { id_greater: '{{lastId}}', from: '{{from}}', limit: '{{pageSize}}' },
      paging: { by: 'last-id', start: 0 },
      ...record,
    },
    changes: { query: { id_greater: '{{lastId}}', from: '{{from}}', to: '{{to}}', limit: '{{pageSize}}' } },
    identity: { path: 'me', at: ['user.id', 'user.role'] },
  },
  'with the newest first': {
    list: {
      path: 'by-id',
      query: { id_greater: '{{lastId}}' },
      paging: { by: 'last-id' },
      ...record,
    },
    changes: {
      path: 'newest',
      query: { cursor: '{{cursor}}' },
      records: 'people',
      paging: { by: 'cursor', at: 'next' },
      newestFirst: true,
      end: 'no-cursor',
    },
  },
  'everything each time': {
    list: {
      path: 'by-id',
      query: { id_greater: '{{lastId}}' },
      paging: { by: 'last-id' },
      deleted: { at: 'status', is: ['deleted'] },
      archived: { at: 'status', is: ['archived'] },
      mergedInto: 'mergedInto',
    },
  },
}

export const describedAs = (style: string) => (baseUrl: string) => ({ ...common, baseUrl, ...STYLES[style] })
