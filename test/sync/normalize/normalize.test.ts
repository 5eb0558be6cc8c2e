import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MapConfig } from '../../../src/config/schema.ts'
import { compileNormalizer, type Normalized } from '../../../src/sync/normalize/normalize.ts'
import { sourceConfig } from './source-config.ts'

type Given = Parameters<typeof sourceConfig>[0]

function run(fields: Record<string, unknown>, given: Given = {}, deleted = false): Normalized {
  const normalizer = compileNormalizer(sourceConfig(given), { defaultCountry: 'US', keyPath: ['sources', 0] })
  return normalizer.normalize({ id: '1', fields, updatedAt: null, deleted })
}

function contactOf(fields: Record<string, unknown>, map: Partial<MapConfig>) {
  const result = run({ phone: '4155552671', ...fields }, { map })
  if (result.kind !== 'contact') throw new Error(JSON.stringify(result))
  return result
}

function fingerprint(given: Given, defaultCountry?: string): string {
  return compileNormalizer(sourceConfig(given), { defaultCountry, keyPath: ['sources', 0] }).fingerprint
}

const GOOD = { phone: '4155552671' }
const NUMBER = '14155552671'

describe('a contact', () => {
  test('holds the mapped fields and no others', () => {
    const map = { first: 'a', email: 'b', tags: 'c', custom: { Plan: 'd' } }
    expect(contactOf({ a: ' Ann ', b: 'Ann@EXAMPLE.com', c: 'x, y', d: 7, e: 'other' }, map).contact).toEqual(
      {
        phone: NUMBER,
        further: [],
        optedOut: false,
        fields: { first: 'Ann', email: 'Ann@example.com', tags: ['x', 'y'], custom: { Plan: '7' } },
      },
    )
  })

  test('holds a blank for a mapped field without a value', () => {
    expect(contactOf({}, { first: 'a', tags: 'c', custom: { Plan: 'd' } }).contact.fields).toEqual({
      first: '',
      tags: [],
      custom: { Plan: '' },
    })
  })

  test('takes the first value of a list that is not blank', () => {
    expect(contactOf({ b: ' ', c: 'Bo' }, { first: ['a', 'b', 'c'] }).contact.fields.first).toBe('Bo')
    expect(contactOf({ b: ' ,', c: 'T' }, { tags: ['b', 'c'] }).contact.fields.tags).toEqual(['T'])
  })

  test('finds a column whose name holds dots and spaces before it looks inside objects', () => {
    const fields = { 'a.b': 'flat', a: { b: 'deep', c: [{ d: 'deeper' }] } }
    expect(contactOf(fields, { first: 'a.b', last: 'a.c.0.d' }).contact.fields).toEqual({
      first: 'flat',
      last: 'deeper',
    })
  })

  test('holds each tag once, in the order given and in its first spelling', () => {
    const tags = (value: unknown) => contactOf({ t: value }, { tags: 't' }).contact.fields.tags
    expect(tags('b; a,b ,, A')).toEqual(['b', 'a', 'A'])
    expect(tags(['x, y', ' ', 'x, y', 3])).toEqual(['x, y', '3'])
  })

  test.each([
    ['Ann <ann@Example.COM>', 'ann@example.com', 0],
    ['mailto:ann@example.com', 'ann@example.com', 0],
    ['ann@example.com; bob@example.com', 'ann@example.com', 1],
    ['n/a', '', 0],
    ['ann@localhost', '', 1],
    ['ann@@example.com', '', 1],
  ])('has the e-mail of %s', (text, email, noteCount) => {
    const { contact, notes } = contactOf({ e: text }, { email: 'e' })
    expect([contact.fields.email, notes.length]).toEqual([email, noteCount])
  })

  test('notes an e-mail that is none and leaves it blank', () => {
    const { contact, notes } = contactOf({ e: 'not an address' }, { email: 'e' })
    expect(contact.fields.email).toBe('')
    expect(notes).toMatchObject([{ field: 'email', value: 'not an address' }])
  })

  test('is the same when its own values are read again', () => {
    const map = { first: 'first', email: 'email', tags: 'tags', custom: { Plan: 'plan' } }
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'binary' }),
        fc.array(fc.string()),
        (first, plan, tags) => {
          const once = contactOf({ first, plan, tags, email: first }, map).contact
          const { custom, ...rest } = once.fields
          const twice = contactOf({ ...rest, plan: custom?.Plan, phone: `+${once.phone}` }, map).contact
          expect(twice).toEqual(once)
        },
      ),
    )
  })
})

describe('the phone of a record', () => {
  const map = { phone: ['mobile', 'phone'] }

  test('is the first of the mapped fields that is valid', () => {
    expect(run({ mobile: '555', phone: '4155552671' }, { map })).toMatchObject({ contact: { phone: NUMBER } })
  })

  test('may stand in a list', () => {
    expect(run({ mobile: ['', '911', '4155552671'] }, { map })).toMatchObject({ contact: { phone: NUMBER } })
  })

  test('is missing when every mapped field is blank', () => {
    expect(run({ mobile: 'n/a' }, { map })).toMatchObject({
      rejection: { code: 'PHONE_MISSING', field: 'phone' },
    })
  })

  test('is rejected for its first value, and the message counts the others', () => {
    const result = run({ mobile: '555-2671', phone: 'abc; 911' }, { map })
    expect(result).toMatchObject({ rejection: { code: 'PHONE_TOO_SHORT', value: '555-2671' } })
    expect(result).toMatchObject({ rejection: { message: expect.stringContaining('2 other values') } })
  })

  test('is of the country that the record names, else of the default', () => {
    const given = { country: '=record.land.upper()' }
    expect(run({ phone: '020 7946 0958', land: 'gb' }, given)).toMatchObject({
      contact: { phone: '442079460958' },
    })
    expect(run({ phone: '4155552671', land: 'n/a' }, given)).toMatchObject({ contact: { phone: NUMBER } })
  })
})

describe('consent', () => {
  const given: Given = { map: { optedOut: 'out' }, filter: 'record.status != "archived"' }

  test('is read from an accepted record', () => {
    expect(run({ ...GOOD, out: 'yes' }, given)).toMatchObject({
      consent: [NUMBER],
      contact: { optedOut: true },
    })
    expect(run({ ...GOOD, out: 'no' }, given)).toMatchObject({ consent: [], contact: { optedOut: false } })
  })

  test('is read before the filter', () => {
    expect(run({ ...GOOD, out: 'yes', status: 'archived' }, given)).toEqual({
      kind: 'filtered',
      consent: [NUMBER],
      optedOut: true,
    })
    expect(run({ ...GOOD, out: '', status: 'archived' }, given)).toEqual({
      kind: 'filtered',
      consent: [],
      optedOut: false,
    })
  })

  test('is read from a deleted record', () => {
    expect(run({ ...GOOD, out: 'yes' }, given, true)).toEqual({
      kind: 'deleted',
      way: 'deleted',
      consent: [NUMBER],
      optedOut: true,
    })
    expect(run({}, given, true)).toEqual({
      kind: 'deleted',
      way: 'deleted',
      consent: [],
      optedOut: false,
    })
  })

  test('is none where the number cannot be read', () => {
    expect(run({ phone: '911', out: 'yes', status: 'archived' }, given)).toEqual({
      kind: 'filtered',
      consent: [],
      optedOut: true,
    })
  })

  test('is the strictest of several fields', () => {
    const both: Given = { map: { optedOut: ['a', 'b'] } }
    expect(run({ ...GOOD, a: 'no', b: 'yes' }, both)).toMatchObject({ consent: [NUMBER] })
    expect(run({ ...GOOD, a: 'yes', b: 'no' }, both)).toMatchObject({ consent: [NUMBER] })
  })

  test.each([
    true,
    1,
    'TRUE',
    'Yes',
    ' y ',
    'x',
    'on',
    'T',
    'STOP',
    'Unsubscribed',
    'opted_out',
    'Opted-Out',
  ])('%s is an opt-out without a note', (out) => {
    expect(run({ ...GOOD, out }, given)).toMatchObject({ consent: [NUMBER], notes: [] })
  })

  test.each([false, 0, null, '', 'No', 'n', '0', 'OFF', 'f', 'none', 'Subscribed', 'active', 'opted in'])(
    '%s is no opt-out',
    (out) => {
      expect(run({ ...GOOD, out }, given)).toMatchObject({ consent: [], notes: [] })
    },
  )

  test.each(['maybe', '2024-05-01', 2, 'n/a'])('%s counts as an opt-out, with a note', (out) => {
    expect(run({ ...GOOD, out }, given)).toMatchObject({ consent: [NUMBER], notes: [{ field: 'optedOut' }] })
  })

  test('fails closed: a record whose expression fails is rejected', () => {
    const failing: Given = {
      map: { optedOut: '=int(record.out) > 0' },
      filter: 'record.status != "archived"',
    }
    const rejected = {
      kind: 'rejected',
      rejection: { code: 'EXPRESSION_FAILED', field: 'optedOut', value: 'out=abc' },
    }
    expect(run({ ...GOOD, out: 'abc' }, failing)).toMatchObject(rejected)
    expect(run({ ...GOOD, out: 'abc', status: 'archived' }, failing)).toMatchObject(rejected)
  })
})

describe('the filter', () => {
  test('leaves out what does not match', () => {
    const given: Given = { filter: 'record.status == "active"' }
    expect(run({ ...GOOD, status: 'active' }, given).kind).toBe('contact')
    expect(run({ ...GOOD }, given).kind).toBe('filtered')
  })

  test('leaves out a record that could not become a contact', () => {
    expect(run({ phone: '911' }, { filter: 'record.status == "active"' }).kind).toBe('filtered')
  })

  test('rejects what it cannot decide', () => {
    expect(run({ ...GOOD, age: 'old' }, { filter: 'int(record.age) > 3' })).toMatchObject({
      rejection: { code: 'EXPRESSION_FAILED', field: 'filter' },
    })
    expect(run({ ...GOOD, ok: 'yes' }, { filter: 'record.ok' })).toMatchObject({
      rejection: { code: 'EXPRESSION_FAILED', field: 'filter', value: 'yes' },
    })
  })

  test('must be able to give true or false', () => {
    expect(() => run({}, { filter: '"yes"' })).toThrow(/sources\[0\]\.filter gives string/)
  })
})

describe('what is known without data', () => {
  const normalizer = compileNormalizer(
    sourceConfig({
      country: '=record.land',
      filter: 'record["is active"] == "1"',
      map: {
        phone: ['mobile', '=record.phones[0].number'],
        tags: '=(record.vip == "1" ? ["VIP"] : []) + [record.kind, "All"]',
        optedOut: 'out',
        custom: { 'Renewal Date': 'renewal' },
      },
    }),
    { keyPath: ['sources', 3] },
  )

  test('fields are named with the config key they stand under', () => {
    expect(normalizer.fields).toEqual([
      { path: 'mobile', key: ['sources', 3, 'map', 'phone', 0] },
      { path: 'phones', key: ['sources', 3, 'map', 'phone', 1] },
      { path: 'vip', key: ['sources', 3, 'map', 'tags'] },
      { path: 'kind', key: ['sources', 3, 'map', 'tags'] },
      { path: 'renewal', key: ['sources', 3, 'map', 'custom', 'Renewal Date'] },
      { path: 'out', key: ['sources', 3, 'map', 'optedOut'] },
      { path: 'land', key: ['sources', 3, 'country'] },
      { path: 'is active', key: ['sources', 3, 'filter'] },
    ])
  })

  test('owned fields, custom fields and tag names are listed', () => {
    expect(normalizer.owned).toEqual(['tags', 'custom.Renewal Date'])
    expect(normalizer.customFields).toEqual(['Renewal Date'])
    expect(normalizer.tagLiterals).toEqual(['VIP', 'All'])
  })

  test('an unknown default country is a config error', () => {
    const compile = () =>
      compileNormalizer(sourceConfig(), { defaultCountry: 'Narnia', keyPath: ['sources', 0] })
    expect(compile).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  })

  test('the fingerprint changes with whatever changes the outcome, and with nothing else', () => {
    const base = fingerprint({ map: { first: 'a' } }, 'US')
    expect(fingerprint({ map: { first: 'a' } }, 'US')).toBe(base)
    expect(base).toMatch(/^[0-9a-f]{64}$/)
    const others = [
      fingerprint({ map: { first: 'b' } }, 'US'),
      fingerprint({ map: { last: 'a' } }, 'US'),
      fingerprint({ map: { first: 'a' } }, 'GB'),
      fingerprint({ map: { first: 'a' } }),
      fingerprint({ map: { first: 'a' }, filter: 'true' }, 'US'),
      fingerprint({ map: { first: 'a' }, country: 'c' }, 'US'),
    ]
    expect(new Set([base, ...others]).size).toBe(7)
    expect(
      compileNormalizer(
        { ...sourceConfig({ map: { first: 'a' } }), id: 'x' },
        { defaultCountry: 'US', keyPath: [] },
      ).fingerprint,
    ).toBe(base)
  })
})

test('any record at all gives one of the four kinds', () => {
  const map = {
    first: 'a',
    tags: 'b',
    email: 'c',
    optedOut: 'd',
    custom: { X: '=text(record.a) + text(record.e.f)' },
  }
  const normalizer = compileNormalizer(sourceConfig({ map, country: 'c' }), { keyPath: ['sources', 0] })
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'phone'), fc.anything()), (fields) => {
      const record = { id: '1', fields, updatedAt: null }
      const result = normalizer.normalize(record)
      expect(['contact', 'filtered', 'rejected', 'deleted']).toContain(result.kind)
      expect(normalizer.normalize(record)).toEqual(result)
    }),
    { numRuns: 1000 },
  )
})
