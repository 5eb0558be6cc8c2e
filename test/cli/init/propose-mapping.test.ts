// Which field is what: one row for each way in which sources name things.
import { describe, expect, test } from 'vitest'
import { proposeId, proposeMapping, proposeUpdated } from '../../../src/cli/init/propose-mapping.ts'
import type { DiscoveredField } from '../../../src/connector/contract.ts'

type Field = Pick<DiscoveredField, 'name'> & Partial<DiscoveredField>

const nobody = { customFields: [], defaultCountry: null }
const propose = (fields: readonly (Field | string)[], customFields: readonly string[] = []) =>
  proposeMapping(
    fields.map((one) => (typeof one === 'string' ? { name: one } : one)),
    { ...nobody, customFields },
  )

describe('fields', () => {
  test.each<[what: string, fields: readonly (Field | string)[], expected: object]>([
    [
      'names in any writing',
      ['First Name', 'SURNAME', 'e-mail', 'Cell Phone', 'Do Not Text'],
      {
        first: ['First Name'],
        last: ['SURNAME'],
        email: ['e-mail'],
        phone: ['Cell Phone'],
        optedOut: ['Do Not Text'],
      },
    ],
    [
      'every field with a number, mobiles first',
      ['phone', 'home_phone', 'mobile'],
      { phone: ['mobile', 'phone', 'home_phone'] },
    ],
    [
      'the word of the connector, and then names',
      ['mobile', { name: 'hs_whatsapp', role: 'phone' }, { name: 'rufname', role: 'first' }, 'first_name'],
      { phone: ['hs_whatsapp', 'mobile'], first: ['rufname'] },
    ],
    [
      'labels where names say nothing',
      [
        { name: 'f_17', label: 'Mobile phone' },
        { name: 'f_18', label: 'Last name' },
      ],
      { phone: ['f_17'], last: ['f_18'] },
    ],
    [
      'longer names',
      ['patient_mobile', 'contact_email', 'billing_first_name'],
      {
        phone: ['patient_mobile'],
        email: ['contact_email'],
        first: ['billing_first_name'],
      },
    ],
    ['no fax, no kind of a phone, and no date', ['fax_phone_type', { name: 'phone', type: 'date' }], {}],
    [
      'samples where nothing else tells',
      [
        { name: 'born', samples: ['1980-01-02', '1990-11-12'] },
        { name: 'k1', samples: ['(415) 555-2671', '+46 70 174 06 05'] },
        { name: 'k2', samples: ['ana@example.com'] },
        { name: 'k3', samples: ['Ana'] },
      ],
      { phone: ['k1'], email: ['k2'] },
    ],
    ['a number of a record is no phone', [{ name: 'recordId', samples: ['4155552671'] }], {}],
    [
      'a name in one field is shown as it is',
      ['full_name', 'phone'],
      { displayName: ['full_name'], phone: ['phone'] },
    ],
    ['and not beside its parts', ['name', 'last_name', 'phone'], { last: ['last_name'], phone: ['phone'] }],
    [
      'an object is no text',
      [
        { name: 'email', type: 'object' },
        { name: 'tags', type: 'list' },
      ],
      { tags: ['tags'] },
    ],
    ['nothing is made up', ['a', 'b'], {}],
  ])('%s', (_, fields, expected) => {
    expect(propose(fields).fields).toEqual(expected)
  })

  test('custom fields of the account that the source names as well', () => {
    const { custom } = propose(
      ['plan', { name: 'f_9', label: 'Renewal Date' }, 'email'],
      ['Plan', 'Renewal date', 'Email', 'Other'],
    )
    expect(custom).toEqual({ Plan: 'plan', 'Renewal date': 'f_9' })
  })

  test('the country of the record', () => {
    expect(propose(['Mailing Country']).country).toBe('Mailing Country')
    expect(propose([{ name: 'land', role: 'country' }, 'country']).country).toBe('land')
    expect(propose(['city']).country).toBeNull()
  })
})

test.each([
  [['name', 'ID'], 'ID'],
  [['Patient ID', 'uuid'], 'Patient ID'],
  [['PersonRef', 'ContactKeyId'], 'ContactKeyId'],
  [['guid_id', 'paid'], 'guid_id'],
  [['paid', 'valid'], null],
])('of %j the id is %s', (names, expected) => {
  expect(proposeId(names.map((name) => ({ name })))).toBe(expected)
})

test.each([
  [['updated_at'], 'updated_at'],
  [['created_at', 'LastModifiedDate'], 'LastModifiedDate'],
  [['created_at'], null],
])('of %j the time of the last change is %s', (names, expected) => {
  expect(proposeUpdated(names.map((name) => ({ name })))).toBe(expected)
})
