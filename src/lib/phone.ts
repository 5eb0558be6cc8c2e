// Owns the BareE164 brand: digits only, country code first, at most 15, no `+`.

/** A phone number as Heymarket wants it. Only this file makes one. */
export type BareE164 = string & { readonly __brand: 'BareE164' }

const BARE_E164 = /^[1-9]\d{6,14}$/

/** Brands a string that already is bare E.164; null when it is not. It never repairs: that is `sync/normalize`'s work. */
export function bareE164(text: string): BareE164 | null {
  return BARE_E164.test(text) ? (text as BareE164) : null
}

/** Reads a phone that a person or Heymarket wrote with `+`, spaces, dots, dashes or brackets. */
export function readBareE164(text: string): BareE164 | null {
  return bareE164(text.replace(/[\s+().-]/g, ''))
}

/** For logs and errors: the first two and last two digits, e.g. `14•••••••71`. */
export function maskPhone(phone: string): string {
  return phone.length <= 4
    ? '•'.repeat(phone.length)
    : `${phone.slice(0, 2)}${'•'.repeat(phone.length - 4)}${phone.slice(-2)}`
}
