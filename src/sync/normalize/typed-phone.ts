// Owns the readings of a phone number that a person types without saying of which country it is.
import { getCountries } from 'libphonenumber-js/max'
import type { BareE164 } from '../../lib/phone.ts'
import { countryCode } from './country.ts'
import { readPhone } from './phone.ts'

/** A number as somebody types it: as of the default country, and then as of any, because a file may name another. */
export function* readingsOf(typed: string, defaultCountry: string | undefined): Generator<BareE164> {
  const likely = defaultCountry === undefined ? null : countryCode(defaultCountry)
  for (const country of [...(likely === null ? [] : [likely]), ...getCountries()]) {
    const reading = readPhone(typed, () => ({ kind: 'known', country, from: 'defaultCountry' }))
    if (reading.kind === 'number') yield reading.phone
  }
}
