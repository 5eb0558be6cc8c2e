// Delimiters, line ends and headers.
import { describe, expect, test } from 'vitest'
import { fieldNames } from '../../../connectors/files/header.ts'
import { failure, pull, workshop } from './harness.ts'

async function read(content: string, given: Record<string, unknown> = {}) {
  const shop = await workshop()
  await shop.write('contacts.csv', content)
  return pull(shop, given)
}

describe('the delimiter', () => {
  test.each([',', ';', '\t', '|'])('is found by itself: %j', async (delimiter) => {
    const row = (...cells: string[]) => cells.join(delimiter)
    const { records } = await read([row('id', 'first', 'last'), row('1', 'Ann', 'Lee'), ''].join('\n'))
    expect(records[0]?.fields).toEqual({ id: '1', first: 'Ann', last: 'Lee' })
  })

  test('is not taken from inside quotes', async () => {
    const { records } = await read('id;"a,b,c,d"\n1;"x,y,z"\n2;"p,q,r"\n')
    expect(records[0]?.fields).toEqual({ id: '1', 'a,b,c,d': 'x,y,z' })
  })

  test('is the one that makes the configured columns appear', async () => {
    const { ids } = await read('id;name, first, last, title\n1;a, b, c, d\n2;a, b, c, d\n')
    expect(ids).toEqual(['1', '2'])
  })

  test('is taken from the options', async () => {
    const { records } = await read('id|a;b\n1|x;y\n', { delimiter: '|' })
    expect(records[0]?.fields).toEqual({ id: '1', 'a;b': 'x;y' })
  })

  test('may be absent: a file of one column', async () => {
    expect((await read('id\n7\n8')).ids).toEqual(['7', '8'])
  })

  test('is taken from a line that Excel understands, which is not the header', async () => {
    const { records } = await read('sep=;\r\nid;first\r\n1;Ann\r\n')
    expect(records).toMatchObject([{ id: '1', fields: { first: 'Ann' }, place: 'contacts.csv:3' }])
  })
})

describe('line ends', () => {
  test.each(['\n', '\r\n', '\r'])('may be %j', async (end) => {
    const { records } = await read(['id,first', '1,Ann', '', '2,"Bo', 'b"', '3,Cid', ''].join(end))
    expect(records.map(({ id, place }) => `${id} ${place}`)).toEqual([
      '1 contacts.csv:2',
      '2 contacts.csv:4',
      '3 contacts.csv:6',
    ])
    expect(records[1]?.fields.first).toBe(`Bo${end}b`)
  })

  test('may be mixed in one file', async () => {
    expect(
      (await read('id,first\r\n1,Ann\n2,Bob\r\n3,Cid')).records.map(({ fields }) => fields.first),
    ).toEqual(['Ann', 'Bob', 'Cid'])
  })

  test('count in places whatever stands in quotes', async () => {
    const { records } = await read('id,note\r\n1,"a\r\nb\r\n\r\nc"\r\n2,x\r\n\r\n3,"y\nz"\r\n4,w')
    expect(records.map(({ place }) => place)).toEqual([
      'contacts.csv:2',
      'contacts.csv:6',
      'contacts.csv:8',
      'contacts.csv:10',
    ])
  })
})

describe('the header', () => {
  test('is trimmed, without mark, and in one Unicode form', () => {
    expect(fieldNames(['\ufeff id ', 'Jose\u0301'])).toEqual(['id', 'Jos\u00e9'])
  })

  test('names a column without a name by its number', () => {
    expect(fieldNames(['id', '', 'first', ' '])).toEqual(['id', 'column_2', 'first', 'column_4'])
  })

  test('numbers names that come again, and never makes two alike', () => {
    expect(fieldNames(['phone', 'phone', 'phone'])).toEqual(['phone', 'phone (2)', 'phone (3)'])
    expect(fieldNames(['phone', 'phone', 'phone (2)'])).toEqual(['phone', 'phone (3)', 'phone (2)'])
    expect(fieldNames(['', 'column_1'])).toHaveLength(new Set(fieldNames(['', 'column_1'])).size)
  })

  test('may come after blank lines and empty rows', async () => {
    const { records } = await read('\n,,\nid,first,last\n1,Ann,Lee\n')
    expect(records).toMatchObject([{ id: '1', place: 'contacts.csv:4' }])
  })

  test('may hold any name without harm', async () => {
    const { records } = await read('id,__proto__,constructor\n1,a,b\n')
    expect(Object.entries(records[0]?.fields ?? {})).toEqual([
      ['id', '1'],
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
  })

  test.each([
    ['idColumn', { idColumn: 'ID' }, 'id'],
    ['one of several id columns', { idColumn: ['id', 'frist'] }, 'first'],
    ['updatedColumn', { updatedColumn: 'update_at' }, 'updated_at'],
    ['deletedColumn', { deletedColumn: 'delet' }, 'deleted'],
  ])(
    'without a column of the options is an error that names the nearest: %s',
    async (_name, given, nearest) => {
      const error = await failure(read('\nid,first,updated_at,deleted\n1,a,b,c\n', given))
      expect(error).toMatchObject({ kind: 'field', place: 'contacts.csv:2' })
      expect(error.hint).toContain(`Did you mean "${nearest}"?`)
      expect(error.message).toContain('id, first, updated_at, deleted')
    },
  )
})
