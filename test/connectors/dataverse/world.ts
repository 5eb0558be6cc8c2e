// The fake environment as a world of the conformance kit.
import type { ConnectorWorld, Person, Stage } from 'heysync/connector/testing'
import { CLIENT_SECRET, type Manners, startDataverse, type Vendor } from './vendor.ts'

export interface DataverseWorld extends ConnectorWorld {
  readonly vendor: Vendor
}

export async function openDataverseWorld(
  { clock }: Stage,
  manners: Partial<Manners>,
): Promise<DataverseWorld> {
  const vendor = await startDataverse(clock, manners)
  const ids = new Map<string, string>()
  const idOf = (key: string) => ids.get(key) ?? ''
  return {
    vendor,
    options: vendor.options,
    map: {
      phone: 'mobilephone',
      first: 'firstname',
      last: 'lastname',
      email: 'emailaddress1',
      optedOut: 'donotphone',
    },
    secrets: [CLIENT_SECRET, 'dv-session-'],
    put: (people: readonly Person[], { changedAt, shownAt } = {}) => {
      const when = {
        ...(changedAt === undefined ? {} : { at: changedAt }),
        ...(shownAt === undefined ? {} : { shownAt }),
      }
      for (const { key, phone, first, last, email, blank } of people) {
        const names = blank
          ? { firstname: null, lastname: '', emailaddress1: null }
          : { firstname: first, lastname: last, emailaddress1: email }
        ids.set(key, vendor.put(ids.get(key) ?? null, { mobilephone: phone, ...names }, when))
      }
    },
    delete: (keys) => keys.forEach((key) => void vendor.remove(idOf(key))),
    archive: (keys) => keys.forEach((key) => void vendor.put(idOf(key), { statecode: 1 })),
    restore: (keys) => keys.forEach((key) => void vendor.put(idOf(key), { statecode: 0 })),
    merge: (loser, winner) => {
      vendor.put(idOf(loser), { statecode: 1, merged: true, _masterid_value: idOf(winner) })
      vendor.put(idOf(winner), {})
    },
    optOut: (keys) => keys.forEach((key) => void vendor.put(idOf(key), { donotphone: true })),
    ...(vendor.manners.tracked ? { expire: vendor.forget } : {}),
    trouble: vendor.trouble,
    requests: vendor.requests,
    close: vendor.close,
  }
}
