// What was written to a contact, as undo reads it again.
import { expect, test } from 'vitest'
import { readWritten, type Written, writtenText } from '../../../src/sync/mirror/image-fields.ts'

test.each<[string, Written[]]>([
  ['nothing', []],
  ['what was blank', [{ field: 'first', before: '', after: 'Ann' }]],
  ['what changed', [{ field: 'first', before: 'Ann', after: 'Anna' }]],
  ['what went', [{ field: 'custom.Plan', before: 'Plus', after: '' }]],
  ['what was blank and is', [{ field: 'first', before: '', after: '' }]],
  ['tags', [{ field: 'tags', before: 'a', after: 'b', add: ['b'], remove: ['a'] }]],
  ['first tags', [{ field: 'tags', before: '', after: 'b', add: ['b'], remove: [] }]],
  [
    'several, in their order',
    [
      { field: 'last', before: '', after: 'Lee' },
      { field: 'first', before: 'A', after: 'Ann' },
      { field: 'custom.__proto__', before: '', after: 'x' },
    ],
  ],
])('%s is read as it was written, also by earlier versions', (_, fields) => {
  expect(readWritten(writtenText(fields))).toEqual(fields)
  expect(readWritten(JSON.stringify(fields))).toEqual(fields)
})

test('a first load takes no room for what was blank', () => {
  expect(writtenText([{ field: 'first', before: '', after: 'Ann' }])).toBe('{"first":"Ann"}')
})
