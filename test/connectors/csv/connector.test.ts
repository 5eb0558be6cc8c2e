// The connector as others see it: its entry in the table, its options, what it discovers.
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { csvConnector } from '../../../connectors/files/csv.ts'
import { csvOptions } from '../../../connectors/files/options.ts'
import { connectors } from '../../support/connectors.ts'
import { failure, HOUR, options, START, workshop } from './harness.ts'

test('the table holds the connector under its kind', () => {
  expect(connectors.get('csv')).toBe(csvConnector)
  for (const [kind, connector] of connectors) expect(connector.kind).toBe(kind)
})

test('what it can do is said truthfully', () => {
  expect(csvConnector.capabilities).toEqual({
    incremental: 'token',
    deletes: true,
    merges: false,
    consent: false,
    resumable: false,
  })
  expect(csvConnector.fixedFields).toBe(true)
})

describe('options', () => {
  test('each have a sentence', () => {
    const { properties } = z.toJSONSchema(csvOptions, { io: 'input' })
    for (const [name, property] of Object.entries(properties ?? {})) {
      expect(property, name).toMatchObject({ description: expect.stringMatching(/\.$/) })
    }
  })

  test('need a path and an id column only', () => {
    expect(csvOptions.parse({ path: 'a.csv', idColumn: 'id' })).toMatchObject({
      snapshot: true,
      timezone: 'UTC',
      encoding: 'auto',
      delimiter: 'auto',
      quote: '"',
      settleMs: 2_000,
      settleTimeoutMs: 30_000,
      pageSize: 250,
      deletedValues: ['1', 'true', 'yes', 'y', 'deleted', 'x'],
    })
  })

  test.each([
    ['a glob that does not say which files count', { path: 'in/*.csv' }, 'files: newest'],
    ['files without a glob', { files: 'all' }, 'only for a path with a glob'],
    ['files for changes', { path: 'in/*.csv', snapshot: false, files: 'all' }, 'only for snapshot: true'],
    ['an unknown time zone', { timezone: 'Mars/Base' }, 'America/New_York'],
    ['an unknown key', { seperator: ';' }, 'seperator'],
    ['a quote that is a delimiter', { quote: ';' }, 'cannot be a delimiter'],
    ['a path as ready suffix', { readySuffix: '/done' }, 'not a path'],
    ['no id column', { idColumn: [] }, '>=1'],
  ])('refuse %s', (_name, given, message) => {
    const { error } = csvOptions.safeParse({ path: 'a.csv', idColumn: 'id', ...given })
    expect(error?.issues.map((issue) => issue.message).join()).toContain(message)
  })
})

describe('discovery', () => {
  test('tells the fields with up to three different samples', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id;first;\n1;Ann;\n2;Ann;\n\n3;Bob;\n4;Cid;x\n5;Dan;\n')
    expect(await csvConnector.discover(options(), shop.context)).toEqual({
      fields: [
        { name: 'id', samples: ['1', '2', '3'] },
        { name: 'first', samples: ['Ann', 'Bob', 'Cid'] },
        { name: 'column_3', samples: ['x'] },
      ],
      count: null,
    })
  })

  test('looks at the first 50 rows only', async () => {
    const shop = await workshop()
    const rows = Array.from({ length: 80 }, (_, i) => `${i},${i < 50 ? '' : 'late'}`)
    await shop.write('contacts.csv', `id,x\n${rows.join('\n')}\n`)
    const { fields } = await csvConnector.discover(options(), shop.context)
    expect(fields[1]).toEqual({ name: 'x', samples: [] })
  })

  test('joins the fields of files that are the whole only together', async () => {
    const shop = await workshop()
    await shop.write('a.csv', 'id,a\n1,x\n', START - 2 * HOUR)
    await shop.write('b.csv', 'id,b\n2,y\n')
    const names = async (given: Record<string, unknown>) => {
      const { fields } = await csvConnector.discover(options({ path: '*.csv', ...given }), shop.context)
      return fields.map(({ name }) => name)
    }
    expect(await names({ files: 'all' })).toEqual(['id', 'a', 'b'])
    expect(await names({ files: 'newest' })).toEqual(['id', 'b'])
    expect(await names({ snapshot: false })).toEqual(['id', 'b'])
  })

  test('fails where a pull would: no file, no column, no text, nothing in it', async () => {
    const shop = await workshop()
    const kind = async () => (await failure(csvConnector.discover(options(), shop.context))).kind
    expect(await kind()).toBe('not-found')
    await shop.write('contacts.csv', '')
    expect(await kind()).toBe('empty')
    await shop.write('contacts.csv', 'name\nAnn\n')
    expect(await kind()).toBe('field')
    await shop.write('contacts.csv', 'PK\x03\x04')
    expect(await kind()).toBe('unreadable')
  })
})
