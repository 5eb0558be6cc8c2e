// What a row becomes: a record, a bad record with its place and reason, or nothing.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failure, pull, workshop } from './harness.ts'

async function read(content: string, given: Record<string, unknown> = {}) {
  const shop = await workshop()
  await shop.write('contacts.csv', content)
  return { ...(await pull(shop, given)), logged: shop.logged }
}

describe('a record', () => {
  test('holds every cell exactly as it stands in the file', async () => {
    const { records } = await read('id,a,b,c,d\n 7 , x ,"say ""hi""",="0791234",5" pipe\n')
    expect(records).toEqual([
      {
        id: '7',
        fields: { id: ' 7 ', a: ' x ', b: 'say "hi"', c: '="0791234"', d: '5" pipe' },
        updatedAt: null,
        place: 'contacts.csv:2',
      },
    ])
  })

  test('gets back any cell that was written with quotes, and its line', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r\n', 'é', ' '),
      maxLength: 12,
    })
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 8 }), async (cells) => {
        const rows = cells.map((text, i) => `${i + 1},${quoted(text)}`)
        const { records, bad } = await read(`id,text\n${rows.join('\n')}\n`)
        let line = 2
        expect(bad).toEqual([])
        expect(records.map(({ fields, place }) => [fields.text, place])).toEqual(
          cells.map((text) => {
            const place = `contacts.csv:${line}`
            line += text.split('\n').length
            return [text, place]
          }),
        )
      }),
      { numRuns: 40 },
    )
  })

  test('joins the cells of a natural key so that no two keys look alike', async () => {
    const { ids } = await read('a,b,n\nx|y,z,1\nx,y|z,2\nx\\,y,3\n', { idColumn: ['a', 'b'] })
    expect(ids).toEqual(['x\\|y|z', 'x|y\\|z', 'x\\\\|y'])
  })

  test('is yielded each time its id comes', async () => {
    expect((await read('id\n1\n1\n')).ids).toEqual(['1', '1'])
  })

  test('is deleted where its column says so in any case', async () => {
    const { records } = await read('id,gone\n1,YES\n2, x \n3,no\n4,\n5,1\n', { deletedColumn: 'gone' })
    expect(records.map(({ deleted }) => deleted ?? false)).toEqual([true, true, false, false, true])
  })

  test('is deleted by the values of the options only', async () => {
    const { records } = await read('id,status\n1,Closed\n2,yes\n', {
      deletedColumn: 'status',
      deletedValues: ['closed'],
    })
    expect(records.map(({ deleted }) => deleted ?? false)).toEqual([true, false])
  })

  test('knows no quotes where the options say that there are none', async () => {
    const { records } = await read('id\ttext\n1\t"open\n2\tb"\n', { quote: '' })
    expect(records.map(({ fields }) => fields.text)).toEqual(['"open', 'b"'])
  })

  test('knows another quote', async () => {
    expect((await read("id,text\n1,'a,b'\n", { quote: "'" })).records[0]?.fields.text).toBe('a,b')
  })
})

describe('a bad record', () => {
  test('is a row with too few cells; its id is known where its cell is there', async () => {
    const { records, bad, end } = await read('first,id,last\nAnn,1\nBob\nCid,3,X\n')
    expect(records.map(({ id }) => id)).toEqual(['3'])
    expect(bad).toMatchObject([
      { code: 'ROW_MALFORMED', id: '1', place: 'contacts.csv:2', value: 'Ann,1' },
      { code: 'ROW_MALFORMED', id: null, place: 'contacts.csv:3', value: 'Bob' },
    ])
    expect(bad[0]?.message).toContain('2 cells')
    expect(end).toMatchObject({ covers: 'everything' })
  })

  test('has no id where that cell is the last of a file that may be cut off', async () => {
    expect((await read('id,first\n1,Ann\n12')).bad).toMatchObject([{ id: null }])
    expect((await read('id,first\n1,Ann\n12\n')).bad).toMatchObject([{ id: '12' }])
  })

  test.each([
    ['behind its id', 'id,first,phone\n1,Ann,415\n2,Bo'],
    ['within its id', 'id,first,phone\n1,Ann,415\n2'],
    ['before its id', 'first,phone,id\nAnn,415,1\nBob,415,'],
  ])('that is the last one and was cut off %s takes away the proof too', async (_name, content) => {
    const cut = await read(content)
    expect(cut.ids).toEqual(['1'])
    expect(cut.bad).toHaveLength(1)
    expect(cut.end).toMatchObject({ covers: 'changes' })
    expect(cut.logged.join()).toContain('contacts.csv:3 is cut off')
    expect((await read(`${content}\n`)).end).toMatchObject({ covers: 'everything' })
  })

  test('is a row with more cells than the header; its id cannot be trusted', async () => {
    const { bad } = await read('id,name,phone\n1,Lee, Ann,415\n')
    expect(bad).toMatchObject([{ code: 'ROW_MALFORMED', id: null, place: 'contacts.csv:2' }])
  })

  test('is not a row whose cells beyond the header are empty', async () => {
    const { records, bad } = await read('id,name\n1,Ann,,\n')
    expect(bad).toEqual([])
    expect(records[0]?.fields).toEqual({ id: '1', name: 'Ann' })
  })

  test('is not a row that leaves out columns without a name at its end', async () => {
    const { records, bad } = await read('id,name,\n1,Ann\n')
    expect(bad).toEqual([])
    expect(records[0]?.fields).toEqual({ id: '1', name: 'Ann', column_3: '' })
  })

  test('is a row without an id, or with a part of its key missing', async () => {
    expect((await read('id,name\n ,Ann\n')).bad).toMatchObject([
      { code: 'ID_MISSING', id: null, place: 'contacts.csv:2', value: ' ,Ann' },
    ])
    const { bad } = await read('a,b,c\nx,,1\n', { idColumn: ['a', 'b'] })
    expect(bad).toMatchObject([{ code: 'ID_MISSING' }])
    expect(bad[0]?.message).toContain('"b"')
  })

  test('is a row with text after a closing quote; the rows after it are read', async () => {
    const { bad, ids, end } = await read('id,name,x\n1,"Ann "A" Lee",q\n2,Bob,r\n')
    expect(bad).toMatchObject([{ code: 'ROW_MALFORMED', id: '1', place: 'contacts.csv:2' }])
    expect(bad[0]?.message).toContain('"name"')
    expect(ids).toEqual(['2'])
    expect(end).toMatchObject({ covers: 'everything' })
  })

  test('that swallows other rows takes away the proof that the pull saw everything', async () => {
    const { bad, ids, end, logged } = await read('id,name\n1,"Ann\n2,Bob\n3,"Cid"\n4,Dan\n')
    expect(bad).toMatchObject([{ code: 'ROW_MALFORMED', id: '1', place: 'contacts.csv:2' }])
    expect(bad[0]?.message).toContain('to line 4')
    expect(ids).toEqual(['4'])
    expect(end).toMatchObject({ covers: 'changes' })
    expect(logged.join()).toContain('nobody is removed')
  })

  test('shows at most 200 characters of its row', async () => {
    expect((await read(`id,name\n,${'x'.repeat(5_000)}\n`)).bad[0]?.value).toHaveLength(200)
  })

  test('is never a blank line or a row of empty cells', async () => {
    const { bad, ids } = await read('id,name\n\n1,Ann\n,\n  \n , \n2,Bob\n\n\n')
    expect(bad).toEqual([])
    expect(ids).toEqual(['1', '2'])
  })
})

describe('a quote that is never closed', () => {
  test('ends the pull with the line that opens it, and without an end', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id,name\n1,"a\nb"\n2,"Bob\n3,Cid\n4,Dan\n')
    const error = await failure(pull(shop))
    expect(error).toMatchObject({ kind: 'failed', place: 'contacts.csv:4' })
    expect(error.message).toContain('contacts.csv:4')
  })

  test('is found in a large file without reading on for ever', async () => {
    const shop = await workshop()
    const rows = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => `${from + i},Ann`).join('\n')
    await shop.write('contacts.csv', `id,name\n${rows(0, 30_000)}\nx,"Bob\n${rows(30_000, 200_000)}\n`)
    expect(await failure(pull(shop))).toMatchObject({ kind: 'failed', place: 'contacts.csv:30002' })
  })

  test('is told apart from a row that is merely too long', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', `id,name\n1,${'x'.repeat(1_100_000)}\n`)
    const error = await failure(pull(shop))
    expect(error).toMatchObject({ kind: 'failed', place: 'contacts.csv:2' })
    expect(error.message).toContain('1000000 bytes')
  })
})
