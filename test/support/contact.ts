// Owns builders of the values that stages hand each other: each gives a plain case, and a test says what differs.
import type { RemoteContact } from '../../src/heymarket/contact.ts'
import { type BareE164, bareE164 } from '../../src/lib/phone.ts'
import type { Change, FieldChange } from '../../src/sync/diff/change.ts'
import { index, type Lookups } from '../../src/sync/diff/lookups.ts'

/** A number for tests; throws when it is none. */
function phone(text: string): BareE164 {
  const bare = bareE164(text)
  if (bare === null) throw new Error(`${text} is not bare E.164`)
  return bare
}

/** 15105550001, 15105550002 … */
export function nthPhone(n: number): BareE164 {
  return phone(String(15_105_550_000 + n))
}

export function aRemote(given: Partial<RemoteContact> = {}): RemoteContact {
  return {
    id: 1,
    phone: nthPhone(1),
    first: 'Ann',
    last: 'Lee',
    displayName: 'Ann Lee',
    email: '',
    avatar: '',
    custom: {},
    tagIds: [],
    assigneeId: null,
    isOptedOut: false,
    rev: 1,
    updated: '2030-01-15T11:00:00.000001Z',
    ...given,
  }
}

/** The names of the sandbox's account. */
export function someLookups(): Lookups {
  return index({
    fields: [
      { id: 901, name: 'Plan' },
      { id: 902, name: 'Renewal Date' },
      { id: 903, name: 'Notes' },
    ],
    tags: [
      { id: 11, name: 'VIP' },
      { id: 12, name: 'New patient' },
      { id: 13, name: 'Newsletter' },
      { id: 14, name: 'Left' },
      { id: 15, name: 'A' },
      { id: 16, name: 'B' },
      { id: 17, name: 'C' },
    ],
    team: {
      id: 41,
      name: 'Sandbox Team',
      members: [
        { id: 501, name: 'Ana Duarte', email: 'ana@example.com' },
        { id: 502, name: 'Ben Okafor', email: '' },
      ],
    },
  })
}

export const FIRST: FieldChange = { field: 'first', before: 'Ann', after: 'Anna' }
export const BLANKED: FieldChange = { field: 'email', before: 'ann@example.com', after: '' }
export const OPT_OUT: FieldChange = { field: 'optedOut', before: '', after: 'true' }

const BASE = { sourceId: 'clinic', recordId: 'r1', phone: nthPhone(1), fields: [FIRST] }

export function aCreate(given: Partial<typeof BASE> = {}): Change {
  return { ...BASE, ...given, kind: 'create' }
}

export function anUpdate(given: Partial<typeof BASE> & { contactId?: number } = {}): Change {
  return { ...BASE, contactId: 1, ...given, kind: 'update' }
}

export function aRemoval(
  given: Partial<typeof BASE> &
    Partial<Pick<Extract<Change, { kind: 'remove' }>, 'contactId' | 'rung' | 'leftCycle'>> = {},
): Change {
  return {
    ...BASE,
    fields: [],
    contactId: 1,
    rung: 'removeFromLists',
    leftCycle: 'c1',
    ...given,
    kind: 'remove',
  }
}
