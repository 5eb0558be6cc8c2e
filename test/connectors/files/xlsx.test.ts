// Excel workbooks: what their cells become, and what is refused before the first row.
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { filesConnector } from '../../../connectors/files/files.ts'
import { failure, type Workshop, workshop } from '../csv/harness.ts'
import { copiesLeft, options, pull } from './harness.ts'
import { inlineRows, plainWorkbook, type WorkbookParts, workbook, workbookParts, zip } from './zip.ts'

const PATH = { path: 'contacts.xlsx' }

async function read(parts: WorkbookParts | Buffer, given: Record<string, unknown> = {}, shop?: Workshop) {
  const place = shop ?? (await workshop())
  await place.write('contacts.xlsx', Buffer.isBuffer(parts) ? parts : workbook(parts))
  return pull(place, { ...PATH, ...given })
}

async function fieldsOf(cell: string, more: Partial<WorkbookParts> = {}): Promise<unknown> {
  const data = `<row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>x</v></c></row><row r="2"><c r="A2"><v>1</v></c>${cell}</row>`
  const { records } = await read({ sheets: [{ title: 'S', data }], ...more })
  return Object.values(records[0]?.fields ?? {})[1]
}

test('a workbook is read as a table of texts', async () => {
  const rows = [
    ['id', 'first', 'phone'],
    ['1', 'Zoë & <Co>', '14155550100'],
    ['2', '  two\nlines ', ''],
  ]
  const { records, end } = await read(plainWorkbook(rows))
  expect(records).toEqual([
    {
      id: '1',
      fields: { id: '1', first: 'Zoë & <Co>', phone: '14155550100' },
      updatedAt: null,
      place: 'contacts.xlsx:2',
    },
    {
      id: '2',
      fields: { id: '2', first: '  two\nlines ', phone: '' },
      updatedAt: null,
      place: 'contacts.xlsx:3',
    },
  ])
  expect(end).toMatchObject({ covers: 'everything', count: null })
  expect(await copiesLeft()).toEqual([])
})

describe('a cell', () => {
  test.each([
    ['a whole number', '<c r="B2"><v>14155550100</v></c>', '14155550100'],
    ['a whole number with an exponent', '<c r="B2"><v>1.41555501E10</v></c>', '14155550100'],
    ['a number of more digits than fit', '<c r="B2"><v>12345678901234567890</v></c>', '12345678901234567890'],
    ['a fraction as Excel shows it', '<c r="B2"><v>0.30000000000000004</v></c>', '0.3'],
    ['a tiny fraction', '<c r="B2"><v>1.5E-7</v></c>', '0.00000015'],
    ['true', '<c r="B2" t="b"><v>1</v></c>', 'TRUE'],
    ['an ISO date', '<c r="B2" t="d"><v>2026-11-20</v></c>', '2026-11-20'],
    ['a text of a formula', '<c r="B2" t="str"><f>A1</f><v>abc</v></c>', 'abc'],
    ['a number of a formula', '<c r="B2"><f>1+1</f><v>2</v></c>', '2'],
    ['an empty text of a formula', '<c r="B2" t="str"><f>""</f><v></v></c>', ''],
    ['an error', '<c r="B2" t="e"><v>#N/A</v></c>', '#N/A'],
    ['nothing but a style', '<c r="B2" s="0"/>', ''],
    [
      'rich inline text',
      '<c r="B2" t="inlineStr"><is><r><t>a</t></r><r><t> b</t></r><rPh><t>x</t></rPh></is></c>',
      'a b',
    ],
    ['an escaped character', '<c r="B2" t="str"><v>a_x000A_b_x005F_x000A_</v></c>', 'a\nb_x000A_'],
    ['a cell without its address', '<c t="str"><v>here</v></c>', 'here'],
  ])('with %s', async (_name, cell, text) => {
    expect(await fieldsOf(cell)).toBe(text)
  })

  test.each([
    ['yyyy-mm-dd', '45981', '2025-11-20'],
    ['m/d/yy h:mm AM/PM', '45981.3958333333', '2025-11-20T09:30:00'],
    ['dd/mm/yyyy hh:mm', '45981', '2025-11-20T00:00:00'],
    ['[$-409]mmm d, yyyy', '45981.5', '2025-11-20T12:00:00'],
    ['h:mm:ss', '0.5', '12:00:00'],
    ['mmm', '45981', '2025-11-20'],
    ['[h]:mm', '1.5', '1.5'],
    ['yyyy', '59', '1900-02-28'],
    ['yyyy', '60', '60'],
    ['yyyy', '61', '1900-03-01'],
    ['yyyy', '-3', '-3'],
    ['"days" 0', '45981', '45981'],
    ['#,##0.00', '1234.5', '1234.5'],
    ['00000', '2134', '02134'],
    ['[<=9999999]###-####;(###) ###-####', '4155550100', '4155550100'],
  ])('in the format %s that holds %s', async (format, value, text) => {
    expect(await fieldsOf(`<c r="B2" s="1"><v>${value}</v></c>`, { formats: ['', format] })).toBe(text)
  })

  test('counts days from 1904 where the workbook does', async () => {
    const more = { formats: ['', 'yyyy-mm-dd'], date1904: true }
    expect(await fieldsOf('<c r="B2" s="1"><v>44519</v></c>', more)).toBe('2025-11-20')
  })

  test('shares its text with others', async () => {
    const strings = ['<si><t>one</t></si>', '<si><r><t>t</t></r><r><t>wo</t></r><rPh><t>zwei</t></rPh></si>']
    expect(await fieldsOf('<c r="B2" t="s"><v>1</v></c>', { strings })).toBe('two')
  })

  test('that shares a text which is not there is of a damaged file', async () => {
    const error = await failure(fieldsOf('<c r="B2" t="s"><v>7</v></c>', { strings: ['<si><t>a</t></si>'] }))
    expect(error).toMatchObject({ kind: 'unreadable' })
    expect(error.message).toContain('no shared text 7')
  })

  test('with a formula that was never computed ends the pull, and says where', async () => {
    const error = await failure(fieldsOf('<c r="B2"><f>A1&amp;"x"</f></c>'))
    expect(error).toMatchObject({ kind: 'unreadable', place: 'contacts.xlsx:2' })
    expect(error.hint).toContain('save it')
  })
})

describe('rows', () => {
  test('that are empty are no rows, and the others keep their numbers', async () => {
    const rows = [[], ['id', 'a'], [], ['1', 'x'], ['', ''], ['2', '']]
    const { records } = await read(plainWorkbook(rows))
    expect(records.map(({ id, place }) => [id, place])).toEqual([
      ['1', 'contacts.xlsx:4'],
      ['2', 'contacts.xlsx:6'],
    ])
  })

  test('may hold notes beside the table', async () => {
    const { records } = await read(
      plainWorkbook([
        ['id', '', 'a'],
        ['1', '', 'x', '', 'call back'],
      ]),
    )
    expect(records[0]?.fields).toEqual({ id: '1', column_2: '', a: 'x' })
  })

  test('without an id, or with an error for one, are bad and name it', async () => {
    const data = `${inlineRows([
      ['id', 'a'],
      ['', 'x'],
    ])}<row r="3"><c r="A3" t="e"><v>#REF!</v></c></row>`
    const { bad, records } = await read({ sheets: [{ title: 'S', data }] })
    expect(records).toEqual([])
    expect(bad).toMatchObject([
      { place: 'contacts.xlsx:2', code: 'ID_MISSING', value: '\tx' },
      { place: 'contacts.xlsx:3', code: 'ID_MISSING', message: 'The id column "id" holds the error #REF!.' },
    ])
  })

  test('give their time of change from a date', async () => {
    const data =
      `<row><c t="str"><v>id</v></c><c t="str"><v>at</v></c></row>` +
      `<row><c><v>1</v></c><c s="1"><v>45981.3958333333</v></c></row>`
    const parts = { sheets: [{ title: 'S', data }], formats: ['', 'm/d/yyyy h:mm'] }
    const { records } = await read(parts, { updatedColumn: 'at', timezone: 'America/New_York' })
    expect(records[0]?.updatedAt).toBe('2025-11-20T14:30:00Z')
  })
})

describe('the sheet', () => {
  const sheets = [
    { title: 'Lookup', data: inlineRows([['id'], ['hidden']]), state: 'hidden' as const },
    { title: 'Ménu', data: inlineRows([['id'], ['first']]) },
    { title: 'People', data: inlineRows([['id'], ['second']]) },
  ]

  test('is the first that is not hidden', async () => {
    expect((await read({ sheets })).ids).toEqual(['first'])
  })

  test.each([
    ['People', 'second'],
    [' people', 'second'],
    ['Me\u0301nu', 'first'],
    ['Lookup', 'hidden'],
  ])('is the one that is called %s', async (sheet, id) => {
    expect((await read({ sheets }, { sheet })).ids).toEqual([id])
  })

  test('that is not there is an error with the nearest name', async () => {
    const error = await failure(read({ sheets }, { sheet: 'Peple' }))
    expect(error).toMatchObject({ kind: 'field' })
    expect(error.message).toContain('Lookup, Ménu, People')
    expect(error.hint).toContain('"People"')
  })
})

describe('is refused with a way out:', () => {
  test.each([
    ['A1:B1', 1],
    ['B1:B2', 1],
    ['$A$1:$C$1', 1],
  ])('a header with the merged cells %s', async (range) => {
    const data = inlineRows([
      ['id', 'name'],
      ['1', 'x'],
    ])
    const after = `<mergeCells count="1"><mergeCell ref="${range}"/></mergeCells>`
    const error = await failure(read({ sheets: [{ title: 'S', data, after }] }))
    expect(error).toMatchObject({ kind: 'unreadable', place: 'contacts.xlsx:1' })
    expect(error.message).toContain(range)
  })

  test('but merged cells below the header are let be', async () => {
    const data = inlineRows([
      ['id', 'name'],
      ['1', 'x'],
      ['2', ''],
    ])
    const after = '<x:mergeCells count="1"><x:mergeCell ref="B2:B3"/></x:mergeCells>'
    expect((await read({ sheets: [{ title: 'S', data, after: after.replaceAll('x:', '') }] })).ids).toEqual([
      '1',
      '2',
    ])
  })

  const compound = (name: string) =>
    Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.alloc(70_000),
      Buffer.from(name, 'utf16le'),
    ])
  const good = plainWorkbook([['id'], ['1']])
  const flipped = Buffer.from(good)
  flipped[120] = (flipped[120] ?? 0) ^ 0xff

  test.each([
    ['one that is locked', compound('EncryptedPackage'), 'locked with a password', 'without a password'],
    ['an old one', compound('Workbook'), '.xls', '.xlsx'],
    ['one that was cut off', good.subarray(0, -40), 'only a part', 'again'],
    ['half of one', good.subarray(0, good.length / 2), 'only a part', 'again'],
    ['a few bytes of one', Buffer.from('PK\x03\x04abc'), 'only a part', 'again'],
    ['one with a byte that turned over', flipped, 'damaged', 'again'],
    ['a binary one', zip([{ name: 'xl/workbook.bin', content: '' }]), '.xlsb', '.xlsx'],
    ['one of LibreOffice', zip([{ name: 'content.xml', content: '' }]), 'no Excel workbook', 'LibreOffice'],
    ['a ZIP file', zip([{ name: 'contacts.csv', content: 'id\n1\n' }]), 'no Excel workbook', 'Unpack'],
    ['a locked ZIP file', zip([{ name: 'xl/workbook.xml', content: 'x', flags: 1 }]), 'locked', 'password'],
    ['one without sheets', workbook({ sheets: [] }), 'without a sheet', 'table'],
  ])('%s', async (_name, bytes, message, hint) => {
    const error = await failure(read(bytes))
    expect(error).toMatchObject({ kind: 'unreadable' })
    expect(error.message).toContain(message)
    expect(error.hint).toContain(hint)
    expect(await copiesLeft()).toEqual([])
  })

  test('one whose sheet is damaged yields no record before it is known', async () => {
    const rows = Array.from({ length: 5_000 }, (_, at) => [String(at), 'x'])
    const parts = workbookParts({ sheets: [{ title: 'S', data: inlineRows([['id', 'a'], ...rows]) }] })
    const bytes = zip(parts)
    const at = bytes.indexOf('xl/worksheets/sheet1.xml') + 2_000
    bytes[at] = (bytes[at] ?? 0) ^ 0x55
    const seen: string[] = []
    const shop = await workshop()
    await shop.write('contacts.xlsx', bytes)
    const error = await failure(pull(shop, PATH, undefined, (page) => void seen.push(page.position)))
    expect(error).toMatchObject({ kind: 'unreadable' })
    expect(seen).toEqual([])
  })

  test('one that lacks a column of the options, with the header', async () => {
    const error = await failure(
      read(
        plainWorkbook([
          ['ident', 'name'],
          ['1', 'x'],
        ]),
      ),
    )
    expect(error).toMatchObject({ kind: 'field', place: 'contacts.xlsx:1' })
    expect(error.message).toContain('ident, name')
  })

  test('one that holds nothing', async () => {
    expect(await failure(read(plainWorkbook([])))).toMatchObject({ kind: 'empty' })
  })

  test('one that is larger than it may be', async () => {
    const error = await failure(read(good, { maxBytes: good.length - 1 }))
    expect(error).toMatchObject({ kind: 'failed' })
    expect(error.hint).toContain('maxBytes')
    expect(await copiesLeft()).toEqual([])
  })
})

describe('a workbook that unpacks to far more than it is', () => {
  const row = (cells: string) => `<row r="1"><c r="A1" t="str"><v>id</v></c></row><row r="2">${cells}</row>`

  test('is stopped where a part is larger than it may be', async () => {
    const bytes = workbook({ sheets: [{ title: 'S', data: row('') + ' '.repeat(5_000_000) }] })
    expect(bytes.length).toBeLessThan(100_000)
    const error = await failure(read(bytes, { maxBytes: 100_000 }))
    expect(error).toMatchObject({ kind: 'failed' })
    expect(error.message).toContain('larger than 100000 bytes')
  })

  test.each([
    [
      'a text without an end',
      { data: row(`<c r="A2" t="inlineStr"><is><t>${'x'.repeat(2_000_000)}</t></is></c>`) },
    ],
    [
      'a text in many pieces',
      { data: row(`<c r="A2" t="inlineStr"><is>${'<t>xxxxxxxx</t>'.repeat(200_000)}</is></c>`) },
    ],
    [
      'a shared text in many pieces',
      { data: row(''), strings: [`<si>${'<t>xxxxxxxx</t>'.repeat(200_000)}</si>`] },
    ],
    [
      'a row of texts that is long by sharing',
      {
        data: row(
          Array.from(
            { length: 26 },
            (_, at) => `<c r="${String.fromCharCode(65 + at)}2" t="s"><v>0</v></c>`,
          ).join(''),
        ),
        strings: [`<si><t>${'x'.repeat(500_000)}</t></si>`],
      },
    ],
  ])('is damaged where it holds %s', async (_name, { data, ...more }) => {
    const error = await failure(read({ sheets: [{ title: 'S', data }], ...more }))
    expect(error).toMatchObject({ kind: 'unreadable' })
    expect(error.message).toContain('more than 1000000 characters')
  })
})

describe('a gzip file', () => {
  test('is unpacked, whatever it is called', async () => {
    expect((await read(gzipSync('id,a\n1,x\n'))).ids).toEqual(['1'])
    expect((await read(gzipSync(plainWorkbook([['id'], ['7']])))).ids).toEqual(['7'])
  })

  test('that was cut off is refused', async () => {
    const bytes = gzipSync(`id\n${Array.from({ length: 999 }, (_, at) => at).join('\n')}`)
    const error = await failure(read(bytes.subarray(0, -20)))
    expect(error).toMatchObject({ kind: 'unreadable' })
    expect(error.message).toContain('cut off')
  })

  test('that unpacks to more than it may is stopped', async () => {
    const error = await failure(read(gzipSync(Buffer.alloc(10_000_000, 'a')), { maxBytes: 1_000_000 }))
    expect(error.message).toContain('larger than 1000000 bytes')
    expect(await copiesLeft()).toEqual([])
  })
})

test('fields of a workbook are discovered', async () => {
  const shop = await workshop()
  await shop.write(
    'contacts.xlsx',
    plainWorkbook([
      ['id', 'first'],
      ['1', 'Ann'],
      ['2', 'Bob'],
    ]),
  )
  expect((await filesConnector.discover(options(PATH), shop.context)).fields).toEqual([
    { name: 'id', samples: ['1', '2'] },
    { name: 'first', samples: ['Ann', 'Bob'] },
  ])
  expect(await copiesLeft()).toEqual([])
})
