// heysync reads numbers by the library's own patterns, compiled once, and must answer as the library does.
//
// What is exhaustive here, and why. Of a national number the library asks its length, and patterns of its calling code's
// plans: what a number looks like, which ones exist, which start makes it a country's, what one dials before it. The patterns
// are finite: test/support/number-classes.ts takes them apart, and fails when they are not. So the numbers of one length fall
// into classes that no pattern tells apart, and one number of a class, compared with the library, stands for all of it: about
// 1,400 for the 10 billion numbers under +1. A number there begins with 2 to 9, and what may come before it is 1, 011 1 and
// nothing, so the classes in these spellings are all that can be a number; seven digits get the area code of the country. Of
// other calling codes each class is tried in each usual spelling, which is thorough but no proof: there a prefix can be a number's own start.
import fc from 'fast-check'
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max'
import metadata from 'libphonenumber-js/metadata.max.json'
import { describe, expect, test } from 'vitest'
import { existingNumber, lengthFault } from '../../../src/sync/normalize/existing-number.ts'
import { planOf as readPlan } from '../../../src/sync/normalize/numbering-plan.ts'
import { readPhone } from '../../../src/sync/normalize/phone.ts'
import { readPhoneCell } from '../../../src/sync/normalize/phone-text.ts'
import { classesOf } from '../../support/number-classes.ts'

/** What this test takes from the metadata by itself. */
function planOf(country: CountryCode) {
  const plan = metadata.countries[country]
  if (plan === undefined) throw new Error(`${country} has no plan`)
  const types: ([string] | 0 | null)[] = plan[11] || []
  return {
    general: String(plan[2]),
    lengths: plan[3] as number[],
    trunk: String(plan[5] || ''),
    prefix: String(plan[7] || plan[5] || ''),
    /** What local numbers get in front; of North America only. */
    area: /^\d{3}(?=\$1$)/.exec(String(plan[8]))?.[0] ?? 'none',
    leading: String(plan[10] || ''),
    types: types.flatMap((type) => (type ? [type[0]] : [])),
  }
}

/** The classes of a calling code's numbers. Which of equal digits stands for them changes from class to class. */
function numbersUnder(callingCode: string): string[] {
  const plans = (metadata.country_calling_codes[callingCode] ?? []).map(planOf)
  // A prefix with an end is a local number of seven digits under +1, and tried as such.
  const open = plans.flatMap(({ leading, prefix }) => [leading, prefix.includes('$') ? '' : prefix])
  const whole = plans.flatMap(({ general, types }) => [general, ...types])
  const patterns = { whole: [...new Set(whole)].filter(Boolean), open: [...new Set(open)].filter(Boolean) }
  let turn = 0
  const pick = (digits: readonly string[]): string => digits[turn++ % digits.length] ?? '0'
  const lengths = new Set(plans.flatMap((plan) => plan.lengths))
  return [...lengths].flatMap((length) => classesOf(patterns, length, pick))
}

interface Answer {
  readonly number: string | null
  readonly fault: string | undefined
}

function ours(digits: string, country?: CountryCode): Answer {
  const number = existingNumber(digits, country)
  return { number, fault: number === null ? lengthFault(digits, country) : undefined }
}

function theLibrarys(digits: string, country?: CountryCode): Answer {
  const options = country === undefined ? { extract: false } : { defaultCountry: country, extract: false }
  const parsed = parsePhoneNumberFromString(digits, options)
  if (parsed?.isValid()) return { number: parsed.number.slice(1), fault: undefined }
  return { number: null, fault: validatePhoneNumberLength(digits, options) }
}

/** Where the two differ, at most a few; `valid` counts the numbers that exist, lest nothing is compared with nothing. */
function compare(asked: Iterable<readonly [digits: string, country?: CountryCode]>) {
  const differ: unknown[] = []
  let valid = 0
  for (const [digits, country] of asked) {
    const [mine, other] = [ours(digits, country), theLibrarys(digits, country)]
    if (other.number !== null) valid++
    if ((mine.number !== other.number || mine.fault !== other.fault) && differ.length < 5) {
      differ.push({ digits, country, mine, other })
    }
  }
  return { differ, valid }
}

const NORTH_AMERICA = metadata.country_calling_codes['1'] ?? []

test('the plans are found in the metadata that is installed, for every country', () => {
  // Another version of the metadata may be written in another way: see KNOWN_VERSION. Without plans all is right, and slow.
  expect(getCountries().filter((country) => readPlan(country)?.existing === undefined)).toEqual([])
})

describe('existingNumber says what the library says', () => {
  describe('of every class of number under +1', () => {
    const numbers = numbersUnder('1')

    test('after a +', () => {
      expect(numbers.length).toBeGreaterThan(1000)
      const { differ, valid } = compare(numbers.flatMap((number) => [[`+1${number}`], [`+11${number}`]]))
      expect(differ).toEqual([])
      expect(valid).toBeGreaterThan(1000)
    })

    test.each(NORTH_AMERICA)('as people in %s write it', (country) => {
      const { area } = planOf(country)
      const local = numbers.filter((number) => number.startsWith(area)).map((number) => number.slice(3))
      // What is read after 011 no longer depends on the country.
      const abroad = country === 'US' ? numbers.map((number) => `0111${number}`) : ['01114155552671']
      const withOne = [...numbers, ...local].map((number) => `1${number}`)
      const asked = [...numbers, ...local, ...withOne, ...abroad]
      const { differ, valid } = compare(asked.map((digits) => [digits, country]))
      expect(differ).toEqual([])
      expect(valid).toBeGreaterThan(1000)
    })
  })

  test('of every class of number after a +, in every country', () => {
    const codes = Object.keys(metadata.country_calling_codes)
    const asked = codes.flatMap((code) => numbersUnder(code).map((number): [string] => [`+${code}${number}`]))
    const { differ, valid } = compare(asked)
    expect(differ).toEqual([])
    expect(valid).toBeGreaterThan(5000)
  })

  test('of every class of number as people of its country write it', () => {
    const countries = getCountries().filter((country) => !NORTH_AMERICA.includes(country))
    function* asked(): Generator<[string, CountryCode]> {
      for (const country of countries) {
        const code = getCountryCallingCode(country)
        const { trunk } = planOf(country)
        for (const number of numbersUnder(code)) {
          for (const start of new Set(['', trunk, code, `00${code}`, `+${code}${trunk}`])) {
            yield [start + number, country]
          }
        }
      }
    }
    const { differ, valid } = compare(asked())
    expect(differ).toEqual([])
    expect(valid).toBeGreaterThan(10_000)
  })

  test('of numbers of any length, with any start, read in any country', () => {
    const start = fc.constantFrom(
      '',
      '',
      '0',
      '1',
      '8',
      '00',
      '011',
      '+',
      '+1',
      '+0',
      '+800',
      '+999',
      '44',
      '90',
      '549',
    )
    const asked = fc.tuple(
      start,
      fc.stringMatching(/^\d{1,18}$/),
      fc.constantFrom(undefined, ...getCountries()),
    )
    fc.assert(
      fc.property(asked, ([before, rest, country]) => {
        // Fewer than four digits never get so far.
        fc.pre(before.length + rest.length > 4)
        expect(ours(before + rest, country)).toEqual(theLibrarys(before + rest, country))
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('readPhone', () => {
  const group = fc.stringMatching(/^\d{1,4}$/)
  const plain = fc
    .tuple(
      fc.constantFrom('', '', '+', '+1 ', '1-', '0', '+44 ', '+49 (', '00', '('),
      fc.array(fc.tuple(group, fc.constantFrom(' ', '-', '.', ') ', ' (', '')), {
        minLength: 2,
        maxLength: 5,
      }),
      group,
    )
    .map(([start, groups, end]) => start + groups.flat().join('') + end)
  const northAmerican = fc.tuple(
    fc.stringMatching(/^(\+?1[ .-]?)?\(?[2-9]\d\d\)?[ .-]?[2-9]\d\d[ .-]?\d{4}$/),
    fc.constantFrom<CountryCode>('US', 'CA', 'PR', 'JM'),
  )

  test.each([
    ['plain texts of any country', fc.tuple(plain, fc.constantFrom(...getCountries()))],
    ['North American spellings', northAmerican],
  ])('never reads another number than the library does from the same text: %s', (_, asked) => {
    let valid = 0
    fc.assert(
      fc.property(asked, ([text, country]) => {
        const library = theLibrarys(text, country).number
        const reading = readPhone(text, () => ({ kind: 'known', country, from: 'record' }))
        if (library === null || library.length > 15) return
        valid++
        // It refuses what can be read as two numbers, and what nobody has; it never takes another number instead.
        if (reading.kind === 'number') expect(reading.phone).toBe(library)
        else expect(reading).toMatchObject({ kind: 'failed' })
      }),
      { numRuns: 10_000 },
    )
    expect(valid).toBeGreaterThan(100)
  })

  test("asks the library's question of each piece of a dirty cell, and gets its answer", () => {
    const dirty = fc.string({
      unit: fc.constantFrom(...'0123456789012345678901234567890123456789+() -./,;#xeE|\n\u00a0٣４'),
      maxLength: 30,
    })
    fc.assert(
      fc.property(dirty, fc.constantFrom(...getCountries()), (text, country) => {
        const { whole, parts } = readPhoneCell(text)
        for (const piece of [whole, ...parts]) {
          if (piece?.kind !== 'digits' || piece.digits.length < 5) continue
          const plus = piece.digits.replace(/^(?:\+|00)?/, '+')
          expect(ours(piece.digits, country)).toEqual(theLibrarys(piece.digits, country))
          expect(ours(plus)).toEqual(theLibrarys(plus))
        }
      }),
      { numRuns: 5000 },
    )
  })
})
