import { describe, expect, test } from 'vitest'
import { HeysyncError } from '../../../src/lib/errors.ts'
import { compileExpression, ExpressionFailure, keyText } from '../../../src/sync/normalize/cel.ts'

const evaluate = (source: string, fields: Record<string, unknown> = {}) =>
  compileExpression(source, ['x']).evaluate(fields)

function compileError(source: string): HeysyncError {
  try {
    compileExpression(source, ['sources', 0, 'map', 'custom', 'Renewal Date'])
  } catch (error) {
    if (error instanceof HeysyncError) return error
  }
  throw new Error(`${source} compiles`)
}

describe('a missing value', () => {
  test.each([
    ['record.x', ''],
    ['record["x y"]', ''],
    ['record.a.b.c', ''],
    ['record.list[3].name', ''],
    ['record.nothing', ''],
    ['record.deep.nothing', ''],
    ['has(record.x)', false],
    ['has(record.deep.nothing)', false],
    ['has(record.deep.value)', true],
    ['"x" in record', false],
    ['"deep" in record', true],
    ['record.people.map(p, p.name)', ['Ann', '']],
  ])('%s is %j', (source, expected) => {
    const fields = {
      nothing: null,
      deep: { nothing: null, value: 'v' },
      list: [],
      people: [{ name: 'Ann' }, {}],
    }
    expect(evaluate(source, fields)).toEqual(expected)
  })

  test('a frozen record reads the same', () => {
    expect(evaluate('record.a + record.b', Object.freeze({ a: 'x' }))).toBe('x')
  })
})

describe('an expression that does not compile', () => {
  test.each(['record.x +', 'record.x = "1"', 'recrd.x', 'foo(record.x)', '1 ? "a" : "b"', '"a" + 1', ''])(
    '%s',
    (source) => {
      expect(compileError(source).code).toBe('ERR_EXPRESSION')
    },
  )

  test('is shown with a caret under the place, the config key, and what is known', () => {
    const error = compileError('record.first +\nrecord.last = "x"')
    expect(error.message).toContain('sources[0].map.custom["Renewal Date"]')
    expect(error.message).toContain('  record.last = "x"\n              ^')
    expect(error.hint).toContain('`record`')
  })
})

test('an expression that fails on a record says why and with which values', () => {
  const failing = () => evaluate('int(record.age) + 1', { age: 'old', other: 'x' })
  expect(failing).toThrow(ExpressionFailure)
  expect(failing).toThrow(expect.objectContaining({ value: 'age=old' }))
})

test('numbers of a record calculate with whole numbers', () => {
  expect(
    evaluate(
      '[record.n + 1, 1 + record.n, record.n - 1, 1 - record.n, record.n * 2, 2 * record.n, record.n / 2, 3 / record.n, record.n % 2]',
      { n: 3 },
    ),
  ).toEqual([4, 4, 2, -2, 6, 6, 1.5, 1, 1])
})

test('literals are the strings that can come out, not the ones that are compared with', () => {
  const literals = (source: string) => compileExpression(source, ['x']).literals
  expect(literals('record.vip == "1" ? ["VIP"] : []')).toEqual(['VIP'])
  expect(literals('record.a == "1" ? "A" : (record.b != "" ? "B" : "")')).toEqual(['A', 'B', ''])
  expect(literals('["A", record.b, "pre-" + record.c].filter(t, t != "x")')).toEqual(['A'])
  expect(literals('record.tags.split(",")')).toEqual([])
})

test('a key path reads as a person writes it', () => {
  expect(keyText(['sources', 0, 'map', 'phone', 1])).toBe('sources[0].map.phone[1]')
})
