// Owns whether digits are a number that exists, and which: libphonenumber's answer, many times faster, by the same steps over
// patterns that are compiled once (numbering-plan.ts). A test compares the two. Where there is no plan, the library answers.
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { callingCodeOf, type NumberingPlan, planOf, plansOf } from './numbering-plan.ts'

/**
 * The number in E.164 without its +, or null when no such number exists. `digits` may begin with a +, and are otherwise read
 * as someone in `country` writes them. It may be longer than the 15 digits that bare E.164 allows.
 */
export function existingNumber(digits: string, country?: CountryCode): string | null {
  const found = digits.startsWith('+')
    ? international(digits.slice(1))
    : country === undefined
      ? null
      : national(digits, country)
  return found === undefined ? libraryNumber(digits, country) : found
}

function libraryNumber(digits: string, country: CountryCode | undefined): string | null {
  const options = country === undefined ? { extract: false } : { defaultCountry: country, extract: false }
  const number = parsePhoneNumberFromString(digits, options)
  return number?.isValid() ? number.number.slice(1) : null
}

/** Undefined where the library must say. */
function international(digits: string): string | null | undefined {
  const code = callingCodeOf(digits)
  const main = code === null ? undefined : plansOf(code)[0]
  return main === undefined ? undefined : inPlan(digits.slice(main.callingCode.length), main)
}

/** Undefined where the library must say. */
function national(digits: string, country: CountryCode): string | null | undefined {
  const plan = planOf(country)
  if (plan === null) return undefined
  const abroad = digits.replace(plan.abroad, '')
  if (abroad !== digits && abroad !== '' && !abroad.startsWith('0')) return international(abroad)
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
function inPlan(digits: string, plan: NumberingPlan): string | null {
  const number = significant(digits, plan)
  const owner = ownerOf(number, plan)
  return owner.existing.test(number) ? plan.callingCode + number : null
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
