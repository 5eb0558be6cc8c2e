import { describe, expect, test } from 'vitest'
import { didYouMean, nearest, oneOf } from '../../src/lib/suggest.ts'

const NAMES = ['email', 'first_name', 'mobile']

describe('nearest', () => {
  test.each([
    ['mobil', 'mobile'],
    ['MOBILE', 'mobile'],
    ['moblie', 'mobile'],
    ['firstname', 'first_name'],
    ['first nam', 'first_name'],
    ['mail', 'email'],
  ])('"%s" most likely means %s', (wanted, meant) => {
    expect(nearest(wanted, NAMES)).toBe(meant)
  })

  test.each(['renewal_date', 'x', ''])('"%s" resembles none', (wanted) => {
    expect(nearest(wanted, NAMES)).toBeNull()
  })

  test('a short name has room for one slip, two letters swapped among them', () => {
    expect(nearest('cvs', ['csv', 'sql'])).toBe('csv')
    expect(nearest('cxx', ['csv', 'sql'])).toBeNull()
  })

  test('of two names that are as near, the first is taken', () => {
    expect(nearest('plan', ['plans', 'plane'])).toBe('plans')
  })

  test('no more edits are forgiven than asked for', () => {
    expect(nearest('first_nmae', NAMES, 1)).toBe('first_name')
    expect(nearest('frst_nam', NAMES, 1)).toBeNull()
  })
})

test('a question is asked only where there is another name to ask about', () => {
  expect(didYouMean('mobil', NAMES)).toBe('; did you mean mobile?')
  expect(didYouMean('mobile', NAMES)).toBe('')
  expect(didYouMean('renewal', NAMES)).toBe('')
})

test('names are listed as in a sentence', () => {
  expect([oneOf([]), oneOf(['a']), oneOf(['a', 'b']), oneOf(['a', 'b', 'c'])]).toEqual([
    '',
    'a',
    'a or b',
    'a, b or c',
  ])
})
