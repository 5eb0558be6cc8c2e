// The local work of a first load of numbers from 15 countries, as people write them.

import { loadWays } from './first-load.mjs'

export const name = 'first-load-messy'
export const place = 5
export const about =
  'The same with numbers of 15 countries in several spellings, some shared by several people, one in thirty unreadable'
export const stage = 'messy'
export const compare = ['recordsPerSecond']
export const reach = { peakMb: { atMost: 200 }, longestBlockMs: { atMost: 50 } }

export const ways = loadWays(({ plan, sources }, records) => {
  const [{ read, accepted, rejected }] = sources
  return read === records && rejected < records / 20 && plan.create > 0 && plan.create <= accepted
})
