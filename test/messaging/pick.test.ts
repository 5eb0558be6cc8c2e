import { describe, expect, test } from 'vitest'
import { INBOX, LIST, pick } from '../../src/messaging/pick.ts'

const LISTS = [
  { id: 42, name: 'Premium' },
  { id: 43, name: 'premium' },
  { id: 44, name: 'Regulars' },
  { id: 45, name: ' News ' },
  { id: 46, name: '42' },
  { id: 47, name: '007' },
]

describe('a list', () => {
  test.each([
    ['44', 44],
    [44, 44],
    ['Premium', 42],
    ['premium', 43],
    ['REGULARS', 44],
    ['news', 45],
    ['007', 47],
  ])('%j is meant by %i', (given, id) => {
    expect(pick(LIST, given, LISTS).id).toBe(id)
  })

  test.each([
    ['PREMIUM', 'There are 2 lists named "PREMIUM": Premium (42), premium (43).'],
    ['42', 'There are 2 lists named "42": Premium (42), 42 (46).'],
  ])('%j means several', (given, message) => {
    expect(() => pick(LIST, given, LISTS)).toThrow(message)
  })

  test.each([
    ['Regular', 'There is no list "Regular". Did you mean "Regulars"?'],
    ['0044', 'There is no list "0044".'],
    ['99', 'There is no list "99".'],
  ])('%j means none', (given, message) => {
    expect(() => pick(LIST, given, LISTS)).toThrow(message)
  })

  test('of an account that has none says so', () => {
    expect(() => pick(INBOX, 'Front desk', [])).toThrow(
      'There is no inbox "Front desk". There is none at all.',
    )
  })
})
