// Facts about every phone text, not only the ones in the table.
import fc from 'fast-check'
import type { CountryCode } from 'libphonenumber-js/max'
import { describe, expect, test } from 'vitest'
import { type CountryAnswer, readPhone } from '../../../src/sync/normalize/phone.ts'
import { REJECTION_TABLE } from '../../../src/sync/normalize/rejection.ts'

const COUNTRIES: readonly CountryCode[] = [
  'US',
  'GB',
  'DE',
  'FR',
  'IT',
  'AT',
  'MX',
  'AR',
  'BR',
  'AU',
  'JP',
  'KR',
  'IN',
  'NG',
  'SG',
  'CI',
]

const country: fc.Arbitrary<CountryAnswer> = fc.oneof(
  fc.constantFrom(...COUNTRIES).map((code) => ({ kind: 'known', country: code, from: 'record' }) as const),
  fc.constant({ kind: 'missing' } as const),
  fc.constant({ kind: 'unknown', text: 'Narnia' } as const),
)

/** Texts that look enough like numbers to get far into the work, and anything else. */
const cell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'0123456789+() -./,;#xeE|\n\u200e\u00a0٣４'), maxLength: 40 }),
  fc.stringMatching(/^(\+|00|0|\+44 ?\(0\)|1)?[1-9]\d{6,12}( x\d{1,4})?$/),
  fc.double(),
  fc.bigInt(),
  fc.anything(),
)

describe('readPhone', () => {
  test('gives bare E.164, blank, or a code of the closed union, and never throws', () => {
    fc.assert(
      fc.property(cell, country, (value, answer) => {
        const reading = readPhone(value, () => answer)
        if (reading.kind === 'number') expect(reading.phone).toMatch(/^[1-9]\d{6,14}$/)
        if (reading.kind === 'failed') {
          expect(Object.keys(REJECTION_TABLE)).toContain(reading.code)
          expect(reading.message).not.toBe('')
          expect(reading.value.length).toBeLessThanOrEqual(200)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('gives a number back when it is fed back with its +, whatever the country', () => {
    fc.assert(
      fc.property(cell, country, country, (value, answer, other) => {
        const reading = readPhone(value, () => answer)
        if (reading.kind !== 'number') return
        expect(readPhone(`+${reading.phone}`, () => other)).toEqual({
          kind: 'number',
          phone: reading.phone,
          notes: [],
        })
      }),
      { numRuns: 3000 },
    )
  })

  test('gives the same answer to the same input', () => {
    fc.assert(
      fc.property(cell, country, (value, answer) => {
        expect(readPhone(value, () => answer)).toEqual(readPhone(value, () => answer))
      }),
      { numRuns: 500 },
    )
  })

  test('never gives a number without a country code when no country is known', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9]\d{6,12}$/), (digits) => {
        expect(readPhone(digits, () => ({ kind: 'missing' })).kind).toBe('failed')
      }),
    )
  })

  test('does not ask for the country of an international number', () => {
    const reading = readPhone('+44 20 7946 0958', () => {
      throw new Error('asked')
    })
    expect(reading).toMatchObject({ phone: '442079460958' })
  })
})

describe('numbers that are not text', () => {
  const us: CountryAnswer = { kind: 'known', country: 'US', from: 'defaultCountry' }

  test.each([
    [14155552671, '14155552671'],
    [4155552671n, '14155552671'],
    [1.4155552671e10, '14155552671'],
  ])('%s is %s', (value, phone) => {
    expect(readPhone(value, () => us)).toMatchObject({ kind: 'number', phone })
  })

  test.each([
    [2 ** 53, 'PHONE_DIGITS_LOST'],
    [4155552671.5, 'PHONE_DIGITS_LOST'],
    [-4155552671, 'PHONE_NOT_A_NUMBER'],
    [true, 'PHONE_NOT_A_NUMBER'],
    [{ number: '4155552671' }, 'PHONE_NOT_A_NUMBER'],
  ])('%s is %s', (value, code) => {
    expect(readPhone(value, () => us)).toMatchObject({ kind: 'failed', code })
  })

  test.each([null, undefined, Number.NaN])('%s is blank', (value) => {
    expect(readPhone(value, () => us)).toEqual({ kind: 'blank' })
  })
})

describe('messages', () => {
  const us: CountryAnswer = { kind: 'known', country: 'US', from: 'defaultCountry' }
  const message = (value: string, answer: CountryAnswer = us) => {
    const reading = readPhone(value, () => answer)
    return reading.kind === 'failed' ? reading.message : ''
  }

  test('a foreign number without its + is told to be written with it', () => {
    expect(message('447911123456')).toContain('US (defaultCountry)')
    expect(message('447911123456')).toContain('+447911123456')
  })

  test('two readings are both named', () => {
    const text = message('4925989520', { kind: 'known', country: 'IT', from: 'record' })
    expect(text).toContain('+4925989520')
    expect(text).toContain('+3904925989520')
  })

  test('an unknown country is quoted', () => {
    expect(message('020 7946 0958', { kind: 'unknown', text: 'Narnia' })).toContain('"Narnia"')
  })

  test.each(['x123', 'ext. 123', ', ext 123', ', x123', '#123', ';ext=123'])(
    'a dropped extension %s is noted',
    (extension) => {
      expect(readPhone(`415-555-2671${extension}`, () => us)).toMatchObject({
        notes: [expect.stringContaining('"123"')],
      })
    },
  )

  test('a leading zero that was put back is noted', () => {
    const italy: CountryAnswer = { kind: 'known', country: 'IT', from: 'record' }
    expect(readPhone('612345678', () => italy)).toMatchObject({
      notes: [expect.stringContaining('leading 0')],
    })
    expect(readPhone('61 234 5678', () => italy).kind).toBe('failed')
  })
})
