// Owns phone numbers that a person types: any spelling becomes bare E.164, as a record of the sources would.
import { HeysyncError } from '../lib/errors.ts'
import type { BareE164 } from '../lib/phone.ts'
import { countryCode } from '../sync/normalize/country.ts'
import { type PhoneReading, readPhone } from '../sync/normalize/phone.ts'

/** Reads one number. Errors: ERR_USAGE, with the reason. */
export function phoneOf(typed: string, defaultCountry: string | undefined): BareE164 {
  const reading = readTyped(typed, defaultCountry)
  if (reading.kind === 'number') return reading.phone
  throw new HeysyncError('ERR_USAGE', {
    message: `"${typed}" is not a phone number that can be texted: ${reading.kind === 'failed' ? reading.message : 'it is blank.'}`,
    hint: 'Write it with its country code, e.g. +1 510 555 3344.',
  })
}

/** Reads many, each once. Errors: ERR_USAGE, which names every one that is no number. */
export function phonesOf(typed: readonly string[], defaultCountry: string | undefined): BareE164[] {
  const phones = new Set<BareE164>()
  const bad: string[] = []
  for (const text of typed) {
    const reading = readTyped(text, defaultCountry)
    if (reading.kind === 'number') phones.add(reading.phone)
    else bad.push(text)
  }
  if (bad.length > 0) {
    const shown = bad.slice(0, 5).map((text) => `"${text}"`)
    throw new HeysyncError('ERR_USAGE', {
      message: `${bad.length === 1 ? 'One is' : `${bad.length} are`} not a phone number that can be texted: ${shown.join(', ')}${bad.length > 5 ? ' …' : ''}.`,
      hint: 'Write numbers with their country code, e.g. +1 510 555 3344, and take out what is none.',
    })
  }
  return [...phones]
}

/** Two numbers in one place, or one that a spreadsheet made of another: taking the first would lose somebody. */
const NOT_ONE_NUMBER = /[/|;,]|\d[eE]\+?\d/

function readTyped(typed: string, defaultCountry: string | undefined): PhoneReading {
  if (NOT_ONE_NUMBER.test(typed)) {
    const message = 'it is more than one number, or what a spreadsheet made of one.'
    return { kind: 'failed', code: 'PHONE_INVALID', value: typed, message, others: 0 }
  }
  const country = defaultCountry === undefined ? null : countryCode(defaultCountry)
  return readPhone(typed, () =>
    country === null ? { kind: 'missing' } : { kind: 'known', country, from: 'defaultCountry' },
  )
}
