// The people that benchmarks load: as many as are asked for, the same each time, each with a number that exists.
import { closeSync, openSync, writeSync } from 'node:fs'

/** Each holds a million. */
const AREAS = [510, 415, 212, 312, 305, 206, 617, 650, 408, 628, 707, 925]
const LAST_NAMES = 100
const PLANS = ['Basic', 'Plus', 'Premium']
const ROWS_AT_ONCE = 10_000

/** Bare E.164 of the n-th person. */
export const phoneOf = (n) => `1${AREAS[Math.floor(n / 1_000_000)]}${2_000_000 + (n % 1_000_000)}`

export function personOf(n) {
  const phone = phoneOf(n)
  return {
    id: `P-${n}`,
    phone: `(${phone.slice(1, 4)}) ${phone.slice(4, 7)}-${phone.slice(7)}`,
    first: `First${n}`,
    last: `Last${n % LAST_NAMES}`,
    email: `person${n}@example.com`,
    plan: PLANS[n % PLANS.length],
    country: 'US',
  }
}

/** One in a hundred has another first name. */
export function changedPersonOf(n) {
  const person = personOf(n)
  return n % 100 === 0 ? { ...person, first: `New${n}` } : person
}

// A mobile number that exists in each of 15 countries; its last four digits may be any. In `how`, # is a digit of it.
const COUNTRIES = [
  ['US', '2015550000', '(###) ###-####'],
  ['CA', '5062340000', '###.###.####'],
  ['MX', '2221230000', '## #### ####'],
  ['GB', '7400120000', '0#### ######'],
  ['DE', '15123450000', '0#### #######'],
  ['FR', '612340000', '0# ## ## ## ##'],
  ['ES', '612340000', '### ### ###'],
  ['IT', '3123450000', '### ### ####'],
  ['NL', '612340000', '06-########'],
  ['SE', '701230000', '0##-### ## ##'],
  ['PL', '512340000', '### ### ###'],
  ['BR', '11961230000', '(##) #####-####'],
  ['IN', '8123450000', '0##### #####'],
  ['AU', '412340000', '0### ### ###'],
  ['JP', '9012340000', '0##-####-####'],
]
const CODES = {
  US: 1,
  CA: 1,
  MX: 52,
  GB: 44,
  DE: 49,
  FR: 33,
  ES: 34,
  IT: 39,
  NL: 31,
  SE: 46,
  PL: 48,
  BR: 55,
  IN: 91,
  AU: 61,
  JP: 81,
}

/** The n-th number of 15 countries, by turns as people write it at home, with +, and with words around it. */
export function numberOf(n) {
  const [country, number, how] = COUNTRIES[n % COUNTRIES.length]
  const digits = number.slice(0, -4) + String(Math.floor(n / COUNTRIES.length) % 10_000).padStart(4, '0')
  const ways = [
    () => spelled(how, digits),
    () => `+${CODES[country]} ${digits}`,
    () => `+${CODES[country]}-${digits}`,
    () => `tel: ${spelled(how, digits)}`,
  ]
  return { country, phone: ways[Math.floor(n / 7) % ways.length]() }
}

function spelled(how, digits) {
  // A fixed digit of the pattern that is also the first of the number stands for it.
  const left = [...(how.startsWith('06') ? digits.slice(1) : digits)]
  return how.replaceAll('#', () => left.shift() ?? '')
}

/** One in thirty cannot be read, and one in ten shares the number of somebody else. */
export function messyPersonOf(n) {
  const { country, phone } = n % 30 === 29 ? { country: 'US', phone: 'call his wife' } : numberOf(n)
  return { ...personOf(n), phone, country }
}

const COLUMNS = ['id', 'phone', 'first', 'last', 'email', 'plan', 'country']

/** A file of so many people. `order` says who stands at which place. */
export function writePeople(file, records, person = personOf, order = (n) => n) {
  const out = openSync(file, 'w')
  try {
    writeSync(out, `${COLUMNS.join(',')}\n`)
    for (let from = 0; from < records; from += ROWS_AT_ONCE) {
      let text = ''
      for (let n = from; n < Math.min(records, from + ROWS_AT_ONCE); n += 1) {
        const row = person(order(n))
        text += `${COLUMNS.map((column) => row[column]).join(',')}\n`
      }
      writeSync(out, text)
    }
  } finally {
    closeSync(out)
  }
}
