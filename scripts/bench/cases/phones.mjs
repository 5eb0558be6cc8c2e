// Phones alone, beside the library called directly with the same full metadata, on numbers that exist. The results have to be
// the same: one that is not ends the benchmark.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { numberOf, personOf } from '../people.mjs'

/** Fewer are over too soon to say anything. */
const LEAST_READS = 100_000

export const name = 'phones'
export const place = 6
export const about = 'Phones alone: numbers of North America, and of 15 countries in several spellings'
export const compare = ['northAmericaPerSecond', 'countriesPerSecond']
export const reach = {
  'northAmericaPerSecond / library': { atLeast: 2 },
  'countriesPerSecond / library': { atLeast: 2 },
}

const library = (text, country) => {
  const number = parsePhoneNumberFromString(text, country)
  return number?.isValid() ? number.number.slice(1) : null
}

async function heysync() {
  const { readPhone } = await import('../../../dist/src/sync/normalize/phone.js')
  return (text, country) => {
    const reading = readPhone(text, () => ({ kind: 'known', country, from: 'record' }))
    return reading.kind === 'number' ? reading.phone : null
  }
}

export const ways = {
  heysync: async (context) => timed(context, await compared(context)),
  library: async (context) => {
    await compared(context)
    return timed(context, library)
  },
}

const northAmerica = (n) => personOf(n)
const countries = (n) => numberOf(n)

/** How heysync reads a phone, once it is known to say what the library says; both are warm by then. */
async function compared({ records }) {
  const read = await heysync()
  for (const person of [northAmerica, countries])
    for (let n = 0; n < records; n += 1) {
      const { phone, country } = person(n)
      const [ours, theirs] = [read(phone, country), library(phone, country)]
      if (ours !== theirs || ours === null)
        throw new Error(`${country} ${phone}: heysync says ${ours}, the library ${theirs}`)
    }
  return read
}

async function timed({ records, measured }, read) {
  const perSecond = async (person) => {
    const people = Array.from({ length: records }, (_, n) => person(n))
    const times = Math.ceil(Math.min(LEAST_READS, 50 * records) / records)
    const { seconds } = await measured(async () => {
      for (let time = 0; time < times; time += 1)
        for (const { phone, country } of people) read(phone, country)
    })
    return (times * records) / seconds
  }
  const northAmericaPerSecond = await perSecond(northAmerica)
  // One tight loop of a case is no block that anybody would meet.
  return { northAmericaPerSecond, countriesPerSecond: await perSecond(countries), longestBlockMs: undefined }
}
