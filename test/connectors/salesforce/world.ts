// The fake organisation as a world of the conformance kit.
import type { ConnectorWorld, Person, Stage } from 'heysync/connector/testing'
import type { Manners } from './manners.ts'
import { CLIENT_SECRET, PRIVATE_KEY, startSalesforce, type Vendor } from './vendor.ts'

const MAP = {
  phone: 'MobilePhone',
  first: 'FirstName',
  last: 'LastName',
  email: 'Email',
  optedOut: 'SMS_Opt_Out__c',
}
const DAY_MS = 24 * 60 * 60_000

export interface SalesforceWorld extends ConnectorWorld {
  readonly vendor: Vendor
  idOf(key: string): string
}

export async function openSalesforceWorld(
  { clock }: Stage,
  manners: Partial<Manners>,
  options: object = {},
): Promise<SalesforceWorld> {
  const vendor = await startSalesforce(clock, manners)
  const { org } = vendor
  const ids = new Map<string, string>()
  const idOf = (key: string) => ids.get(key) ?? ''
  const members = new Map<string, string>()
  let campaign: string | null = null
  return {
    vendor,
    idOf,
    options: { ...vendor.options, ...options },
    map: MAP,
    secrets: [PRIVATE_KEY.slice(40, 100), CLIENT_SECRET, 'session-'],
    put: (people: readonly Person[], { changedAt, shownAt } = {}) => {
      const when = {
        ...(changedAt === undefined ? {} : { at: changedAt }),
        ...(shownAt === undefined ? {} : { shownAt }),
      }
      for (const { key, phone, first, last, email, blank } of people) {
        const names = blank
          ? { FirstName: null, LastName: null, Email: null }
          : { FirstName: first, LastName: last, Email: email }
        const values = { MobilePhone: phone, ...names }
        const id = ids.get(key)
        if (id === undefined) ids.set(key, org.insert('Contact', values, when))
        else org.update('Contact', id, values, when)
      }
    },
    delete: (keys) => keys.forEach((key) => void org.purge('Contact', idOf(key))),
    archive: (keys) => keys.forEach((key) => void org.remove('Contact', idOf(key))),
    restore: (keys) => keys.forEach((key) => void org.undelete('Contact', idOf(key))),
    merge: (loser, winner) => org.merge('Contact', idOf(loser), idOf(winner)),
    optOut: (keys) => keys.forEach((key) => void org.update('Contact', idOf(key), { SMS_Opt_Out__c: true })),
    list: (keys) => {
      campaign ??= org.insert('Campaign', { Name: 'Newsletter' })
      for (const [key, id] of members) {
        if (keys.includes(key)) continue
        org.remove('CampaignMember', id)
        members.delete(key)
      }
      for (const key of keys)
        if (!members.has(key))
          members.set(key, org.insert('CampaignMember', { CampaignId: campaign, ContactId: idOf(key) }))
      return {
        title: 'Newsletter',
        options: { ...vendor.options, ...options, campaigns: ['Newsletter'] },
      }
    },
    expire: () => clock.advance(16 * DAY_MS),
    trouble: vendor.trouble,
    requests: vendor.requests,
    close: vendor.close,
  }
}
