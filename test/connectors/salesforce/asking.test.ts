// What is asked for: fields, conditions, and what is said where they are wrong.
import { expect, test } from 'vitest'
import { salesforceOptions } from '../../../connectors/salesforce/options.ts'
import { openShop } from './harness.ts'

test('reads what the options name, under the names that the organisation has, also of related records', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const user = org.insert('User', { Name: 'Ola', Email: 'ola@example.com' })
  const queue = org.insert('Group', { Name: 'Queue', Email: 'queue@example.com' })
  const account = org.insert('Account', { Name: 'Acme' })
  org.insert('Contact', {
    OwnerId: user,
    AccountId: account,
    MobilePhone: '1',
    Visits__c: 3,
    Born__c: '2001-02-03',
  })
  org.insert('Contact', { OwnerId: user })
  org.insert('Lead', { OwnerId: queue, Company: 'Bcorp' })
  const fields = ['mobilephone', 'owner.email', 'Account.Name', 'Company', 'Visits__c', 'Born__c']
  const records = await shop.records({ options: { objects: ['Contact', 'Lead'], fields } })
  const nothing = {
    MobilePhone: null,
    Company: null,
    Visits__c: null,
    Born__c: null,
    Account: { Name: null },
  }
  expect(records.map((record) => record.fields)).toEqual([
    {
      ...nothing,
      attributes: { type: 'Contact' },
      MobilePhone: '1',
      Owner: { Email: 'ola@example.com' },
      Account: { Name: 'Acme' },
      Visits__c: 3,
      Born__c: '2001-02-03',
    },
    { ...nothing, attributes: { type: 'Contact' }, Owner: { Email: 'ola@example.com' } },
    { ...nothing, attributes: { type: 'Lead' }, Owner: { Email: 'queue@example.com' }, Company: 'Bcorp' },
  ])
})

test('reads all plain fields unless told which, and no files, long texts or fields that are several in one', async () => {
  const shop = await openShop()
  shop.vendor.org.insert('Contact', {})
  const [record] = await shop.records()
  const names = Object.keys(record?.fields ?? {})
  expect(names).toEqual(
    expect.arrayContaining(['Id', 'MobilePhone', 'MailingCity', 'SMS_Opt_Out__c', 'SystemModstamp']),
  )
  for (const name of ['MailingAddress', 'Photo__c', 'Story__c']) expect(names).not.toContain(name)
})

test('refuses a field that is several in one, and names its parts', async () => {
  const shop = await openShop()
  await expect(shop.records({ options: { fields: ['MailingAddress'] } })).rejects.toMatchObject({
    kind: 'field',
    hint: 'Name its parts: MailingStreet, MailingCity.',
  })
  await expect(shop.records({ options: { fields: ['Photo__c'] } })).rejects.toMatchObject({ kind: 'field' })
})

test('a field that nobody has is an error that names the nearest', async () => {
  const shop = await openShop()
  await expect(shop.discover({ fields: ['MobilPhone'] })).rejects.toMatchObject({
    kind: 'field',
    hint: expect.stringContaining('MobilePhone'),
  })
  await expect(shop.discover({ fields: ['Ownr.Email'] })).rejects.toMatchObject({
    kind: 'field',
    hint: expect.stringContaining('Owner'),
  })
})

test('an object that the user may not see is not found, with what to grant', async () => {
  const shop = await openShop()
  shop.vendor.org.tables.delete('Lead')
  await expect(shop.records({ options: { objects: ['Lead'] } })).rejects.toMatchObject({
    kind: 'not-found',
    hint: expect.stringContaining('Read and View All on Lead'),
  })
})

test('a mistake in a condition is shown with its place in the condition', async () => {
  const shop = await openShop()
  const where = { Contact: "LastName = 'Kay' AND DoNotCall == false" }
  for (const asked of [() => shop.records({ options: { where } }), () => shop.discover({ where })])
    await expect(asked()).rejects.toMatchObject({
      kind: 'field',
      message: expect.stringContaining("at character 33: LastName = 'Kay' AND DoNotCall =»= false"),
    })
  await expect(shop.records({ options: { where: { Contact: 'Nope__c = 1' } } })).rejects.toMatchObject({
    kind: 'field',
    message: expect.stringContaining("No such column 'Nope__c'"),
  })
})

test('a condition holds for all that heysync adds to it', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const kay = org.insert('Contact', { LastName: 'Kay' })
  org.insert('Contact', { LastName: 'Other' })
  const lee = org.insert('Contact', { LastName: 'Lee' })
  const options = { where: { Contact: "LastName = 'Kay' OR LastName = 'Lee'" } }
  expect((await shop.records({ options })).map(({ id }) => id)).toEqual([kay, lee])
  shop.clock.advance(4 * 3_600_000)
  expect(await shop.records({ mode: 'incremental', options })).toEqual([])
})

test('options: brackets without a partner, objects twice, a condition for an object that is not read', () => {
  const auth = { clientId: 'a', clientSecret: 'b' }
  const isTaken = (more: object) => salesforceOptions.safeParse({ auth, ...more }).success
  expect(isTaken({})).toBe(true)
  expect(isTaken({ where: { Contact: "(Name = ')'" } })).toBe(false)
  expect(isTaken({ where: { Contact: 'a = 1) OR (b = 2' } })).toBe(false)
  expect(isTaken({ where: { Contact: "a = '(\\''" } })).toBe(true)
  expect(isTaken({ objects: ['Lead', 'Lead'] })).toBe(false)
  expect(isTaken({ where: { Lead: 'a = 1' } })).toBe(false)
  expect(isTaken({ fields: ['MobilePhone FROM Lead'] })).toBe(false)
})

test('shows fields with what people call them and what they are for, campaigns, and how many people there are', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  org.insert('Contact', { MobilePhone: '(415) 555-0100' })
  org.remove('Contact', org.insert('Contact', {}))
  org.insert('Campaign', { Name: 'Newsletter' })
  const found = await shop.discover()
  expect(found.count).toBe(1)
  expect(found.lists).toEqual(['Newsletter'])
  const field = (name: string) => found.fields.find((one) => one.name === name)
  expect(field('MobilePhone')).toMatchObject({
    role: 'phone',
    label: 'Mobile Phone',
    type: 'text',
    samples: ['(415) 555-0100'],
  })
  expect(field('SMS_Opt_Out__c')).toMatchObject({ role: 'optedOut', type: 'boolean' })
  expect(field('DoNotCall')).not.toHaveProperty('role')
})
