// Owns the numbering plans of libphonenumber's metadata, each pattern compiled once, at its first use. The library compiles
// them anew for every number it reads: for a number of North America those of up to 25 countries.
import type { CountryCode } from 'libphonenumber-js/max'
import metadata from 'libphonenumber-js/metadata.max.json'

/** How the numbers of one country look. National numbers are digits, without the country's calling code. */
export interface NumberingPlan {
  readonly callingCode: string
  /** What one dials before a number of another country. Like `prefix` and `leading`, it looks at the start only. */
  readonly abroad: RegExp
  /** What one dials before a national number, and what becomes of it: in some countries a number, and not a blank. */
  readonly prefix: RegExp | null
  readonly prefixRule: string | null
  /** What any of its numbers looks like, existing or not. */
  readonly general: RegExp
  /** Numbers that exist: fixed, mobile, toll-free and so on. */
  readonly existing: RegExp
  /** Where countries share a calling code: the start that makes a number this country's, existing or not. */
  readonly leading: RegExp | null
  /** How many digits its numbers have, ascending. */
  readonly lengths: readonly number[]
}

/** A plan as version 4 of the metadata writes it. What is not there is 0 or "" or missing. */
type WrittenPlan = [
  callingCode: string,
  abroad: string,
  general: string,
  lengths: number[],
  formats: unknown,
  prefix: string | 0,
  prefixFormat: unknown,
  prefixPattern: string | 0,
  prefixRule: string | 0,
  prefixOptional: unknown,
  leading: string | 0,
  types: ([pattern: string, lengths?: number[]] | 0 | null)[] | 0,
]

/** Another version may be written in another way: then there are no plans here, and the library does all the work. */
const KNOWN_VERSION = 4

const LONGEST_CALLING_CODE = 3

const planByCountry = new Map<string, NumberingPlan | null>()
const plansByCallingCode = new Map<string, readonly NumberingPlan[]>()

/** Null for a country that the metadata does not have. */
export function planOf(country: CountryCode): NumberingPlan | null {
  const known = planByCountry.get(country)
  if (known !== undefined) return known
  const written = metadata.version === KNOWN_VERSION ? metadata.countries[country] : undefined
  const plan = written === undefined ? null : compile(written as unknown as WrittenPlan)
  planByCountry.set(country, plan)
  return plan
}

/** The plans that share a calling code, the main country's first; none for a code that is of no country. */
export function plansOf(callingCode: string): readonly NumberingPlan[] {
  const known = plansByCallingCode.get(callingCode)
  if (known !== undefined) return known
  const countries = metadata.country_calling_codes[callingCode] ?? []
  const plans = countries.map(planOf).filter((plan) => plan !== null)
  plansByCallingCode.set(callingCode, plans)
  return plans
}

/** The calling code that international digits (without a +) begin with; null when there is none such. */
export function callingCodeOf(digits: string): string | null {
  // No calling code is the start of another one.
  for (let length = 1; length <= LONGEST_CALLING_CODE; length++) {
    const code = digits.slice(0, length)
    if (code in metadata.country_calling_codes || code in metadata.nonGeographic) return code
  }
  return null
}

function compile(written: WrittenPlan): NumberingPlan {
  const [callingCode, abroad, general, lengths, , prefix, , prefixPattern, prefixRule, , leading, types] =
    written
  const atStart = (pattern: string | 0): RegExp | null => (pattern ? new RegExp(`^(?:${pattern})`) : null)
  // A type without lengths of its own has those of the plan.
  const existing = (types || []).flatMap((type) => {
    const [pattern, own = lengths] = type || ['']
    return pattern ? [`(?=(?:${own.map((length) => `\\d{${length}}`).join('|')})$)(?:${pattern})$`] : []
  })
  return {
    callingCode,
    abroad: new RegExp(`^(?:${abroad})`),
    prefix: atStart(prefixPattern || prefix),
    prefixRule: prefixRule || null,
    general: new RegExp(`^(?:${general})$`),
    existing: new RegExp(`^(?=(?:${general})$)(?:${existing.join('|')})`),
    leading: atStart(leading),
    lengths,
  }
}
