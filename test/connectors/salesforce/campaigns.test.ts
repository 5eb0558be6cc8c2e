// Campaigns as lists.
import type { Page } from 'heysync/connector'
import { expect, test } from 'vitest'
import { longId } from '../../../connectors/salesforce/ids.ts'
import { HOUR, openEngine, openShop, type Pulling, type Shop } from './harness.ts'
import { eighteen } from './org.ts'

async function lists(shop: Shop, more: Pulling) {
  const members = new Map<string, { ids: string[]; whole: boolean }>()
  for (const { lists: parts = [] } of await shop.pull(more))
    for (const { title, members: ids, whole } of parts) {
      const known = members.get(title) ?? { ids: [], whole: false }
      members.set(title, { ids: [...known.ids, ...ids], whole: known.whole || whole === true })
    }
  return Object.fromEntries(members)
}

async function openWithMembers(rowsPerPage = 2) {
  const shop = await openShop({ rowsPerPage })
  const { org } = shop.vendor
  const campaign = org.insert('Campaign', { Name: 'Newsletter' })
  const contacts = Array.from({ length: 5 }, () => org.insert('Contact', {}))
  const members = contacts.map((ContactId) =>
    org.insert('CampaignMember', { CampaignId: campaign, ContactId }),
  )
  return { shop, org, campaign, contacts, members }
}

test('shows who is in a campaign, over more pages than one, by its name or by its id', async () => {
  const { shop, campaign, contacts } = await openWithMembers()
  const wanted = { Newsletter: { ids: contacts, whole: true } }
  expect(await lists(shop, { options: { campaigns: ['Newsletter'] } })).toEqual(wanted)
  expect(await lists(shop, { options: { campaigns: [campaign.slice(0, 15)] } })).toEqual(wanted)
})

test('an incremental pull reads a campaign again only when somebody came, went or changed', async () => {
  const { shop, org, campaign, contacts, members } = await openWithMembers(100)
  const options = { campaigns: ['Newsletter'] }
  await lists(shop, { options })
  shop.clock.advance(HOUR)
  const incremental = () => lists(shop, { mode: 'incremental', options })
  expect(await incremental()).toEqual({})
  shop.clock.advance(HOUR)
  org.purge('CampaignMember', members[0] ?? '')
  expect(await incremental()).toEqual({ Newsletter: { ids: contacts.slice(1), whole: true } })
  shop.clock.advance(HOUR)
  expect(await incremental()).toEqual({})
  shop.clock.advance(HOUR)
  const late = org.insert('Contact', {})
  org.insert('CampaignMember', { CampaignId: campaign, ContactId: late })
  expect(await incremental()).toEqual({ Newsletter: { ids: [...contacts.slice(1), late], whole: true } })
})

test('a pull that was not completed leaves nothing to rely on: the next one reads the campaign again', async () => {
  const { shop, contacts } = await openWithMembers()
  const options = { campaigns: ['Newsletter'] }
  const { quota } = shop.vendor.manners
  const onPage = ({ lists: parts }: Page) => {
    if (parts !== undefined) quota.used = quota.total
  }
  await expect(shop.pull({ mode: 'incremental', options, onPage })).rejects.toMatchObject({ kind: 'quota' })
  quota.used = 0
  const all = { Newsletter: { ids: contacts, whole: true } }
  expect(await lists(shop, { mode: 'incremental', options })).toEqual(all)
  expect(await lists(shop, { mode: 'incremental', options })).toEqual({})
})

test('names members as they are read: leads, those whom they became, and person accounts', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const CampaignId = org.insert('Campaign', { Name: 'All' })
  const lead = org.insert('Lead', {})
  const contact = org.insert('Contact', {})
  const account = org.insert('Account', { IsPersonAccount: true })
  const twin = org.insert('Contact', { IsPersonAccount: true, AccountId: account })
  org.insert('CampaignMember', { CampaignId, LeadId: lead })
  org.insert('CampaignMember', { CampaignId, LeadId: org.insert('Lead', {}), ContactId: contact })
  org.insert('CampaignMember', { CampaignId, ContactId: twin })
  const read = async (objects: string[]) =>
    (await lists(shop, { options: { objects, campaigns: ['All'] } })).All?.ids
  expect(await read(['Contact', 'Lead', 'PersonAccount'])).toEqual([lead, contact, account])
  expect(await read(['PersonAccount'])).toEqual([account])
  expect(await read(['Lead'])).toHaveLength(2)
})

test('campaigns that a full pull could not see are shown by the next incremental one, though nothing changed', async () => {
  const { shop, org, contacts } = await openWithMembers(100)
  const options = { campaigns: ['Newsletter'] }
  const all = { Newsletter: { ids: contacts, whole: true } }
  expect(await lists(shop, { options })).toEqual(all)
  const table = org.tables.get('Campaign')
  if (table === undefined) throw new Error('no campaigns')
  for (const mode of ['incremental', 'full'] as const) {
    shop.clock.advance(HOUR)
    org.tables.delete('Campaign')
    expect(await lists(shop, { mode, options })).toEqual({})
    expect(shop.said.splice(0).join()).toMatch(
      mode === 'full' ? /Rules that name such a list stand still/ : /stays as it was/,
    )
    shop.clock.advance(HOUR)
    org.tables.set('Campaign', table)
    // What an incremental pull could not see is as it was.
    expect(await lists(shop, { mode: 'incremental', options })).toEqual(mode === 'full' ? all : {})
  }
})

test('a campaign that is not there is an error of the check, and a warning of a pull', async () => {
  const { shop, contacts } = await openWithMembers()
  const options = { campaigns: ['Newsletter', 'Nowhere'] }
  await expect(shop.discover(options)).rejects.toMatchObject({
    kind: 'not-found',
    hint: expect.stringContaining('Newsletter'),
  })
  expect(await lists(shop, { options })).toEqual({ Newsletter: { ids: contacts, whole: true } })
  expect(shop.said.join()).toContain('no campaign Nowhere')
})

test('of two campaigns of one name the older keeps it, and the younger is told apart by its id, aloud', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const first = org.insert('Campaign', { Name: 'Spring' })
  shop.clock.advance(HOUR)
  const second = org.insert('Campaign', { Name: 'Spring' })
  const options = { campaigns: ['Spring'] }
  expect(Object.keys(await lists(shop, { options }))).toEqual(['Spring', `Spring (${second})`])
  expect(shop.said.join()).toMatch(`2 campaigns "Spring"`)
  expect(shop.said.join()).toContain(first)
})

test('a campaign keeps its list when another one comes to bear its name, be it older', async () => {
  const { clock, org, reader } = await openEngine({}, { campaigns: ['Do not text'] })
  const older = org.insert('Campaign', { Name: 'Winter' })
  clock.advance(HOUR)
  const CampaignId = org.insert('Campaign', { Name: 'Do not text' })
  const [a, b] = ['+15102000001', '+15102000002'].map((MobilePhone) => org.insert('Contact', { MobilePhone }))
  org.insert('CampaignMember', { CampaignId, ContactId: a ?? '' })
  clock.advance(HOUR)
  await reader.pull('full')
  expect(reader.onList('Do not text')).toEqual(['15102000001'])
  org.update('Campaign', older, { Name: 'Do not text' })
  clock.advance(HOUR)
  org.insert('CampaignMember', { CampaignId, ContactId: b ?? '' })
  clock.advance(HOUR)
  await reader.pull('incremental')
  expect(reader.onList('Do not text')).toEqual(['15102000001', '15102000002'])
  expect(reader.said.join()).toContain('2 campaigns "Do not text"')
})

test('a campaign that comes to have the name is read under it, though nobody joined or left', async () => {
  const { shop, org, campaign, contacts } = await openWithMembers(100)
  const options = { campaigns: [campaign] }
  await lists(shop, { options })
  shop.clock.advance(HOUR)
  org.update('Campaign', campaign, { Name: 'News' })
  expect(await lists(shop, { mode: 'incremental', options })).toEqual({
    News: { ids: contacts, whole: true },
  })
})

test('campaigns that the user may not see any more are a warning, keep nobody back, and their lists stay until a full pull', async () => {
  const { clock, org, reader } = await openEngine({}, { campaigns: ['Newsletter'] })
  const CampaignId = org.insert('Campaign', { Name: 'Newsletter' })
  const contact = org.insert('Contact', { MobilePhone: '+15102000001' })
  org.insert('CampaignMember', { CampaignId, ContactId: contact })
  clock.advance(HOUR)
  await reader.pull('full')
  for (const hidden of ['CampaignMember', 'Campaign']) {
    org.tables.delete(hidden)
    clock.advance(HOUR)
    const { reason } = await reader.pull('incremental')
    expect(reason).toBeNull()
    expect(reader.said.at(-1)).toContain(`'${hidden}' is not supported`)
  }
  org.update('Contact', contact, { SMS_Opt_Out__c: true })
  clock.advance(HOUR)
  await reader.pull('incremental')
  expect(reader.optedOut()).toEqual(['15102000001'])
  expect(reader.onList('Newsletter')).toEqual(['15102000001'])
  await reader.pull('full')
  expect(reader.pages.at(-1)?.end?.covers).toBe('everything')
  // A full pull that does not show it makes it unknown: the rules that name it stand still.
  expect(reader.onList('Newsletter')).toEqual([])
})

test('an id of 15 characters and its form of 18 are one', () => {
  // Salesforce, "15- and 18-character IDs": the example of its documentation.
  expect(longId('001A000000006Vm')).toBe('001A000000006VmIAI')
  for (const id of ['0035e00000abcDE', '00QAAAAAzzzzz11', '701ZZZZZZZZZZZZ'])
    expect(longId(id)).toBe(eighteen(id))
  expect(longId('001A000000006VmIAI')).toBe('001A000000006VmIAI')
})
