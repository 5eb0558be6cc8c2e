// A field that one of several objects does not show any more: an error where it is mapped, and never blank.
import { expect, test } from 'vitest'
import { HOUR, openEngine, openShop } from './harness.ts'

const FIELDS = ['FirstName', 'LastName', 'Email', 'MobilePhone', 'SMS_Opt_Out__c']

async function openBoth(fields: readonly string[] | undefined = FIELDS) {
  const options = { objects: ['Lead', 'Contact'], ...(fields === undefined ? {} : { fields }) }
  const bench = await openEngine({}, options)
  const { org } = bench
  const box = org.table('Contact').fields.get('sms_opt_out__c')
  if (box === undefined) throw new Error('contacts have no such box')
  const hide = () => void org.table('Contact').fields.delete('sms_opt_out__c')
  org.table('Lead').fields.set('sms_opt_out__c', box)
  const contact = org.insert('Contact', { MobilePhone: '+15102000001' })
  const lead = org.insert('Lead', { MobilePhone: '+15102000002' })
  bench.clock.advance(HOUR)
  return { ...bench, hide, contact, lead }
}

test.each([
  ['named', FIELDS],
  ['found', undefined],
])(
  'a mapped field that was %s, and that contacts alone lose, is an error with their next news',
  async (_how, fields) => {
    const { clock, org, reader, hide, contact, lead } = await openBoth(fields)
    await reader.pull('full')
    clock.advance(HOUR)
    org.update('Lead', lead, { LastName: 'Kay' })
    await reader.pull('incremental')
    clock.advance(HOUR)
    hide()
    // Of contacts there is nothing new, so nobody is wronged yet, and the next pull still knows.
    await reader.pull('incremental')
    expect(reader.said.join()).toContain('Contact does not show SMS_Opt_Out__c any more')
    clock.advance(HOUR)
    org.update('Contact', contact, { LastName: 'Kay' })
    const failure = { code: 'ERR_SOURCE_FIELD', message: expect.stringContaining('SMS_Opt_Out__c') }
    await expect(reader.pull('incremental')).rejects.toMatchObject(failure)
    await expect(reader.pull('full')).rejects.toMatchObject(failure)
    expect(reader.known().map(({ phone }) => phone)).toEqual(['15102000001', '15102000002'])
  },
)

test('a field that an object never had is blank there, and other fields are other options', async () => {
  const shop = await openShop()
  const { org } = shop.vendor
  org.insert('Contact', {})
  org.insert('Lead', { Company: 'Kay' })
  const read = async (fields: string[]) =>
    (await shop.records({ options: { objects: ['Contact', 'Lead'], fields } })).map((one) => one.fields)
  expect(await read(['Company', 'DoNotCall'])).toMatchObject([{ Company: null }, { Company: 'Kay' }])
  org.table('Contact').fields.delete('donotcall')
  await shop.discover({ objects: ['Contact', 'Lead'], fields: ['Company', 'DoNotCall'] })
  expect(shop.said.join()).toContain('Contact does not show DoNotCall any more')
  const [contact, lead] = await read(['Company', 'DoNotCall'])
  expect(contact).not.toHaveProperty('DoNotCall')
  expect(lead).toMatchObject({ DoNotCall: false })
  expect(await read(['DoNotCall', 'Company'])).toMatchObject([{ DoNotCall: null }, { DoNotCall: false }])
})
