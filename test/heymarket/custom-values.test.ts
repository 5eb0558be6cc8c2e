// Values by the id of their custom field: whatever the answer holds, texts in the order of the ids, and nothing beside.
import { expect, test } from 'vitest'
import { contact } from '../../src/heymarket/contact.ts'
import { valuesById } from '../../src/heymarket/values-by-id.ts'

const read = (custom: unknown) => contact.safeParse({ id: 1, custom })

test.each([
  [
    { '902': 'b', '7': 'a', '123456789012': 'c' },
    { '7': 'a', '902': 'b', '123456789012': 'c' },
  ],
  [
    { '901': '', '902': null, '903': 0, '904': true },
    { '903': '0', '904': 'true' },
  ],
  [{}, {}],
  [null, {}],
  [undefined, {}],
])('%j is read as %j', (custom, values) => {
  const { data } = read(custom)
  expect(JSON.stringify(data?.custom)).toBe(JSON.stringify(values))
})

test.each([['Gold'], [['Gold']], [{ '901': { label: 'Gold' } }], [{ '901': ['Gold'] }]])(
  '%j is not as Heymarket shows it',
  (custom) => {
    expect(read(custom).success).toBe(false)
  },
)

test('they are an object like any other', () => {
  const values = valuesById([
    ['901', 'Gold'],
    ['12', 'x'],
  ])
  expect(values).toEqual({ '12': 'x', '901': 'Gold' })
  expect(Object.keys({ ...values, '13': 'y' })).toEqual(['12', '13', '901'])
})
