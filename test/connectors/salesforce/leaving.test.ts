// Who left, and how: deleted, purged, merged, converted, not asked for any more.
import { expect, test } from 'vitest'
import { HOUR, openEngine, openShop } from './harness.ts'

const PHONE = 'MobilePhone'

test('a merge says into whom, and the one who stays is shown in the same pull though nothing of theirs changed', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const winner = org.insert('Contact', { [PHONE]: '+15102000001' })
  const loser = org.insert('Contact', { [PHONE]: '+15102000002' })
  shop.clock.advance(2 * HOUR)
  org.remove('Contact', loser, { MasterRecordId: winner })
  const records = await shop.records({ mode: 'incremental' })
  expect(records).toMatchObject([{ id: loser, deleted: true, mergedInto: winner }, { id: winner }])
  expect(records[1]).not.toHaveProperty('deleted')
})

test('after a merge the number of the record that went is let go, and the person stays', async () => {
  const { clock, world, reader } = await openEngine()
  const who = { first: 'Ana', last: 'Silva', email: 'a@example.com' }
  await world.put([
    { key: 'a', phone: '+15102000001', ...who },
    { key: 'b', phone: '+15102000002', ...who },
  ])
  clock.advance(HOUR)
  await reader.pull('full')
  clock.advance(HOUR)
  await world.merge?.('b', 'a')
  clock.advance(60_000)
  const result = await reader.pull('incremental')
  expect(result.deleted).toBe(1)
  expect(reader.known().map(({ phone }) => phone)).toEqual(['15102000001'])
})

test('a lead that was converted is merged into its contact', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const lead = org.insert('Lead', { [PHONE]: '+15102000001' })
  shop.clock.advance(2 * HOUR)
  const contact = org.insert('Contact', { [PHONE]: '+15102000001' })
  org.update('Lead', lead, { IsConverted: true, ConvertedContactId: contact })
  const options = { objects: ['Lead', 'Contact'] }
  for (const mode of ['full', 'incremental'] as const) {
    const records = await shop.records({ mode, options })
    const converted = records.find(({ id }) => id === lead)
    expect(converted).toMatchObject({ mergedInto: contact })
    expect(converted).not.toHaveProperty('outOfScope')
    expect(records.some(({ id }) => id === contact)).toBe(true)
  }
})

test('a conversion costs nobody their number: lead and contact are one person to heysync', async () => {
  const { clock, org, reader } = await openEngine({}, { objects: ['Contact', 'Lead'] })
  const lead = org.insert('Lead', { FirstName: 'Zoë', [PHONE]: '+15102000001' })
  clock.advance(HOUR)
  await reader.pull('full')
  clock.advance(HOUR)
  const contact = org.insert('Contact', { FirstName: 'Zoë', [PHONE]: '+15102000001' })
  org.update('Lead', lead, { IsConverted: true, ConvertedContactId: contact })
  clock.advance(60_000)
  await reader.pull('incremental')
  expect(reader.known()).toMatchObject([{ phone: '15102000001', first: 'Zoë' }])
})

test('a lead that became a contact whom nobody reads is no lead any more', async () => {
  const shop = await openShop()
  const contact = shop.vendor.org.insert('Contact', {})
  const lead = shop.vendor.org.insert('Lead', { IsConverted: true, ConvertedContactId: contact })
  const [record] = await shop.records({ options: { objects: ['Lead'] } })
  expect(record).toMatchObject({ id: lead, outOfScope: true })
  expect(record).not.toHaveProperty('mergedInto')
})

test('a lead that became a person account is merged into the account, not into the twin', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const twin = org.insert('Contact', { IsPersonAccount: true })
  const account = org.insert('Account', {
    IsPersonAccount: true,
    PersonContactId: twin,
    PersonMobilePhone: '+15102000001',
  })
  org.insert('Account', { Name: 'A business' })
  const lead = org.insert('Lead', {
    IsConverted: true,
    ConvertedContactId: twin,
    ConvertedAccountId: account,
  })
  const plain = org.insert('Contact', { [PHONE]: '+15102000002' })
  const records = await shop.records({ options: { objects: ['Contact', 'Lead', 'PersonAccount'] } })
  expect(records.map(({ id }) => id)).toEqual([plain, lead, account])
  expect(records[1]).toMatchObject({ mergedInto: account })
  expect(records[2]?.fields).toMatchObject({
    attributes: { type: 'PersonAccount' },
    PersonMobilePhone: '+15102000001',
    MobilePhone: null,
  })
})

test('whoever is in the recycle bin is deleted, and back when they are taken out', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const id = org.insert('Contact', {})
  shop.clock.advance(2 * HOUR)
  org.remove('Contact', id)
  expect(await shop.records({ mode: 'incremental' })).toMatchObject([{ id, deleted: true }])
  shop.clock.advance(60_000)
  org.undelete('Contact', id)
  const [back] = await shop.records({ mode: 'incremental' })
  expect(back).toMatchObject({ id })
  expect(back).not.toHaveProperty('deleted')
})

test('whoever was purged is found by the log of deletions', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const id = org.insert('Contact', {})
  shop.clock.advance(2 * HOUR)
  org.purge('Contact', id)
  shop.clock.advance(60_000)
  expect(await shop.records({ mode: 'incremental' })).toMatchObject([
    { id, deleted: true, fields: { MobilePhone: null } },
  ])
})

test('a deletion that the log could not see yet comes the next time, however short the window is', async () => {
  const shop = await openShop({ logLagMs: 30 * 60_000 })
  const { org } = shop.vendor
  const id = org.insert('Contact', {})
  shop.clock.advance(2 * HOUR)
  await shop.records({ mode: 'incremental' })
  org.purge('Contact', id)
  shop.clock.advance(60_000)
  expect(await shop.records({ mode: 'incremental' })).toEqual([])
  shop.clock.advance(HOUR)
  const from = shop.clock.now() - 60_000
  expect(await shop.records({ mode: 'incremental', from })).toMatchObject([{ id, deleted: true }])
})

test('a deletion that was told and not handed over, because the pull broke off, is told again', async () => {
  const shop = await openShop({ logLagMs: 30 * 60_000 })
  const { org, manners } = shop.vendor
  const id = org.insert('Contact', { [PHONE]: '+15102000001' })
  shop.clock.advance(2 * HOUR)
  await shop.pull({ mode: 'incremental' })
  org.purge('Contact', id)
  shop.clock.advance(10 * 60_000)
  const from = shop.clock.now() - 60_000
  expect(await shop.records({ mode: 'incremental' })).toEqual([])
  shop.clock.advance(HOUR)
  org.insert('Contact', { [PHONE]: '+15102000002' })
  const handedOver: string[] = []
  const broken = shop.pull({
    mode: 'incremental',
    from,
    onPage: ({ records }) => {
      handedOver.push(...records.map((one) => one.id))
      manners.quota.used = manners.quota.total
    },
  })
  await expect(broken).rejects.toMatchObject({ kind: 'quota' })
  expect(handedOver).not.toContain(id)
  manners.quota.used = 0
  expect(await shop.records({ mode: 'incremental', from })).toContainEqual(
    expect.objectContaining({ id, deleted: true }),
  )
})

test('where nothing changes for weeks, and pulls go on, nobody has to be read again', async () => {
  const { clock, world, reader } = await openEngine()
  await world.put([{ key: 'a', phone: '+15102000001', first: 'Ana', last: 'Silva', email: 'a@example.com' }])
  clock.advance(HOUR)
  await reader.pull('full')
  const reasons: unknown[] = []
  for (let day = 0; day < 20; day += 1) {
    clock.advance(24 * HOUR)
    reasons.push((await reader.pull('incremental')).reason)
  }
  expect(reasons).toEqual(Array(20).fill(null))
  clock.advance(16 * 24 * HOUR)
  expect((await reader.pull('incremental')).reason).toBe('cursorExpired')
})

test('after more than 15 days everything is read, since nobody remembers deletions for longer', async () => {
  const shop = await openShop()
  const from = shop.clock.now()
  shop.clock.advance(16 * 24 * HOUR)
  await expect(shop.records({ mode: 'incremental', from })).rejects.toMatchObject({ kind: 'cursor-expired' })
})

test('whoever changes and is not asked for any more is out of scope, and says what they say of consent', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const options = { where: { Contact: "DoNotCall = false AND LastName = 'Kay'" } }
  const id = org.insert('Contact', { LastName: 'Kay' })
  const never = org.insert('Contact', { LastName: 'Other' })
  shop.clock.advance(2 * HOUR)
  expect(await shop.records({ options })).toMatchObject([{ id }])
  org.update('Contact', id, { DoNotCall: true, SMS_Opt_Out__c: true })
  const [left] = await shop.records({ mode: 'incremental', options })
  expect(left).toMatchObject({ id, outOfScope: true, fields: { SMS_Opt_Out__c: true } })
  expect((await shop.records({ options })).map((one) => one.id)).not.toContain(never)
})

test('the STOP of who is not asked for any more counts also when everything is read before the next news', async () => {
  const options = { where: { Contact: 'SMS_Opt_Out__c = false' } }
  const { clock, org, reader } = await openEngine({}, options)
  const never = org.insert('Contact', { [PHONE]: '+15102000003', SMS_Opt_Out__c: true })
  clock.advance(HOUR)
  const id = org.insert('Contact', { [PHONE]: '+15102000001' })
  org.insert('Contact', { [PHONE]: '+15102000002' })
  clock.advance(HOUR)
  await reader.pull('full')
  clock.advance(HOUR)
  await reader.pull('incremental')
  org.update('Contact', id, { SMS_Opt_Out__c: true })
  clock.advance(20 * 60_000)
  org.insert('Contact', { [PHONE]: '+15102000004' })
  clock.advance(60_000)
  expect(await reader.pull('full')).toMatchObject({ reason: 'hand', deleted: 1, gone: 0 })
  expect(reader.optedOut()).toEqual(['15102000001'])
  expect(reader.known().map(({ phone }) => phone)).toEqual(['15102000002', '15102000004'])
  expect(reader.pages.flatMap(({ records }) => records).map((one) => one.id)).not.toContain(never)
})

test('those who are shown though nobody asks for them hide nobody from the count of a full pull', async () => {
  const options = { where: { Contact: "LastName = 'Kay'" } }
  const { clock, org, reader } = await openEngine({}, options)
  for (const n of [1, 2, 3]) org.insert('Contact', { LastName: 'Kay', [PHONE]: `+1510200000${n}` })
  const others = [4, 5, 6].map((n) => org.insert('Contact', { LastName: 'Ray', [PHONE]: `+1510200000${n}` }))
  clock.advance(HOUR)
  await reader.pull('full')
  clock.advance(HOUR)
  for (const id of others) org.update('Contact', id, { FirstName: 'Ann' })
  clock.advance(HOUR)
  expect(await reader.pull('full')).toMatchObject({ gone: 0 })
  expect(reader.pages.at(-1)?.end).toMatchObject({ covers: 'everything', count: 6 })
  expect(reader.known()).toHaveLength(3)
})

test('a merge into somebody who is not asked for does not bring them in', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const winner = org.insert('Contact', { LastName: 'Other' })
  const loser = org.insert('Contact', { LastName: 'Kay' })
  shop.clock.advance(2 * HOUR)
  org.remove('Contact', loser, { MasterRecordId: winner })
  const records = await shop.records({
    mode: 'incremental',
    options: { where: { Contact: "LastName = 'Kay'" } },
  })
  expect(records.map(({ id }) => id)).toEqual([loser])
})
