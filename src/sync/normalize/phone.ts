// Owns how a phone cell becomes bare E.164: which country a number belongs to, and which reading of it is the one that exists.
import { type CountryCode, getCountryCallingCode } from 'libphonenumber-js/max'
import { type BareE164, bareE164 } from '../../lib/phone.ts'
import { existingNumber, lengthFault } from './existing-number.ts'
import { callingCodeOf } from './numbering-plan.ts'
import { type PhonePiece, type PhoneText, readPhoneCell } from './phone-text.ts'
import type { RejectionCode } from './rejection.ts'
import { quote, toText } from './text.ts'

/** What is known of a record's country, asked only for numbers that are not international. */
export type CountryAnswer =
  | { readonly kind: 'known'; readonly country: CountryCode; readonly from: 'record' | 'defaultCountry' }
  | { readonly kind: 'unknown'; readonly text: string }
  | { readonly kind: 'missing' }

export type PhoneCode = Extract<RejectionCode, `PHONE_${string}` | `COUNTRY_${string}`>

export type PhoneReading =
  | { readonly kind: 'blank' }
  | { readonly kind: 'number'; readonly phone: BareE164; readonly notes: readonly string[] }
  | {
      readonly kind: 'failed'
      readonly code: PhoneCode
      readonly value: string
      readonly message: string
      readonly others: number
    }

/** The same digit seven times or more at the end, after at most a country code: 9999999999 is valid in India, and nobody's. */
const SAME_DIGITS = /^\d{0,3}(\d)\1{6,}$/

const OLD_MEXICAN = /^(?:\+?52)?(?:1|01|044|045)(\d{10})$/
const OLD_MEXICAN_ABROAD = /^\+52(?:1|01|044|045)(\d{10})$/

interface Failure {
  readonly code: PhoneCode
  readonly message: string
}
type Attempt = { readonly phone: BareE164; readonly notes: readonly string[] } | Failure

/**
 * Reads one phone cell. The result is bare E.164 of a number that exists (libphonenumber, full metadata), or the reason
 * why there is none. It never guesses: where two readings are valid numbers of two people, it fails.
 * `country` is asked at most once, and not at all for an international number. What it throws passes through.
 */
export function readPhone(value: unknown, country: () => CountryAnswer): PhoneReading {
  const { whole, parts } = readPhoneCell(value)
  const text = toText(value)
  const first = whole === null ? null : attempt(whole, text, country)
  if (first !== null && 'phone' in first) return { kind: 'number', ...first }
  const failures: Failure[] = []
  for (const part of parts) {
    const next = attempt(part, part.kind === 'digits' ? part.digits : text, country)
    if (next === null) continue
    if ('phone' in next) return { kind: 'number', ...next }
    failures.push(next)
  }
  const failure = first ?? failures[0]
  if (failure === undefined) return { kind: 'blank' }
  // Parts of a whole that failed are the same number again, so only the parts of a list count as others.
  const others = first === null ? failures.length - 1 : 0
  return { kind: 'failed', ...failure, value: text.slice(0, 200), others }
}

/** Every number that one cell holds, and each part of it that is none. What is several numbers is said in phone-text.ts. */
export function readPhones(value: unknown, country: () => CountryAnswer): readonly PhoneReading[] {
  const { whole, parts } = readPhoneCell(value)
  const first = readPhone(value, country)
  if (parts.length === 0 || first.kind !== 'number') return [first]
  const text = toText(value)
  const alone = whole === null ? null : attempt(whole, text, country)
  if (alone !== null && 'phone' in alone) return [first]
  return parts.flatMap((part): PhoneReading[] => {
    const next = attempt(part, part.kind === 'digits' ? part.digits : text, country)
    if (next === null) return []
    if ('phone' in next) return [{ kind: 'number', ...next }]
    return [{ kind: 'failed', ...next, value: text.slice(0, 200), others: 0 }]
  })
}

function attempt(part: PhoneText, text: string, country: () => CountryAnswer): Attempt | null {
  switch (part.kind) {
    case 'blank':
      return null
    case 'not-a-number':
      return {
        code: 'PHONE_NOT_A_NUMBER',
        message: `${quote(text)} is not a phone number. Put the number alone into this field.`,
      }
    case 'digits-lost':
      return {
        code: 'PHONE_DIGITS_LOST',
        message: `${quote(text)} is what a spreadsheet leaves of a long number; its digits are gone. Format the column as text, and export it again.`,
      }
    case 'digits':
      return readPiece(part, text, country)
  }
}

function readPiece(part: PhonePiece, text: string, country: () => CountryAnswer): Attempt {
  const notes =
    part.extension === null
      ? []
      : [`The extension ${quote(part.extension)} was dropped: a text message cannot carry it.`]
  const length = part.digits.replace('+', '').length
  if (length < 4) return tooShort(text)
  if (length > 20) return tooLong(text)
  if (part.digits.startsWith('+')) return readInternational(part, text, notes)
  // Two zeros are the way to dial abroad from most of the world; the country's own way (011, 0011, 010) is the parser's.
  const abroad = part.digits.startsWith('00') ? parse(`+${part.digits.slice(2)}`) : null
  const answer = country()
  if (answer.kind !== 'known') return abroad === null ? whyCountry(answer, text) : done(abroad, text, notes)
  return readNational(part, abroad, text, answer, notes)
}

function readInternational(part: PhonePiece, text: string, notes: readonly string[]): Attempt {
  const found = parse(part.digits)
  const other = part.withoutTrunk === null ? null : parse(part.withoutTrunk)
  if (found !== null && other !== null && found !== other) return ambiguous(text, found, other)
  const phone = found ?? other
  return phone === null ? whyInternational(part.digits, text) : done(phone, text, notes)
}

function readNational(
  part: PhonePiece,
  abroad: BareE164 | null,
  text: string,
  answer: CountryAnswer & { kind: 'known' },
  notes: readonly string[],
): Attempt {
  const asWritten = parse(part.digits, answer.country)
  if (abroad !== null && asWritten !== null && abroad !== asWritten) return ambiguous(text, abroad, asWritten)
  const found =
    asWritten ?? abroad ?? (part.withoutTrunk === null ? null : parse(part.withoutTrunk, answer.country))
  if (found !== null) return done(found, text, notes)
  if (part.bare && !part.digits.startsWith('0')) {
    // A spreadsheet eats the leading zero that some countries' numbers need.
    const withZero = parse(`0${part.digits}`, answer.country)
    const international = parse(`+${part.digits}`)
    if (withZero !== null && international === null) {
      return done(withZero, text, [...notes, 'A leading 0 that was lost, as spreadsheets do, was put back.'])
    }
    if (withZero !== null && international !== null) return ambiguous(text, international, withZero)
  }
  return whyNational(part.digits, text, answer)
}

/**
 * Bare E.164 of the number that exists, or null. Mexico gave up its prefixes 1, 01, 044 and 045 in 2019; numbers written
 * with them are everywhere still, and current metadata no longer knows them.
 */
function parse(digits: string, country?: CountryCode): BareE164 | null {
  const found = lookUp(digits, country)
  if (found !== null) return found
  const old = (country === 'MX' ? OLD_MEXICAN : OLD_MEXICAN_ABROAD).exec(digits)
  return old === null ? null : lookUp(`+52${old[1]}`)
}

function lookUp(digits: string, country?: CountryCode): BareE164 | null {
  const found = existingNumber(digits, country)
  return found === null ? null : bareE164(found)
}

function done(phone: BareE164, text: string, notes: readonly string[]): Attempt {
  if (text !== '1234567890' && !SAME_DIGITS.test(phone)) return { phone, notes }
  return {
    code: 'PHONE_INVALID',
    message: `${quote(text)} looks like a stand-in for a number that nobody knew. Put the real number into the record.`,
  }
}

function tooShort(text: string, where = ''): Failure {
  return {
    code: 'PHONE_TOO_SHORT',
    message: `${quote(text)} has too few digits for a phone number${where}. Write it in full, with its area code.`,
  }
}

function tooLong(text: string, where = ''): Failure {
  return {
    code: 'PHONE_TOO_LONG',
    message: `${quote(text)} has too many digits for a phone number${where}. Check it for a second number or an extension.`,
  }
}

function whyCountry(answer: CountryAnswer & { kind: 'unknown' | 'missing' }, text: string): Failure {
  return answer.kind === 'unknown'
    ? {
        code: 'COUNTRY_UNKNOWN',
        message: `${quote(text)} has no country code, and ${quote(answer.text)} is not a country that heysync knows. Use an ISO code such as US, or write the number with + and its country code.`,
      }
    : {
        code: 'COUNTRY_MISSING',
        message: `${quote(text)} has no country code and nothing says its country. Write it with + and the country code, map \`country\`, or set \`defaultCountry\`.`,
      }
}

function whyInternational(digits: string, text: string): Failure {
  switch (lengthFault(digits)) {
    case 'TOO_SHORT':
      return tooShort(text)
    case 'TOO_LONG':
      return tooLong(text)
    case 'INVALID_COUNTRY':
      return {
        code: 'PHONE_INVALID',
        message: `${quote(text)} begins with a country code that does not exist. Check what follows the +.`,
      }
    default:
      if (digits.length > 16) return tooLong(text)
      return {
        code: 'PHONE_INVALID',
        message: `${quote(text)} is not a number that exists in the country of its country code. Check its digits.`,
      }
  }
}

function whyNational(digits: string, text: string, answer: CountryAnswer & { kind: 'known' }): Failure {
  const where = ` of ${answer.country} (${answer.from === 'record' ? "the record's country" : 'defaultCountry'})`
  // A number of another country without its + is the usual cause, and only a person can tell.
  const foreign = digits.startsWith('0') ? null : existingNumber(`+${digits}`)
  const code = foreign === null ? null : callingCodeOf(foreign)
  if (code !== null && code !== getCountryCallingCode(answer.country)) {
    return {
      code: 'PHONE_INVALID',
      message: `${quote(text)} is not a number${where}. If +${code} is its country code, write it with a leading +: +${digits}.`,
    }
  }
  switch (lengthFault(digits, answer.country)) {
    case 'TOO_SHORT':
      return tooShort(text, where)
    case 'TOO_LONG':
      return tooLong(text, where)
    default:
      return {
        code: 'PHONE_INVALID',
        message: `${quote(text)} is not a number${where} that exists. Check its digits, or write it with + and its country code.`,
      }
  }
}

function ambiguous(text: string, first: string, second: string): Failure {
  return {
    code: 'PHONE_INVALID',
    message: `${quote(text)} can be read as +${first} and as +${second}. Write the right one with its +.`,
  }
}
