// Owns Heymarket in a simulated world: the real sandbox in one reading of the documentation, its weather, and the team
// that works in it.
import { ACCOUNT_DIALECTS } from '../../../src/sandbox/dialects/account.ts'
import { CONTACT_DIALECTS } from '../../../src/sandbox/dialects/contacts.ts'
import { LIST_DIALECTS } from '../../../src/sandbox/dialects/lists.ts'
import { type Dialects, defaultDialects } from '../../../src/sandbox/dialects.ts'
import { defaultFaults, type Faults } from '../../../src/sandbox/faults.ts'
import type { ContactState } from '../../../src/sandbox/inspect.ts'
import type { OpenSandbox } from '../../../src/sandbox/open.ts'
import type { Account } from './account.ts'
import type { Chance } from './chance.ts'
import { FOREIGN_TAG, NOTE, PLAN, seen, TAG_IDS } from './contact.ts'
import type { Knowledge } from './knowledge.ts'
import { phoneOf } from './people.ts'

/** Numbers have no list of values: these are the ones that bite. */
const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  defaultLimit: [3, 7, 30],
  maxLimit: [3, 7, 100, 100],
  visibilityDelayMs: [0, 0, 2_000, 60_000, 600_000],
  emailOnlyContacts: [0, 2],
  tokenAheadSeconds: [60],
  listSize: [3, 10_000],
  batchSize: [2, 1_000],
  bulkSize: [2, 1_000],
  searchSize: [2, 1_000],
}

/** A reading of everything that a sync can meet. */
export function readingOf(chance: Chance): Dialects {
  const table = { ...CONTACT_DIALECTS, ...ACCOUNT_DIALECTS, ...LIST_DIALECTS }
  const picked = Object.entries(table).map(([name, one]) => {
    const values: readonly (string | number)[] =
      'values' in one ? one.values : (NUMBERS[name] ?? [one.default])
    return [name, chance.odds(0.4) ? values[0] : chance.maybe(values)]
  })
  const reading: Dialects = { ...defaultDialects(), ...Object.fromEntries(picked) }
  // A create whose answer was lost is looked for a second time after three seconds. Where a second contact of one number
  // is taken and what was made shows later than that, nobody can tell that it was made.
  const doubles = reading.duplicatePhone === 'duplicate' || reading.bulkExisting === 'duplicate'
  if (doubles && reading.visibilityDelayMs > 2_000) reading.visibilityDelayMs = 2_000
  // Where more contacts tie than a page holds and pages have no numbers, some cannot be listed at all. Heysync then finds
  // them by number, but nothing can tell it that somebody deleted one, and it walks the whole list each time.
  if (reading.page === 'ignored') reading.resolution = 'microsecond'
  return reading
}

const BAD: readonly Partial<Faults>[] = [
  { lostAnswer: 0.2 },
  { lostRequest: 0.2 },
  { error500Before: 0.2 },
  { error500After: 0.2 },
  { rateLimited: 0.2 },
  { truncated: 0.2 },
  { unauthorized: 0.03 },
  { forbidden: 0.01 },
  { badGateway: 0.2 },
  { slowMs: 5_000 },
  { slowMs: 20_000 },
  { editedMeanwhile: 0.5 },
]

/** What goes wrong today: often nothing, at times several things. */
export function faultsOf(chance: Chance): Faults {
  const faults = defaultFaults()
  if (chance.odds(0.4)) return faults
  for (let n = 1 + chance.roll(3); n > 0; n--) Object.assign(faults, chance.maybe(BAD))
  return { ...faults, writesOnly: chance.odds(0.4) ? 1 : 0 }
}

/** Numbers that only Heymarket knows. */
const STRANGERS = [8_000, 8_001, 8_002].map(phoneOf)

type Typed = (held: ContactState, chance: Chance) => Parameters<OpenSandbox['store']['edit']>[1]

/** What people type in Heymarket, in fields that are theirs and in others. */
const TYPED: readonly Typed[] = [
  ({ custom }, chance) => ({ custom: { ...custom, [NOTE]: `Note ${chance.roll(90)}` } }),
  ({ custom }, chance) => ({ custom: { ...custom, [PLAN]: `Typed ${chance.roll(90)}` } }),
  (_held, chance) => ({ avatar: `https://example.com/${chance.roll(90)}.png` }),
  (_held, chance) => ({ assigned_user_id: chance.pick([501, 502]) }),
  (held, chance) => tagged(held, FOREIGN_TAG, chance.odds(0.6)),
  (held, chance) => tagged(held, 'VIP', chance.odds(0.6)),
  (_held, chance) => ({ display_name: `Nick ${chance.roll(90)}` }),
  ({ last }, chance) => {
    const first = `Typed${chance.roll(90)}`
    return { first, display_name: `${first} ${last}`.trim() }
  },
  (_held, chance) => ({ email: `typed${chance.roll(90)}@example.com` }),
  () => ({ is_opted_out: true }),
]

function tagged({ tags }: ContactState, name: string, give: boolean): { tags: number[] } {
  const id = TAG_IDS[name] ?? 0
  const others = tags.map((one) => one.id).filter((one) => one !== id)
  return { tags: give ? [...others, id] : others }
}

/** The people who work in Heymarket, and those who text. */
export class Team {
  readonly #sandbox: OpenSandbox
  readonly #account: Account
  readonly #knowledge: Knowledge
  readonly #phones: readonly string[]

  constructor(sandbox: OpenSandbox, account: Account, knowledge: Knowledge, phones: readonly string[]) {
    this.#sandbox = sandbox
    this.#account = account
    this.#knowledge = knowledge
    this.#phones = [...phones, ...STRANGERS]
  }

  /** What was there before heysync. */
  settle(chance: Chance): void {
    for (const phone of this.#phones) if (chance.odds(0.4)) this.#meet(phone, chance)
    // Contacts without a number are nobody's business.
    for (const state of this.#sandbox.store.contacts()) this.#account.contacts.set(state.id, seen(state))
  }

  acts(chance: Chance): void {
    const { store } = this.#sandbox
    const contact = chance.maybe([...this.#account.contacts.values()].filter(({ phone }) => phone !== null))
    const phone = contact?.phone
    if (!contact || !phone || chance.odds(0.15)) {
      const newcomer = chance.maybe(this.#phones.filter((one) => store.contact(one) === null))
      if (newcomer !== undefined) this.#meet(newcomer, chance)
      return
    }
    const rare = chance.roll(10)
    if (rare === 0) {
      store.remove(phone)
      this.#account.removed(contact)
    } else if (rare === 1) {
      this.stops(phone)
    } else {
      const state = store.contact(phone)
      if (state) store.edit(phone, chance.maybe(TYPED)?.(state, chance) ?? {})
      this.#note(phone)
    }
  }

  /** Somebody texts STOP, at any moment. */
  stops(phone: string): void {
    if (this.#sandbox.store.stop(phone)) this.#note(phone)
  }

  #meet(phone: string, chance: Chance): void {
    const n = chance.roll(90)
    this.#sandbox.store.fill([
      {
        phone,
        first: `Old${n}`,
        last: `Name${n}`,
        ...(chance.odds(0.3) ? { display_name: `Nick ${n}` } : {}),
        email: `old${n}@example.com`,
        avatar: chance.odds(0.5) ? `https://example.com/${n}.png` : '',
        assigned_user_id: chance.odds(0.3) ? 502 : 0,
        tags: [...(chance.odds(0.4) ? [12] : []), ...(chance.odds(0.2) ? [11] : [])],
        custom: { [NOTE]: `Note ${n}`, ...(chance.odds(0.3) ? { [PLAN]: 'Old plan' } : {}) },
        is_opted_out: chance.odds(0.15),
      },
    ])
    this.#note(phone)
  }

  /** What somebody of the team did is as it should be. */
  #note(phone: string): void {
    const state = this.#sandbox.store.contact(phone)
    if (!state) return
    this.#account.contacts.set(state.id, seen(state))
    if (state.is_opted_out) this.#knowledge.perhapsOut.add(phone)
  }
}
