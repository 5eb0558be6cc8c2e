import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Dialect } from '../../../connectors/files/text/dialect.ts'
import { readRows } from '../../../connectors/files/text/rows.ts'

const cell = fc.constantFrom(
  '',
  'a',
  'é',
  ' ',
  'a b',
  '"',
  '"a"',
  '"a,b"',
  '"a""b"',
  '""',
  '"a\nb"',
  'a"b',
  '"a"b',
  '"a\r\nb"',
  '\r',
)
const row = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(','))
const text = fc
  .array(fc.tuple(row, fc.constantFrom('\n', '\r\n', '\n\n')), { maxLength: 6 })
  .chain((rows) =>
    fc.tuple(fc.constant(rows.map((one) => one.join('')).join('')), fc.constantFrom('', 'z', 'y,"x"')),
  )
  .map((parts) => parts.join(''))

async function* inChunks(all: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0
  for (let n = 0; at < all.length; n++) {
    const size = sizes[n % sizes.length] ?? 1
    yield all.subarray(at, at + size)
    at += size
  }
}

async function rowsOf(all: string, sizes: readonly number[], quote: string) {
  const dialect: Dialect = { delimiter: ',', quote, newline: 'lf', namesSeparator: false }
  const rows = []
  for await (const batch of readRows(inChunks(Buffer.from(all), sizes), dialect, 'a.csv')) rows.push(...batch)
  return rows
}

function asLibraryReads(all: string, quote: string): string[][] | null {
  try {
    return parse(all, {
      quote: quote === '' ? null : quote,
      escape: quote === '' ? null : quote,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    })
  } catch {
    return null
  }
}

describe('rows of a text', () => {
  it('are those that csv-parse reads, whatever the quotes and wherever the chunks end', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(text, sizes, fc.constantFrom('"', ''), async (all, chunks, quote) => {
        const expected = asLibraryReads(all, quote)
        if (expected === null) {
          await expect(rowsOf(all, chunks, quote)).rejects.toThrow('not closed')
          return
        }
        const rows = await rowsOf(all, chunks, quote)
        expect(rows.map(({ cells }) => cells)).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('know their lines, also behind a cell of several lines', async () => {
    const rows = await rowsOf('a,b\n\n"c",d\r\n"e\nf",g\nh\n\ni', [5], '"')
    expect(rows.map(({ cells, line, lines, ended }) => [cells[0], line, lines, ended])).toEqual([
      ['a', 1, 1, true],
      ['c', 3, 1, true],
      ['e\nf', 4, 2, true],
      ['h', 6, 1, true],
      ['i', 8, 1, false],
    ])
    expect(rows.map(({ raw }) => raw.toString('utf8').trimEnd())).toEqual([
      'a,b',
      '"c",d',
      '"e\nf",g',
      'h',
      'i',
    ])
  })
})
