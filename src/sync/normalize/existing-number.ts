// Owns whether digits are a number that exists, and which: libphonenumber's answer, many times faster, by the same steps over
// patterns that are compiled once (numbering-plan.ts). A test compares the two. Where there is no plan, the library answers.
import {
  type CountryCode,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max'
import { callingCodeOf, type NumberingPlan, planOf, plansOf } from './numbering-plan.ts'

/** What is wrong with the length of a number that does not exist, in the library's words. */
export type LengthFault = ReturnType<typeof validatePhoneNumberLength>

/** A national number, and the plan of the country that it belongs to. */
interface Reading {
  readonly number: string
  readonly owner: NumberingPlan
}

/**
 * The number in E.164 without its +, or null when no such number exists. `digits` may begin with a +, and are otherwise read
 * as someone in `country` writes them. It may be longer than the 15 digits that bare E.164 allows.
 */
export function existingNumber(digits: string, country?: CountryCode): string | null {
  const reading = read(digits, country)
  if (reading === null) {
    const number = parsePhoneNumberFromString(digits, libraryOptions(country))
    return number?.isValid() ? number.number.slice(1) : null
  }
  const { number, owner } = reading
  return owner.existing.test(number) ? owner.callingCode + number : null
}

/** Whether so many digits cannot be a number where they are read; undefined when it is not their count. */
export function lengthFault(digits: string, country?: CountryCode): LengthFault {
  const reading = read(digits, country)
  if (reading === null) return validatePhoneNumberLength(digits, libraryOptions(country))
  const { number, owner } = reading
  if (number.length > longest(owner)) return 'TOO_LONG'
  if (owner.lengths.includes(number.length)) return undefined
  return number.length < (owner.lengths[0] ?? 0) ? 'TOO_SHORT' : 'INVALID_LENGTH'
}

function libraryOptions(country: CountryCode | undefined): { defaultCountry?: CountryCode; extract: false } {
  return country === undefined ? { extract: false } : { defaultCountry: country, extract: false }
}

/** Null where there is no plan to read by. */
function read(digits: string, country: CountryCode | undefined): Reading | null {
  if (digits.startsWith('+')) return international(digits.slice(1))
  return country === undefined ? null : national(digits, country)
}

function international(digits: string): Reading | null {
  const code = callingCodeOf(digits)
  const main = code === null ? undefined : plansOf(code)[0]
  return main === undefined ? null : inPlan(digits.slice(main.callingCode.length), main)
}

function national(digits: string, country: CountryCode): Reading | null {
  const plan = planOf(country)
  if (plan === null) return null
  const abroad = digits.replace(plan.abroad, '')
  if (abroad !== digits) return international(abroad)
  return lacksPlus(digits, plan) ? international(digits) : inPlan(digits, plan)
}

/** Digits that are no number of the plan as they stand, and are one without the plan's calling code. */
function lacksPlus(digits: string, plan: NumberingPlan): boolean {
  if (!digits.startsWith(plan.callingCode)) return false
  const whole = significant(digits, plan)
  if (whole.length > longest(plan)) return true
  if (plan.general.test(whole)) return false
  return plan.general.test(significant(digits.slice(plan.callingCode.length), plan))
}

/** `plan` is of the country that the number is written for, which need not be the one that it belongs to. */
function inPlan(digits: string, plan: NumberingPlan): Reading {
  const number = significant(digits, plan)
  return { number, owner: ownerOf(number, plan) }
}

/** The number without what one dials before it. That is only taken away where a number of its country remains. */
function significant(digits: string, plan: NumberingPlan): string {
  const rest = withoutPrefix(digits, plan)
  if (rest === digits) return digits
  if (plan.general.test(digits) && !plan.general.test(rest)) return digits
  const owner = ownerOf(rest, plan)
  return rest.length > longest(owner) || owner.lengths.includes(rest.length) ? rest : digits
}

function withoutPrefix(digits: string, { prefix, prefixRule }: NumberingPlan): string {
  const match = prefix === null ? null : prefix.exec(digits)
  if (match === null || prefix === null) return digits
  const named = match.length > 1 && match.at(-1)
  return prefixRule !== null && named ? digits.replace(prefix, prefixRule) : digits.slice(match[0].length)
}

/** Whose number it is among the countries that share a calling code; the asking plan's where it is nobody's. */
function ownerOf(number: string, plan: NumberingPlan): NumberingPlan {
  const plans = plansOf(plan.callingCode)
  if (plans.length === 1) return plan
  return plans.find(({ leading, existing }) => (leading ?? existing).test(number)) ?? plan
}

function longest(plan: NumberingPlan): number {
  return plan.lengths.at(-1) ?? 0
}
