// Campaigns as lists.
import { expect, test } from 'vitest'
import { longId } from '../../../connectors/salesforce/ids.ts'
import { HOUR, openShop, type Pulling, type Shop } from './harness.ts'
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

test('a pull that was not completed leaves nothing to rely on: the same window reads the campaign again', async () => {
  const { shop, contacts } = await openWithMembers(100)
  const options = { campaigns: ['Newsletter'] }
  const window = { from: shop.clock.now() - HOUR, to: shop.clock.now() }
  await lists(shop, { mode: 'incremental', options, ...window })
  expect(await lists(shop, { mode: 'incremental', options, ...window })).toEqual({
    Newsletter: { ids: contacts, whole: true },
  })
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

test('two campaigns of one name are two lists', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  const ids = [org.insert('Campaign', { Name: 'Spring' }), org.insert('Campaign', { Name: 'Spring' })]
  const titles = Object.keys(await lists(shop, { options: { campaigns: ['Spring'] } }))
  expect(titles).toEqual(ids.map((id) => `Spring (${id})`))
})

test('an id of 15 characters and its form of 18 are one', () => {
  // Salesforce, "15- and 18-character IDs": the example of its documentation.
  expect(longId('001A000000006Vm')).toBe('001A000000006VmIAI')
  for (const id of ['0035e00000abcDE', '00QAAAAAzzzzz11', '701ZZZZZZZZZZZZ'])
    expect(longId(id)).toBe(eighteen(id))
  expect(longId('001A000000006VmIAI')).toBe('001A000000006VmIAI')
})
