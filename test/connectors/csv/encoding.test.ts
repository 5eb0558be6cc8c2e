// Encodings, and files that are no text: every name arrives with the right letters, or the file is refused.
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { failure, options, pull, workshop } from './harness.ts'

const TEXT = 'id,first,city\n1,José,Köln\n2,Zoë,São Paulo\n'

async function citiesOf(content: Buffer | string, given: Record<string, unknown> = {}): Promise<unknown[]> {
  const shop = await workshop()
  await shop.write('contacts.csv', content)
  const { records } = await pull(shop, given)
  return records.map(({ fields }) => `${fields.first} ${fields.city}`)
}

const EXPECTED = ['José Köln', 'Zoë São Paulo']

describe('the encoding of a file', () => {
  test.each([
    ['utf-8', Buffer.from(TEXT)],
    ['utf-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
    ['utf-16le with a byte order mark', iconv.encode(`\ufeff${TEXT}`, 'utf-16le', { addBOM: false })],
    ['utf-16be with a byte order mark', iconv.encode(`\ufeff${TEXT}`, 'utf-16be', { addBOM: false })],
    ['utf-16le without a mark', iconv.encode(TEXT, 'utf-16le', { addBOM: false })],
    ['utf-16be without a mark', iconv.encode(TEXT, 'utf-16be', { addBOM: false })],
    ['windows-1252', iconv.encode(TEXT, 'windows-1252')],
  ])('is found by itself: %s', async (_name, content) => {
    expect(await citiesOf(content)).toEqual(EXPECTED)
  })

  test.each(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'latin1'])(
    'is taken from the options: %s',
    async (encoding) => {
      expect(await citiesOf(iconv.encode(TEXT, encoding, { addBOM: false }), { encoding })).toEqual(EXPECTED)
    },
  )

  test('is decided by the whole file, not by its first part', async () => {
    const ascii = Array.from({ length: 20_000 }, (_, i) => `${i},Ann,Rome`).join('\n')
    const content = Buffer.concat([
      Buffer.from(`id,first,city\n${ascii}\n`),
      iconv.encode('x,José,Köln\n', 'windows-1252'),
    ])
    expect((await citiesOf(content)).at(-1)).toBe('José Köln')
  })

  test('keeps characters whole that lie across two chunks', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => `${i},é€😀é,x`)
    const found = await citiesOf(`id,first,city\n${rows.join('\n')}\n`)
    expect(found).toHaveLength(12_000)
    expect(new Set(found)).toEqual(new Set(['é€😀é x']))
  })

  test('keeps UTF-16 characters whole that lie across two chunks', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => `${i},a😀é,x`)
    const found = await citiesOf(
      iconv.encode(`id,first,city\n${rows.join('\n')}`, 'utf-16le', { addBOM: true }),
    )
    expect(new Set(found)).toEqual(new Set(['a😀é x']))
  })

  test('is refused where the options say UTF-8 and a byte says otherwise, with the line', async () => {
    const shop = await workshop()
    await shop.write(
      'contacts.csv',
      Buffer.concat([Buffer.from('id\n1\n2\n'), Buffer.from([0x4a, 0xe9, 0x0a])]),
    )
    const error = await failure(pull(shop, { encoding: 'utf-8' }))
    expect(error).toMatchObject({ kind: 'unreadable', place: 'contacts.csv:4' })
    expect(error.hint).toContain('encoding: auto')
  })

  test('is refused where a character is cut off at the end of the file', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', Buffer.from('id\n1\nJ\u00e9').subarray(0, -1))
    expect(await failure(pull(shop, { encoding: 'utf-8' }))).toMatchObject({ place: 'contacts.csv:3' })
  })

  test('is refused where the byte order mark contradicts the options', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', iconv.encode(TEXT, 'utf-16le', { addBOM: true }))
    const error = await failure(pull(shop, { encoding: 'utf-8' }))
    expect(error).toMatchObject({ kind: 'unreadable' })
    expect(error.hint).toContain('utf-16le')
  })

  test('is refused where a file with a UTF-8 mark is not UTF-8', async () => {
    const shop = await workshop()
    await shop.write(
      'contacts.csv',
      Buffer.concat([Buffer.from(`\ufeffid\n`), Buffer.from([0x4a, 0xe9, 0x0a])]),
    )
    expect(await failure(pull(shop))).toMatchObject({ kind: 'unreadable', place: 'contacts.csv:2' })
  })
})

describe('NUL characters', () => {
  test('are taken out of cells', async () => {
    expect(await citiesOf('id,first,city\n1,Jo\0sé,Köln\0\n2,"Zoë\0",São Paulo\n')).toEqual(EXPECTED)
  })

  test('in large numbers mean that the file is no text', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', Buffer.concat([Buffer.from('id\n1\n'), Buffer.alloc(4_096)]))
    const error = await failure(pull(shop))
    expect(error).toMatchObject({ kind: 'unreadable' })
    expect(error.message).toContain('NUL')
  })
})

describe('a file of another kind', () => {
  test.each([
    ['xlsx', Buffer.from('504b030414000600', 'hex'), 'save as CSV'],
    ['xls', Buffer.from('d0cf11e0a1b11ae10000', 'hex'), 'save as CSV'],
    ['pdf', Buffer.from('%PDF-1.7\n'), 'Export the data as CSV'],
    ['gzip', Buffer.from('1f8b0800', 'hex'), 'Unpack'],
    ['png', Buffer.from('89504e470d0a1a0a', 'hex'), 'CSV file'],
    ['sqlite', Buffer.from('SQLite format 3\0'), 'Export the table'],
    ['web page', Buffer.from('\n<!DOCTYPE html><title>Log in</title>'), 'login page'],
  ])('is refused with the way out: %s', async (_name, content, hint) => {
    const shop = await workshop()
    await shop.write('contacts.csv', content)
    const error = await failure(pull(shop))
    expect(error).toMatchObject({ name: 'ConnectorError', kind: 'unreadable' })
    expect(error.message).toContain('contacts.csv is ')
    expect(error.hint).toContain(hint)
  })

  test.each(['', '\n\n', ' \r\n\t\n', '\ufeff', '\ufeff\n'])(
    'an empty file is refused as empty: %j',
    async (content) => {
      const shop = await workshop()
      await shop.write('contacts.csv', content)
      expect(await failure(pull(shop))).toMatchObject({ kind: 'empty' })
    },
  )

  test('a header without rows is a table of nobody', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id,first')
    const { pages, end } = await pull(shop)
    expect(pages).toHaveLength(1)
    expect(pages[0]?.records).toEqual([])
    expect(end).toMatchObject({ covers: 'everything' })
    expect(options().snapshot).toBe(true)
  })
})
