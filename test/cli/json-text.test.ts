// JSON in parts is the JSON that JSON.stringify makes.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonText } from '../../src/cli/json-text.ts'

/** Reads an array one by one. */
function* oneByOne(all: readonly unknown[]): Generator<unknown> {
  yield* all
}

const text = (value: unknown) => [...jsonText(value)].join('')

test('rows that come one by one, in objects and in each other, make the same text', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.array(fc.jsonValue()), fc.jsonValue(), (some, others, value) => {
      const lazy = { value, some: oneByOne(some), lists: oneByOne([{ add: oneByOne(others), value }]) }
      const whole = { value, some, lists: [{ add: others, value }] }
      expect(text(lazy)).toBe(JSON.stringify(whole, null, 2))
    }),
  )
})

test('what is undefined is left out, and nothing makes brackets alone', () => {
  const whole = { a: undefined, b: 1, none: [] as unknown[], c: {} }
  expect(text({ ...whole, none: oneByOne([]) })).toBe(JSON.stringify(whole, null, 2))
})
