// Owns the config of the day: three sources, a list, and somebody who is told.
import type { House, Tree } from '../support.ts'

export const SECRET = 'a-secret-of-20-signs'

export interface Places {
  readonly crm: string
  readonly inbox: string
  readonly listen: string
  /** How the clinic's mapping makes a last name; default: as it stands. */
  readonly last?: string
}

export function dayConfig(home: House, at: Places): Tree {
  const each = { schedule: '*/30 * * * *', fullSchedule: '0 3 * * *', timezone: 'UTC' }
  const map = { phone: 'phone', first: 'first', last: 'last' }
  return {
    heymarket: {
      baseUrl: home.sandbox.url,
      auth: { secretId: 'sandbox', secretKey: 'sandbox-secret' },
      requestsPerMinute: 100_000,
      writes: 'single',
    },
    database: './data/heysync.db',
    defaultCountry: 'US',
    sources: [
      {
        ...{ ...each, id: 'clinic', connector: 'csv' },
        options: { path: './clinic.csv', idColumn: 'id', snapshot: true },
        map: { ...map, last: at.last ?? 'last' },
      },
      {
        ...{ ...each, id: 'billing', connector: 'sql', map },
        options: {
          ...{ database: 'sqlite:./billing.db', table: 'customer', idColumn: 'id', timezone: 'UTC' },
          updatedColumn: 'changed',
        },
      },
      {
        ...{ ...each, id: 'crm', connector: 'rest', map },
        options: { baseUrl: at.crm, list: { path: 'contacts', records: 'data' } },
      },
    ],
    lists: [{ title: 'Customers', where: '!contact.optedOut' }],
    service: { listen: at.listen, webhookSecret: SECRET },
    alerts: { to: [{ webhook: at.inbox }], freshnessMinutes: 90 },
  }
}
