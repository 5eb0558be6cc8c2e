// Owns the business of the day: three sources of three kinds, what happens in them, and what Heymarket has to hold for it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { type Clock, toIso } from '../../../src/lib/clock.ts'
import { csv, type House } from '../support.ts'

/** In order of priority. */
export const SOURCES = ['clinic', 'billing', 'crm'] as const
export type SourceId = (typeof SOURCES)[number]

interface Customer {
  readonly id: string
  readonly phone: string
  readonly first: string
  readonly last: string
}

export interface Named {
  readonly phone: string
  readonly first: string
  readonly last: string
}

/** An edit is stamped a little before it can be read, as everywhere. */
const STAMPED_AGO_MS = 60_000

export interface Business {
  /** Where the API of the crm is. */
  readonly crmUrl: string
  /** With which status it answers. */
  crmAnswers: number
  /** How often it was asked. */
  readonly crmAsked: number
  /** How the clinic's mapping writes a last name. */
  lastOf: (last: string) => string
  put(source: SourceId, ...customers: readonly Customer[]): void
  drop(source: SourceId, ...ids: readonly string[]): void
  ids(source: SourceId): string[]
  /** Changes the first name of so many of each source. */
  edit(first: string, count?: number): void
  /** Everybody whom a source names, as the first of them says. */
  customers(): Named[]
}

/** `count` customers of a source whose numbers begin at this one. */
export function customers(prefix: string, from: number, count: number): Customer[] {
  return Array.from({ length: count }, (_, nth) => ({
    id: `${prefix}-${nth}`,
    phone: String(14_155_550_000 + from + nth),
    first: `${prefix}${nth}`,
    last: 'Lee',
  }))
}

export async function openBusiness(home: House, clock: Clock): Promise<Business> {
  const rows = new Map(SOURCES.map((source) => [source, new Map<string, Customer>()]))
  const of = (source: SourceId) => rows.get(source) ?? new Map<string, Customer>()
  const billing = new Database(join(home.dir, 'billing.db'))
  billing.exec('CREATE TABLE customer (id TEXT PRIMARY KEY, phone TEXT, first TEXT, last TEXT, changed TEXT)')
  const save = billing.prepare(
    'INSERT OR REPLACE INTO customer VALUES (@id, @phone, @first, @last, @changed)',
  )
  const forget = billing.prepare<[string]>('DELETE FROM customer WHERE id = ?')
  let asked = 0
  const crm = createServer((_request, response) => {
    asked += 1
    if (business.crmAnswers !== 200) return response.writeHead(business.crmAnswers).end()
    response.setHeader('content-type', 'application/json')
    return response.end(JSON.stringify({ data: [...of('crm').values()] }))
  })
  crm.listen(0, '127.0.0.1')
  await once(crm, 'listening')
  onTestFinished(() => {
    billing.close()
    crm.closeAllConnections()
    crm.close()
  })
  const writeClinic = () =>
    home.write('clinic.csv', csv([...of('clinic').values()].map((one) => ({ ...one }))))
  const business: Business = {
    crmUrl: `http://127.0.0.1:${(crm.address() as AddressInfo).port}`,
    crmAnswers: 200,
    get crmAsked() {
      return asked
    },
    lastOf: (last) => last,
    put: (source, ...given) => {
      for (const one of given) {
        of(source).set(one.id, one)
        if (source === 'billing') save.run({ ...one, changed: toIso(clock.now() - STAMPED_AGO_MS) })
      }
      if (source === 'clinic') writeClinic()
    },
    drop: (source, ...ids) => {
      for (const id of ids) {
        of(source).delete(id)
        if (source === 'billing') forget.run(id)
      }
      if (source === 'clinic') writeClinic()
    },
    ids: (source) => [...of(source).keys()],
    edit: (first, count = 1) => {
      for (const source of SOURCES) {
        const some = [...of(source).values()].slice(0, count)
        business.put(source, ...some.map((one) => ({ ...one, first: `${first} ${one.id}` })))
      }
    },
    customers: () => {
      const byPhone = new Map<string, Named>()
      for (const source of SOURCES) {
        for (const { phone, first, last } of of(source).values()) {
          if (!/^\d+$/.test(phone) || byPhone.has(phone)) continue
          byPhone.set(phone, { phone, first, last: source === 'clinic' ? business.lastOf(last) : last })
        }
      }
      return [...byPhone.values()]
    },
  }
  return business
}
