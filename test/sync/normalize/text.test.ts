import { describe, expect, test } from 'vitest'
import { isBlankWord, quote, toLine, toText } from '../../../src/sync/normalize/text.ts'

describe('toText', () => {
  test.each([
    ['  a ', 'a'],
    ['e\u0301', '\u00e9'],
    ['a\u0000b\u0007c', 'abc'],
    ['a\r\nb\tc', 'a\nb\tc'],
    ['a\u00a0b', 'a b'],
    ['\ufeffa\ud800', 'a'],
    [null, ''],
    [undefined, ''],
    [true, 'true'],
    [false, 'false'],
    [1e21, '1000000000000000000000'],
    [0.0000001, '0.0000001'],
    [-0, '0'],
    [1.5, '1.5'],
    [Number.NaN, ''],
    [14155552671n, '14155552671'],
    [new Date('2026-11-20T09:30:00Z'), '2026-11-20T09:30:00.000Z'],
    [new Date(Number.NaN), ''],
    [['a', null, 2], 'a, 2'],
    [{ a: 1n, b: [true] }, '{"a":1,"b":[true]}'],
    [new TextEncoder().encode('é'), 'é'],
  ])('%#: %s is %j', (value, expected) => {
    expect(toText(value)).toBe(expected)
  })
})

test('toLine keeps everything on one line', () => {
  expect(toLine(' Ann\n\tMarie  Lee ')).toBe('Ann Marie Lee')
})

test.each(['', 'N/A', 'na', 'None', 'NULL', '-', '--', '.', 'Unknown', '#N/A', 'not provided'])(
  '%s stands for nothing',
  (text) => {
    expect(isBlankWord(text)).toBe(true)
  },
)

test.each(['0', 'Nan Goldin', 'x', 'no'])('%s stands for itself', (text) => {
  expect(isBlankWord(text)).toBe(false)
})

test('a quoted value is cut by characters, not inside one', () => {
  expect(quote('😀😀😀', 2)).toBe('"😀😀…"')
})
