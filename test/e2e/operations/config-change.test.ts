// The config is changed between two syncs. What a changed filter or mapping does to many people is in ../guard.test.ts.
import { describe, expect, test } from 'vitest'
import { clinicConfig, csv, type House, people, sql, type Tree, writes } from '../support.ts'
import { clinic, expectExactly } from './clinic.ts'

const SOURCE = {
  connector: 'csv',
  options: { path: './contacts.csv', idColumn: 'id' },
  map: { phone: 'phone', first: 'first', last: 'last' },
}

async function reconfigured(home: House, source: Tree, top: Tree = {}) {
  home.config(clinicConfig(home.sandbox.url, source, { heymarket: { writes: 'single' }, ...top }))
  let report: Tree = {}
  const requests = await home.requestsOf(async () => {
    report = await home.json(0, 'sync')
  })
  return { report, written: writes(requests) }
}

async function synced(count: number, source: Tree = {}): Promise<House> {
  const home = await clinic(count, { source })
  await home.json(0, 'sync')
  return home
}

describe('the mapping', () => {
  test('with one field more: everybody is read again and the field is written; taken back, nothing is', async () => {
    const home = await synced(30)
    const map = { ...SOURCE.map, email: '=record.id + "@example.com"' }
    const { report, written } = await reconfigured(home, { map })
    expect(report).toMatchObject({ sources: [{ mode: 'full', accepted: 30 }], push: { acked: 30 } })
    expect(written).toHaveLength(30)
    expect(home.sandbox.store.contact('15102000001')).toMatchObject({ email: 'P-0001@example.com' })
    const back = await reconfigured(home, {})
    expect(back.written).toEqual([])
    // What the mapping no longer names stays as it is.
    expect(home.sandbox.store.contact('15102000001')).toMatchObject({ email: 'P-0001@example.com' })
  })
})

test('the filter: who no longer passes leaves by the ladder, and comes back with it', async () => {
  const home = await synced(30, { onRemoved: 'delete' })
  const filtered = await reconfigured(home, { onRemoved: 'delete', filter: 'record.first != "Ann7"' })
  expect(filtered.report).toMatchObject({ plan: { remove: 1, held: 0 } })
  expect(home.sandbox.store.contact('15102000007')).toBeNull()
  await reconfigured(home, { onRemoved: 'delete' })
  expect(home.sandbox.store.contacts()).toHaveLength(30)
})

describe('the sources', () => {
  test('one taken out of the config takes nobody with it', async () => {
    const home = await synced(30, { onRemoved: 'delete' })
    home.write('other.csv', csv(people(31).slice(30)))
    const other = { ...SOURCE, id: 'other', options: { path: './other.csv', idColumn: 'id' } }
    const { report } = await reconfigured(home, {}, { sources: [other] })
    expect(report).toMatchObject({ plan: { create: 1, update: 0, remove: 0 } })
    expectExactly(home, people(31))
  })

  test('one under a new id: its people stay who they are, and nothing is written', async () => {
    const home = await synced(30, { onRemoved: 'delete' })
    const { report, written } = await reconfigured(home, { id: 'hospital', onRemoved: 'delete' })
    expect(report).toMatchObject({ sources: [{ id: 'hospital', mode: 'full', read: 30 }] })
    expect(written).toEqual([])
    expectExactly(home, people(30))
    // Who leaves it then is known to have been there.
    home.write('contacts.csv', csv(people(29)))
    const after = await reconfigured(home, { id: 'hospital', onRemoved: 'delete' })
    expect(after.report).toMatchObject({ plan: { remove: 1 } })
  })
})

test('new credentials of the same account: nothing is read twice, nothing is written', async () => {
  const home = await synced(30)
  const heymarket = {
    baseUrl: home.sandbox.url,
    auth: { apiKey: 'sandbox-key' },
    requestsPerMinute: 100_000,
  }
  const { report, written } = await reconfigured(home, {}, { heymarket })
  expect(report).toMatchObject({ status: 'ok', reconcile: { mode: 'incremental' } })
  expect(written).toEqual([])
})

test('credentials of another account: refused before anything is written', async () => {
  const home = await synced(30)
  sql(home, "UPDATE meta SET value = '999' WHERE key = 'account'")
  home.write('contacts.csv', csv(people(31)))
  const requests = await home.requestsOf(async () => {
    const done = await home.run('sync')
    expect(done.code).toBe(2)
    expect(done.stderr).toContain('Error ERR_ACCOUNT_CHANGED The database mirrors Heymarket team 999')
    expect(done.stderr).toContain('Give each account its own `database:` file in heysync.yaml')
  })
  expect(writes(requests)).toEqual([])
})

test('defaultCountry: numbers are read anew, and who has another number now is another contact', async () => {
  const home = await clinic(0, { source: { onRemoved: 'delete' } })
  home.write(
    'contacts.csv',
    csv([
      { id: 'P-0001', phone: '+1 510 200 0001', first: 'Ann1', last: 'Lee' },
      { id: 'P-0002', phone: '030 901820', first: 'Bo', last: 'Ng' },
    ]),
  )
  const first = await home.json(0, 'sync')
  expect(first).toMatchObject({ sources: [{ accepted: 1, rejected: 1 }] })
  const { report } = await reconfigured(home, { onRemoved: 'delete' }, { defaultCountry: 'DE' })
  expect(report).toMatchObject({
    sources: [{ mode: 'full', accepted: 2, rejected: 0 }],
    plan: { create: 1, update: 0, remove: 0 },
  })
  expect(home.sandbox.store.contact('4930901820')).toMatchObject({ first: 'Bo' })
})
