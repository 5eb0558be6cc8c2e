// Times of last change: one meaning or none.
import { describe, expect, test } from 'vitest'
import { readInstant, zoneClock } from '../../../connectors/files/updated-at.ts'
import { pull, workshop } from './harness.ts'

const utc = zoneClock('UTC')
const newYork = zoneClock('America/New_York')

describe('a time of last change', () => {
  test.each([
    ['2026-11-20T09:30:00Z', '2026-11-20T09:30:00Z'],
    ['2026-11-20t09:30:00z', '2026-11-20T09:30:00Z'],
    ['2026-11-20T09:30:00.123456789Z', '2026-11-20T09:30:00.123456789Z'],
    ['2026-11-20T09:30:00+05:30', '2026-11-20T04:00:00Z'],
    ['2026-11-20 00:30:00.5-0800', '2026-11-20T08:30:00.5Z'],
    ['2026-11-20 09:30:00 UTC', '2026-11-20T09:30:00Z'],
    ['2026-11-20 09:30:00+02', '2026-11-20T07:30:00Z'],
    [' 2026-11-20 09:30 ', '2026-11-20T09:30:00Z'],
    ['2026-11-20', '2026-11-20T00:00:00Z'],
    ['1700000000', '2023-11-14T22:13:20Z'],
    ['1700000000.250100', '2023-11-14T22:13:20.250100Z'],
    ['1700000000123', '2023-11-14T22:13:20.123Z'],
  ])('%j is %s', (text, expected) => {
    expect(readInstant(text, utc)).toBe(expected)
  })

  test.each([
    '',
    '   ',
    'yesterday',
    '1/2/2026',
    '01/02/2026 10:00',
    '2026-02-30',
    '2026-13-01',
    '2026-11-20T25:00:00Z',
    '2026-11-20T09:60:00Z',
    '2026-11-20T09:30:00+24:00',
    '20261120',
    '12345678901',
    '2026-11-20T',
  ])('%j has no meaning, or more than one', (text) => {
    expect(readInstant(text, utc)).toBeNull()
  })

  test.each([
    ['winter', '2026-01-15 12:00:00.250', '2026-01-15T17:00:00.250Z'],
    ['summer', '2026-07-15 12:00', '2026-07-15T16:00:00Z'],
    ['a date', '2026-07-15', '2026-07-15T04:00:00Z'],
    ['before the clock goes forward', '2026-03-08 01:59:59', '2026-03-08T06:59:59Z'],
    ['an hour that is skipped', '2026-03-08 02:30', '2026-03-08T07:30:00Z'],
    ['after the clock went forward', '2026-03-08 03:00', '2026-03-08T07:00:00Z'],
    ['an hour that comes twice', '2026-11-01 01:30', '2026-11-01T05:30:00Z'],
    ['after the clock went back', '2026-11-01 02:00', '2026-11-01T07:00:00Z'],
    ['a zone of its own', '2026-07-15 12:00:00Z', '2026-07-15T12:00:00Z'],
  ])('without a zone is taken in the one configured: %s', (_name, text, expected) => {
    expect(readInstant(text, newYork)).toBe(expected)
  })

  test('is read in a zone of half hours', () => {
    expect(readInstant('2026-07-15 12:00', zoneClock('Asia/Kolkata'))).toBe('2026-07-15T06:30:00Z')
  })

  test('that cannot be read leaves a good record without one', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id,at\n1,2026-07-15 12:00\n2,soon\n3,\n')
    const { records, bad } = await pull(shop, { updatedColumn: 'at', timezone: 'Europe/Berlin' })
    expect(records.map(({ updatedAt }) => updatedAt)).toEqual(['2026-07-15T10:00:00Z', null, null])
    expect(bad).toEqual([])
  })
})
