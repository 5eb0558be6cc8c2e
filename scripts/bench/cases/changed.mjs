// A full pass over a CSV file in which one record in a hundred changed, beside the pass in which none did.

import { passOver } from './pass.mjs'

export const name = 'changed'
export const place = 3
export const about =
  'Full pass of a CSV file with 1 % changed, to the moment at which the changes are in the outbox'
export const stage = 'file'
export const compare = ['seconds']
export const reach = {
  'seconds / unchanged': {
    at: 1_000_000,
    atMost: 1.15,
    why: `whoever changed is read and written in four tables and seven indexes, each at a place of its own, and each page of the database
  that is touched goes to the disk twice; whoever did not is not even looked up. The faster a pass is over those, the larger is this ratio: the goals
  of a pass and of this one together allow 9.6 s for a million.`,
  },
  peakMb: { atMost: 200 },
  longestBlockMs: { atMost: 50 },
}

export const ways = {
  heysync: (context) => passOver('people-changed.csv', context, Math.ceil(context.records / 100)),
  unchanged: (context) => passOver('people-turned.csv', context, 0),
}
