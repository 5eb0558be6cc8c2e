// The comparison of one contact, and the write that comes of it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RemoteContact } from '../../../src/heymarket/contact.ts'
import type { ContactFields } from '../../../src/sync/contact.ts'
import { withValues } from '../../../src/sync/diff/base.ts'
import { composeWrite, expectedRemote, newContactBody } from '../../../src/sync/diff/body.ts'
import type { Change, FieldChange } from '../../../src/sync/diff/change.ts'
import { compareContact, compareSides } from '../../../src/sync/diff/compare.ts'
import { type TagPolicy, targetTags } from '../../../src/sync/diff/tags.ts'
import { anUpdate, aRemote, nthPhone, someLookups } from '../../support/contact.ts'

const LOOKUPS = someLookups()
const ADD: TagPolicy = { policy: 'add', owned: new Set(['VIP', 'Newsletter']) }

function compare(
  fields: ContactFields,
  remote: RemoteContact | null,
  tags = ADD,
  optedOut = false,
): readonly FieldChange[] {
  return compareContact({ fields, optedOut }, remote, tags, LOOKUPS)
}

/** The write that makes `remote` show `fields`. */
function write(
  fields: ContactFields,
  remote: RemoteContact | null,
  more: { tags?: TagPolicy; optedOut?: boolean } = {},
) {
  const changes = compare(fields, remote, more.tags, more.optedOut)
  return composeWrite({ ...anUpdate(), fields: changes }, remote, more.optedOut ?? false, LOOKUPS)
}

describe('the comparison', () => {
  test('looks at owned fields only', () => {
    const remote = aRemote({
      email: 'typed@example.com',
      custom: { 902: '2031' },
      tagIds: [12],
      assigneeId: 501,
    })
    expect(compare({}, remote)).toEqual([])
    expect(compare({ first: 'Ann', custom: {} }, remote)).toEqual([])
  })

  test('tells each owned field before and after', () => {
    const remote = aRemote({ email: 'old@example.com', custom: { 901: 'Basic' }, assigneeId: 501 })
    const fields = {
      first: 'Anna',
      last: 'Lee',
      email: '',
      assignee: 'Ben Okafor',
      custom: { Plan: 'Gold', Notes: 'n' },
    }
    expect(compare(fields, remote)).toEqual([
      { field: 'first', before: 'Ann', after: 'Anna' },
      { field: 'email', before: 'old@example.com', after: '' },
      { field: 'assignee', before: 'ana@example.com', after: 'Ben Okafor' },
      { field: 'custom.Plan', before: 'Basic', after: 'Gold' },
      { field: 'custom.Notes', before: '', after: 'n' },
    ])
  })

  test('takes an assignee by e-mail or name in any case, blank for nobody, and leaves one alone who is not on the team', () => {
    const held = aRemote({ assigneeId: 501 })
    expect(compare({ assignee: 'ANA@example.com' }, held)).toEqual([])
    expect(compare({ assignee: 'ana duarte' }, held)).toEqual([])
    expect(compare({ assignee: 'who@example.com' }, held)).toEqual([])
    expect(compare({ assignee: '' }, held)).toEqual([
      { field: 'assignee', before: 'ana@example.com', after: '' },
    ])
    expect(compare({ assignee: '' }, aRemote())).toEqual([])
  })

  test('does not take a blank display name for one', () => {
    expect(compare({ displayName: '' }, aRemote({ displayName: 'Annie' }))).toEqual([])
    expect(compare({ displayName: 'Dr. Lee' }, aRemote())).toEqual([
      { field: 'displayName', before: 'Ann Lee', after: 'Dr. Lee' },
    ])
  })

  test('opts out, and never in', () => {
    const out = { field: 'optedOut', before: '', after: 'true' }
    expect(compare({}, aRemote({ isOptedOut: false }), ADD, true)).toEqual([out])
    expect(compare({}, aRemote({ isOptedOut: null }), ADD, true)).toEqual([out])
    expect(compare({}, aRemote({ isOptedOut: true }), ADD, true)).toEqual([])
    expect(compare({}, aRemote({ isOptedOut: true }), ADD, false)).toEqual([])
    expect(compare({}, null, ADD, true)).toEqual([out])
  })
})

describe('tags', () => {
  test('that the mapping names or named come and go, and others stay', () => {
    const remote = aRemote({ tagIds: [12, 13] })
    expect(compare({ tags: ['VIP'] }, remote)).toEqual([
      {
        field: 'tags',
        before: 'New patient, Newsletter',
        after: 'New patient, VIP',
        add: ['VIP'],
        remove: ['Newsletter'],
      },
    ])
    expect(compare({ tags: [] }, aRemote({ tagIds: [12] }))).toEqual([])
  })

  test('are the whole set under replace', () => {
    const [change] = compare({ tags: ['VIP'] }, aRemote({ tagIds: [12, 13] }), { ...ADD, policy: 'replace' })
    expect(change).toMatchObject({ after: 'VIP', add: ['VIP'], remove: ['New patient', 'Newsletter'] })
  })

  test('in another order are the same', () => {
    expect(compare({ tags: ['VIP', 'Newsletter'] }, aRemote({ tagIds: [13, 11] }))).toEqual([])
  })

  test('of the mapping fill what people left of the five, in its order', () => {
    const held = ['A', 'B', 'C', 'New patient']
    expect(targetTags(held, ['VIP', 'Newsletter'], ADD)).toEqual([...held, 'VIP'])
    expect(targetTags(['VIP', ...held], ['Newsletter'], ADD)).toEqual([...held, 'Newsletter'])
  })

  test('of people beyond five stay, because nobody asked to take them away', () => {
    const remote = aRemote({ tagIds: [12, 14, 15, 16, 17] })
    expect(compare({ tags: ['VIP'] }, remote)).toEqual([])
  })
})

describe('the body of a write', () => {
  test('carries the whole writable contact, changed or not', () => {
    const remote = aRemote({
      email: 'ann@example.com',
      avatar: 'https://example.com/a.png',
      custom: { 901: 'Gold', 902: '2031' },
      tagIds: [12],
      assigneeId: 502,
    })
    expect(write({ email: 'new@example.com' }, remote).body).toEqual({
      phone: nthPhone(1),
      first: 'Ann',
      last: 'Lee',
      display_name: 'Ann Lee',
      email: 'new@example.com',
      avatar: 'https://example.com/a.png',
      custom: { 901: 'Gold', 902: '2031' },
      assignee_id: 502,
      tags: [{ tag_id: 12 }],
    })
  })

  test('unassigns with -1 and clears tags with an empty list', () => {
    const { body } = write({ assignee: '', tags: [] }, aRemote({ assigneeId: 501, tagIds: [11] }))
    expect(body).toMatchObject({ assignee_id: -1, tags: [] })
  })

  test('replaces the map of custom values only when one has to go', () => {
    const remote = aRemote({ custom: { 901: 'Gold', 903: 'typed by hand' } })
    expect(write({ custom: { Plan: 'Basic' } }, remote)).toMatchObject({ overwrite: false })
    expect(write({ custom: { 'Renewal Date': '' } }, remote)).toMatchObject({ overwrite: false })
    const cleared = write({ custom: { Plan: '' } }, remote)
    expect([cleared.overwrite, cleared.body.custom]).toEqual([true, { 903: 'typed by hand' }])
  })

  test('says is_opted_out true wherever any side says so, and never false', () => {
    const opted = (remote: RemoteContact, optedOut: boolean) =>
      write({ first: 'X' }, remote, { optedOut }).body.is_opted_out
    expect(opted(aRemote({ isOptedOut: true }), false)).toBe(true)
    expect(opted(aRemote({ isOptedOut: null }), true)).toBe(true)
    expect(opted(aRemote({ isOptedOut: false }), true)).toBe(true)
    expect('is_opted_out' in write({ first: 'X' }, aRemote({ isOptedOut: false })).body).toBe(false)
    expect('is_opted_out' in write({ first: 'X' }, aRemote({ isOptedOut: null })).body).toBe(false)
  })

  test('of a new contact leaves out what is blank', () => {
    const { body } = write(
      { first: 'Ann', last: '', email: '', custom: { Plan: '' }, tags: [], assignee: '' },
      null,
    )
    expect(newContactBody(body)).toEqual({ phone: nthPhone(1), first: 'Ann', display_name: 'Ann' })
  })
})

describe('a display name', () => {
  const shownAs = (remote: RemoteContact, fields: ContactFields) => write(fields, remote).body.display_name

  test('that was first + last follows them', () => {
    expect(shownAs(aRemote(), { first: 'Anna' })).toBe('Anna Lee')
    expect(shownAs(aRemote({ last: '', displayName: 'Ann' }), { last: 'Li' })).toBe('Ann Li')
    expect(shownAs(aRemote({ displayName: '' }), { first: 'Anna' })).toBe('Anna Lee')
  })

  test('that is a nickname stays', () => {
    expect(shownAs(aRemote({ displayName: 'Annie' }), { first: 'Anna', last: 'Li' })).toBe('Annie')
  })

  test('that is mapped is what the record says, whatever first and last become', () => {
    expect(shownAs(aRemote(), { first: 'Anna', displayName: 'Ann Lee' })).toBe('Ann Lee')
    expect(shownAs(aRemote(), { first: 'Anna', displayName: 'Anna Lee' })).toBe('Anna Lee')
    expect(shownAs(aRemote({ displayName: 'Annie' }), { first: 'Anna', displayName: 'Dr. Lee' })).toBe(
      'Dr. Lee',
    )
  })
})

const NAMES = fc.constantFrom('', 'Ann', 'Anna', 'Lee', 'Li', 'Ann Lee')
const FIELDS = fc.record(
  {
    first: NAMES,
    last: NAMES,
    displayName: fc.constantFrom('', 'Ann Lee', 'Anna Lee', 'Anna Li', 'Annie'),
    email: fc.constantFrom('', 'a@example.com'),
    assignee: fc.constantFrom('', 'ana@example.com', 'BEN OKAFOR', 'who@example.com'),
    tags: fc.uniqueArray(fc.constantFrom(...LOOKUPS.tagNames), { maxLength: 7 }),
    custom: fc.dictionary(fc.constantFrom('Plan', 'Renewal Date', 'Notes'), fc.constantFrom('', 'x', 'y')),
  },
  { requiredKeys: [] },
)
const REMOTES = fc.record({
  first: NAMES,
  last: NAMES,
  displayName: fc.constantFrom('', 'Ann Lee', 'Anna Lee', 'Annie'),
  email: fc.constantFrom('', 'a@example.com', 'b@example.com'),
  avatar: fc.constantFrom('', 'https://example.com/a.png'),
  custom: fc.dictionary(fc.constantFrom('901', '902', '903', '999'), fc.constantFrom('x', 'z')),
  tagIds: fc.uniqueArray(fc.constantFrom(11, 12, 13, 14, 15, 16, 17, 99), { maxLength: 5 }),
  assigneeId: fc.constantFrom(null, 501, 502, 777),
  isOptedOut: fc.constantFrom(null, false, true),
})
const POLICIES = fc.record({
  policy: fc.constantFrom('add' as const, 'replace' as const),
  owned: fc.uniqueArray(fc.constantFrom(...LOOKUPS.tagNames)).map((tags) => new Set(tags)),
})

test('comparing again after the write finds nothing: the write makes Heymarket show what is wanted', () => {
  fc.assert(
    fc.property(FIELDS, fc.option(REMOTES), fc.boolean(), POLICIES, (fields, given, optedOut, tags) => {
      const remote = given === null ? null : aRemote(given)
      const change: Change = {
        ...anUpdate(),
        fields: compareContact({ fields, optedOut }, remote, tags, LOOKUPS),
      }
      const shown = expectedRemote(composeWrite(change, remote, optedOut, LOOKUPS), 1, 2)
      expect(compareContact({ fields, optedOut }, shown, tags, LOOKUPS)).toEqual([])
    }),
    { numRuns: 2_000 },
  )
})

const FIELD_POLICY = fc.record({
  write: fc.constantFrom('always' as const, 'neverClear' as const, 'ifEmpty' as const),
  onHeymarketEdit: fc.constantFrom('source' as const, 'heymarket' as const),
})

test('whatever the policies and the base, one write is enough, and what is kept stays kept', () => {
  fc.assert(
    fc.property(
      FIELDS,
      fc.option(REMOTES),
      POLICIES,
      FIELD_POLICY,
      fc.option(FIELDS),
      (fields, given, tags, policy, agreed) => {
        const remote = given === null ? null : aRemote(given)
        const policies = { of: () => policy, fingerprint: '' }
        const look = (shown: RemoteContact | null, base: ContactFields | null, ownWrite: boolean) =>
          compareSides({ fields, optedOut: false }, shown, { tags, policies, base, ownWrite }, LOOKUPS)
        const before = remote === null ? null : agreed
        const planned = look(remote, before, false)
        const change: Change = { ...anUpdate(), fields: planned.changes }
        const shown = expectedRemote(composeWrite(change, remote, false, LOOKUPS), 1, 2)
        const open =
          Object.keys(planned.accepted).length === 0 ? before : withValues(before ?? {}, planned.accepted)
        const written = look(shown, open, true)
        expect(written.changes).toEqual([])
        const settled = look(shown, withValues(fields, written.accepted), false)
        expect(settled.changes).toEqual([])
        const kept = ({ edits }: typeof written) =>
          edits.filter((edit) => edit.outcome === 'kept').map((edit) => edit.field)
        expect(kept(settled)).toEqual(kept(written))
        expect(settled.edits.filter((edit) => edit.outcome === 'restored')).toEqual([])
      },
    ),
    { numRuns: 3_000 },
  )
})

test('what is not owned is not touched', () => {
  fc.assert(
    fc.property(FIELDS, REMOTES, fc.boolean(), POLICIES, (fields, given, optedOut, tags) => {
      const remote = aRemote(given)
      const change: Change = {
        ...anUpdate(),
        fields: compareContact({ fields, optedOut }, remote, tags, LOOKUPS),
      }
      const { expected, body } = composeWrite(change, remote, optedOut, LOOKUPS)
      for (const field of ['first', 'last', 'email'] as const) {
        if (fields[field] === undefined) expect(expected[field]).toBe(remote[field])
      }
      if (fields.assignee === undefined) expect(expected.assigneeId).toBe(remote.assigneeId)
      if (fields.tags === undefined) expect(expected.tagIds).toEqual(remote.tagIds)
      const mapped = new Set(Object.keys(fields.custom ?? {}).map((name) => String(LOOKUPS.fieldId(name))))
      for (const [id, value] of Object.entries(remote.custom))
        if (!mapped.has(id)) expect(expected.custom[id]).toBe(value)
      expect(expected.avatar).toBe(remote.avatar)
      expect(body.is_opted_out).not.toBe(false)
      expect(body.tags.length).toBeLessThanOrEqual(5)
    }),
    { numRuns: 1_000 },
  )
})
