// Cells, columns and rows: what Google bends, and what people do to a sheet.
import { expect, test } from 'vitest'
import { badOf, bench, failure, idsOf, recordsOf } from './harness.ts'
import type { Value } from './vendor.ts'

const number = (value: number, shown = String(value)) => ({ number: value, shown })

test.each<[string, Value, string | boolean]>([
  ['a phone that is shown as 1.41556E+10', number(14155550100, '1.41556E+10'), '14155550100'],
  ['a phone with separators', number(14155550100, '14,155,550,100'), '14155550100'],
  ['a phone with a format of its own', number(4155550100, '(415) 555-0100'), '4155550100'],
  ['a format that shows a zero in front', number(791234567, '0791234567'), '0791234567'],
  ['a format that shows a plus', number(41791234567, '+41 79 123 45 67'), '+41791234567'],
  ['a column that is too narrow', number(14155550100, '###'), '14155550100'],
  ['text', '+1 (415) 555-0100', '+1 (415) 555-0100'],
  ['text with zeros in front', '00417912345', '00417912345'],
  ['money', number(1234.5, '$1,234.50'), '1234.5'],
  ['zero', number(0), '0'],
  ['less than zero', number(-3), '-3'],
  ['a number of 22 digits', number(1e21, '1.00E+21'), '1000000000000000000000'],
  ['a tick', true, true],
  ['nothing', null, ''],
])('%s', async (_name, value, wanted) => {
  const sheet = await bench([
    ['id', 'x', 'last'],
    ['a', value, 'z'],
  ])
  expect(recordsOf(await sheet.read())[0]?.fields).toEqual({ id: 'a', x: wanted, last: 'z' })
})

test('rows that Google cuts short have all of their fields', async () => {
  const sheet = await bench([['id', 'first', 'phone'], ['a', 'Ann'], ['b'], ['c', '', '1']])
  expect(recordsOf(await sheet.read()).map(({ fields }) => fields)).toEqual([
    { id: 'a', first: 'Ann', phone: '' },
    { id: 'b', first: '', phone: '' },
    { id: 'c', first: '', phone: '1' },
  ])
})

test('ids are asked for column by column, and cells row by row', async () => {
  const sheet = await bench([
    ['part', 'name', 'nr'],
    ['a', 'Ann', number(1)],
    [null, 'nobody', null],
    ['b', 'Bob', number(2, '02')],
    ['c', 'Cy', null],
  ])
  const pages = await sheet.read({ idColumn: ['part', 'nr'] })
  expect([idsOf(pages), badOf(pages).length]).toEqual([['a|1', 'b|02'], 2])
  const asked = sheet.asked.filter((path) => path.includes('UNFORMATTED_VALUE'))
  const dimension = (path: string) => new URL(path, sheet.server.url).searchParams.get('majorDimension')
  // The header, the ids, the page, and what is behind the last id.
  expect(asked.map(dimension)).toEqual(['ROWS', 'COLUMNS', 'ROWS', 'ROWS'])
})

test('columns may be moved: they are known by name', async () => {
  const sheet = await bench([
    ['id', 'first', '', 'phone '],
    ['a', 'Ann', 'ignored', '1'],
  ])
  const before = recordsOf(await sheet.read())
  sheet.tabs[0]?.rows.splice(0, 2, ['phone', 'id', 'first'], ['1', 'a', 'Ann'])
  expect(recordsOf(await sheet.read())).toEqual(before)
})

test('an id of two columns, and ids that are numbers', async () => {
  const sheet = await bench([
    ['branch', 'x', 'n'],
    ['A|B', '', number(7, '007')],
  ])
  expect(idsOf(await sheet.read({ idColumn: ['branch', 'n'] }))).toEqual(['A\\|B|007'])
})

test('two rows with one id are reported, each, and none is taken', async () => {
  const sheet = await bench([['id'], ['a'], ['b'], ['c'], [' a ']])
  const pages = await sheet.read({ pageSize: 1 })
  expect(idsOf(pages)).toEqual(['b', 'c'])
  expect(badOf(pages)).toMatchObject([
    { id: 'a', code: 'ID_DUPLICATE', place: 'Sheet1!2', message: expect.stringContaining('2, 5') },
    { id: 'a', code: 'ID_DUPLICATE', place: 'Sheet1!5' },
  ])
})

test('rows without an id are reported, also behind the last one; rows of nothing are not', async () => {
  const sheet = await bench([
    ['id', 'first'],
    ['', 'Ann'],
    ['', ''],
    ['b', 'Bob'],
    [],
    ['', 'Cid'],
    [null, ' '],
  ])
  const pages = await sheet.read({ pageSize: 2 })
  expect(idsOf(pages)).toEqual(['b'])
  expect(badOf(pages).map(({ code, place }) => [code, place])).toEqual([
    ['ID_MISSING', 'Sheet1!2'],
    ['ID_MISSING', 'Sheet1!6'],
  ])
})

test('a formula that failed is no id, and one that is still loading stops the pull', async () => {
  const sheet = await bench([['id'], ['#REF!'], ['b']])
  expect(badOf(await sheet.read())).toMatchObject([{ id: null, code: 'ROW_MALFORMED' }])
  sheet.tabs[0]?.rows.splice(1, 2, ['Loading...'])
  expect((await failure(sheet.read())).kind).toBe('busy')
})

test('a grid that is full to its last row', async () => {
  const sheet = await bench([['id'], ['a'], ['b']], 3)
  expect(idsOf(await sheet.read({ pageSize: 1 }))).toEqual(['a', 'b'])
})

test('a header and nothing else is a sheet of nobody', async () => {
  for (const gridRows of [1, 1_000]) {
    const pages = await (await bench([['id']], gridRows)).read()
    expect(pages).toMatchObject([{ records: [], end: { covers: 'everything' } }])
  }
})

test.each([
  ['nothing at all', [], 'empty', 'headerRow'],
  ['two columns of one name', [['id', 'phone', ' phone']], 'field', 'Rename'],
  ['no id column', [['Id', 'phone']], 'field', '"Id"'],
])('%s is an error', async (_name, rows, kind, hint) => {
  expect(await failure((await bench(rows)).read())).toMatchObject({
    kind,
    hint: expect.stringContaining(hint),
  })
})

test('a header further down', async () => {
  const sheet = await bench([['Members of the club'], [], ['id', 'first'], ['a', 'Ann']])
  expect(recordsOf(await sheet.read({ headerRow: 3 }))).toMatchObject([{ id: 'a', place: 'Sheet1!4' }])
})

test('discovery tells columns with samples and the number of rows', async () => {
  const sheet = await bench([
    ['id', 'first'],
    ['a', 'Ann'],
    ['b', 'Ann'],
    ['c', 'Bob'],
  ])
  expect(await sheet.discover()).toEqual({
    fields: [
      { name: 'id', samples: ['a', 'b', 'c'] },
      { name: 'first', samples: ['Ann', 'Bob'] },
    ],
    count: 3,
  })
})
