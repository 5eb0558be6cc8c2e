// What becomes of one field whose two sides differ, by its policy.
import { describe, expect, test } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { decide, type FieldPolicy, fieldPolicies } from '../../../src/sync/diff/policy.ts'
import { compareTags, type TagPolicy, type TagSides } from '../../../src/sync/diff/tags.ts'

const policies = (fields: object) => fieldPolicies(configSchema.shape.fields.parse(fields))

function verdict(
  policy: Partial<FieldPolicy>,
  wanted: string,
  found: string,
  base?: string,
  ownWrite = false,
) {
  return decide({ write: 'always', onHeymarketEdit: 'source', ...policy }, { wanted, found, base, ownWrite })
}

describe('policies', () => {
  test('of a field are its own keys, and those of default where it has none', () => {
    const { of } = policies({
      default: { write: 'neverClear' },
      first: { onHeymarketEdit: 'heymarket' },
      custom: { Plan: { write: 'ifEmpty' }, first: { write: 'always' } },
    })
    expect(of('last')).toEqual({ write: 'neverClear', onHeymarketEdit: 'source' })
    expect(of('first')).toEqual({ write: 'neverClear', onHeymarketEdit: 'heymarket' })
    expect(of('custom.Plan')).toEqual({ write: 'ifEmpty', onHeymarketEdit: 'source' })
    expect(of('custom.Notes')).toEqual({ write: 'neverClear', onHeymarketEdit: 'source' })
    expect(of('custom.first')).toEqual({ write: 'always', onHeymarketEdit: 'source' })
  })

  test('have a fingerprint that changes with any of them, and not with their order', () => {
    const print = (fields: object) => policies(fields).fingerprint
    const some = { first: { write: 'ifEmpty' }, last: { write: 'ifEmpty' } }
    expect(print(some)).toBe(print({ last: some.last, first: some.first }))
    const all = [{}, some, { custom: { first: some.first } }, { default: { onHeymarketEdit: 'heymarket' } }]
    expect(new Set(all.map(print)).size).toBe(all.length)
  })
})

describe('without policies', () => {
  test.each([
    ['a change in the source', 'new', 'old', 'old', 'write'],
    ['a blank in the source', '', 'old', 'old', 'write'],
    ['an edit in Heymarket', 'old', 'typed', 'old', 'restore'],
    ['a value emptied in Heymarket', 'old', '', 'old', 'restore'],
    ['both', 'new', 'typed', 'old', 'restore'],
    ['a contact that was there before', 'new', 'old', undefined, 'write'],
  ] as const)('%s ends with what the source says', (_what, wanted, found, base, outcome) => {
    expect(verdict({}, wanted, found, base)).toBe(outcome)
  })
})

describe('onHeymarketEdit: heymarket', () => {
  test.each([
    ['writes what changed in the source', 'new', 'old', 'old', 'write'],
    ['keeps an edit', 'old', 'typed', 'old', 'keep'],
    ['keeps blank what somebody emptied', 'old', '', 'old', 'keep'],
    ['writes a newer value of the source over an edit', 'new', 'typed', 'old', 'restore'],
    ['without a base keeps what is there', 'new', 'there', undefined, 'keep'],
    ['without a base keeps it beside a blank source, too', '', 'there', undefined, 'keep'],
    ['without a base fills in what is blank', 'new', '', undefined, 'write'],
  ] as const)('%s', (_what, wanted, found, base, outcome) => {
    expect(verdict({ onHeymarketEdit: 'heymarket' }, wanted, found, base)).toBe(outcome)
  })
})

test('what Heymarket made of our own write is nobody\u2019s edit', () => {
  for (const onHeymarketEdit of ['source', 'heymarket'] as const) {
    expect(verdict({ onHeymarketEdit }, 'new ', 'new', 'old', true)).toBe('write')
    expect(verdict({ onHeymarketEdit }, 'new ', 'new', undefined, true)).toBe('write')
  }
  // An edit that the write carried along is still one.
  expect(verdict({ onHeymarketEdit: 'heymarket' }, 'old', 'typed', 'old', true)).toBe('keep')
})

test('neverClear empties nothing, and writes any other value', () => {
  const policy = { write: 'neverClear' } as const
  expect(verdict(policy, '', 'old', 'old')).toBe('leave')
  expect(verdict(policy, 'new', 'old', 'old')).toBe('write')
  expect(verdict(policy, 'old', '', 'old')).toBe('restore')
})

test('ifEmpty writes only where nothing is', () => {
  const policy = { write: 'ifEmpty' } as const
  expect(verdict(policy, 'new', 'old', 'old')).toBe('leave')
  expect(verdict(policy, 'new', 'there', undefined)).toBe('leave')
  expect(verdict(policy, 'new', '', undefined)).toBe('write')
  expect(verdict({ ...policy, onHeymarketEdit: 'heymarket' }, 'old', '', 'old')).toBe('keep')
})

describe('tags', () => {
  const OWNED: TagPolicy = { policy: 'add', owned: new Set(['a', 'b', 'c', 'left']) }
  const tags = (
    sides: Partial<TagSides>,
    policy: Partial<FieldPolicy> = { onHeymarketEdit: 'heymarket' },
    given: Partial<TagPolicy> = {},
  ) => {
    const found = compareTags(
      { wanted: [], held: [], base: undefined, ownWrite: false, ...sides },
      { ...OWNED, ...given },
      { write: 'always', onHeymarketEdit: 'source', ...policy },
    )
    const { change, edited, left, cut } = found
    return { add: change?.add ?? [], remove: change?.remove ?? [], edited, left, cut }
  }
  const nothing = { add: [], remove: [], edited: null, left: false, cut: [] }

  test('that somebody gave or took stay so, one by one, while the source changes others', () => {
    const sides = { wanted: ['a', 'c'], held: ['b', 'mine'], base: ['a'] }
    expect(tags(sides)).toEqual({ ...nothing, add: ['c'], edited: 'kept' })
    expect(tags(sides, {})).toEqual({ ...nothing, add: ['a', 'c'], remove: ['b'], edited: 'restored' })
  })

  test('that the source gives or takes come and go', () => {
    expect(tags({ wanted: ['b'], held: ['a'], base: ['a'] })).toEqual({
      ...nothing,
      add: ['b'],
      remove: ['a'],
    })
  })

  test('are added and not taken away where no base is known', () => {
    const sides = { wanted: ['a'], held: ['b'] }
    expect(tags(sides)).toEqual({ ...nothing, add: ['a'], edited: 'kept' })
    expect(tags(sides, {})).toEqual({ ...nothing, add: ['a'], remove: ['b'] })
  })

  test('of a record without any stay under neverClear, and meet only empty contacts under ifEmpty', () => {
    const held = { held: ['a', 'b'], base: ['a', 'b'] }
    expect(tags(held, { write: 'neverClear' })).toEqual({ ...nothing, left: true })
    expect(tags({ ...held, wanted: ['a'] }, { write: 'neverClear' })).toEqual({ ...nothing, remove: ['b'] })
    expect(tags({ wanted: ['a'], held: ['mine'] }, { write: 'ifEmpty' })).toEqual({ ...nothing, left: true })
    expect(tags({ wanted: ['a'] }, { write: 'ifEmpty' })).toEqual({ ...nothing, add: ['a'] })
  })

  test.each(['always', 'neverClear', 'ifEmpty'] as const)(
    'lose the one that leaving gave when somebody is back, also under %s',
    (write) => {
      const sides = { held: ['left'], wanted: [] }
      const policy = { write, onHeymarketEdit: 'heymarket' } as const
      expect(tags(sides, policy, { ofLeaving: 'left' }).remove).toEqual(['left'])
    },
  )

  test('beyond five are cut by priority, then in the order of the mapping, and said', () => {
    const wanted = ['a', 'b', 'c', 'd', 'e', 'f']
    expect(tags({ wanted })).toMatchObject({ add: ['a', 'b', 'c', 'd', 'e'], cut: ['f'] })
    expect(tags({ wanted }, {}, { priority: ['f', 'zzz', 'd'] })).toMatchObject({
      add: ['f', 'd', 'a', 'b', 'c'],
      cut: ['e'],
    })
    expect(tags({ wanted, held: ['mine'] }, {}, { priority: ['e'] })).toMatchObject({ cut: ['d', 'f'] })
  })
})
