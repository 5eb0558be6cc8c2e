// Owns what Heymarket must hold: each contact as people and lawful writes left it, and what is still owed to it.
// The other half of the independent model: nothing here is the engine's.
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import { type Contact, difference, OWNED_TAGS, REMOVED_TAG, same } from './contact.ts'
import type { Knowledge, Wanted } from './knowledge.ts'
import type { System } from './people.ts'

/** Somebody whom no record wants any more. */
interface Left {
  /** Whose rung it goes by; several where a crash hides which. */
  readonly systems: ReadonlySet<System>
  /** What was wanted last. */
  readonly wanted: Wanted
  /** False where a crash hides whether heysync ever took them for wanted. */
  certain: boolean
  done: boolean
}

const BLANK: Omit<Contact, 'id' | 'phone'> = {
  first: '',
  last: '',
  display: '',
  email: '',
  plan: '',
  note: '',
  avatar: '',
  assignee: 0,
  tags: [],
  out: false,
}

export class Account {
  readonly #knowledge: Knowledge
  readonly #dialects: Pick<Dialects, 'tagsWrite'>
  readonly contacts = new Map<number, Contact>()
  #wanted = new Map<string, Wanted>()
  /** Wanted when a cycle ended before anybody could see whether it noticed. */
  readonly #perhaps = new Map<string, Set<System>>()
  readonly #lastWanted = new Map<string, Wanted>()
  readonly left = new Map<string, Left>()
  /** Numbers that a system only seems to have lost: far too many at once for anybody to be removed without a person's word. */
  readonly protected = new Set<string>()
  /** Made by a request that told no id, on an account that shows it late: heysync cannot know it for its own. */
  readonly madeUnseen = new Set<string>()
  /** Contacts that were there, or were made, while their number was wanted: heysync has had the chance to adopt them. */
  readonly #adopted = new Set<number>()
  /** Every system that ever wanted a number. */
  readonly #wanters = new Map<string, Set<System>>()

  constructor(knowledge: Knowledge, dialects: Pick<Dialects, 'tagsWrite'>) {
    this.#knowledge = knowledge
    this.#dialects = dialects
  }

  /** The database is lost: who left is forgotten, and so is what is owed to them. */
  forget(): void {
    this.#wanted = new Map()
    this.#perhaps.clear()
    this.left.clear()
  }

  /** Heysync has taken note of all that it was told. */
  noted(): void {
    const now = this.#knowledge.wanted()
    const before = new Map<string, Set<System>>()
    for (const [phone, { system }] of this.#wanted) before.set(phone, new Set([system]))
    for (const [phone, systems] of this.#perhaps)
      before.set(phone, new Set([...(before.get(phone) ?? []), ...systems]))
    for (const [phone, systems] of before) {
      const wanted = this.#lastWanted.get(phone)
      if (now.has(phone) || !wanted) continue
      this.left.set(phone, { systems, wanted, certain: this.#wanted.has(phone), done: false })
    }
    for (const [phone, wanted] of now) {
      this.left.delete(phone)
      this.#lastWanted.set(phone, wanted)
      const wanters = this.#wanters.get(phone) ?? new Set()
      this.#wanters.set(phone, wanters.add(wanted.system))
    }
    // Who left and has no contact is done with: one that people make later is theirs.
    for (const phone of this.left.keys()) if (!this.ofPhone(phone)) this.left.delete(phone)
    this.#wanted = now
    for (const phone of now.keys()) this.#adopt(this.ofPhone(phone))
    this.#perhaps.clear()
  }

  #adopt(contact: Contact | undefined): void {
    if (contact) this.#adopted.add(contact.id)
  }

  /** It was told something, and nobody can see whether it took note. */
  perhapsNoted(): void {
    for (const [phone, wanted] of this.#knowledge.wanted()) {
      const systems = this.#perhaps.get(phone) ?? new Set()
      this.#perhaps.set(phone, systems.add(wanted.system))
      this.#lastWanted.set(phone, wanted)
      const wanters = this.#wanters.get(phone) ?? new Set()
      this.#wanters.set(phone, wanters.add(wanted.system))
    }
  }

  /** Who is wanted, as heysync took note of last. */
  get wanted(): ReadonlyMap<string, Wanted> {
    return this.#wanted
  }

  everWanted(phone: string): boolean {
    return this.#wanters.has(phone)
  }

  wantedFrom(system: System): string[] {
    return [...this.#wanted].filter(([, wanted]) => wanted.system === system).map(([phone]) => phone)
  }

  /** No more contacts than this are measured as the system's own. */
  mostOf(system: System): number {
    return [...this.#wanters.values()].filter((systems) => systems.has(system)).length
  }

  /** Others may be removed: they really left meanwhile. */
  protectOnly(phones: ReadonlySet<string | null>): void {
    for (const phone of this.protected) if (!phones.has(phone)) this.protected.delete(phone)
  }

  /** Certainly there, and with nothing to say first but that they left. */
  isPlain(phone: string): boolean {
    // What heysync cannot know to be there yet is nothing that it would remove, and no dial counts it.
    const there = this.ofPhone(phone) !== undefined && !this.madeUnseen.has(phone)
    return there && !this.#knowledge.perhapsOut.has(phone)
  }

  ofPhone(phone: string): Contact | undefined {
    return [...this.contacts.values()].sort((a, b) => a.id - b.id).find((one) => one.phone === phone)
  }

  /** Somebody of the team deleted a contact: what they make instead of it owes nothing to who left. */
  removed({ id, phone }: Contact): void {
    this.contacts.delete(id)
    const left = this.left.get(phone ?? '')
    if (left) left.certain = false
  }

  /** A contact was made or changed by heysync. Returns what is wrong with that. */
  written(
    before: Contact | null,
    after: Contact,
    way: 'update' | 'create' | 'many' = 'update',
  ): string | null {
    const phone = after.phone ?? ''
    const whole = this.#lawful(before, after.id, phone)
    // A create leaves blanks out; over a contact that did not show yet they stay as they were, and are owed.
    const over = way === 'update' || before === null ? [] : whole.flatMap((one) => withoutBlanks(before, one))
    // Of a contact that came with many others an account may keep the basic fields only; the rest is owed.
    // One that overwrites may even empty the plan, which a record says and a write of its own brings back.
    const basic = way === 'many' ? [...whole, ...over].flatMap((one) => basicOf(before, one)) : []
    const lawful = [...whole, ...over, ...basic]
    this.contacts.set(after.id, after)
    this.#adopt(after)
    const removal = this.left.get(phone)
    if (removal && lawful.some((one) => same(one, after))) removal.done = true
    if (lawful.some((one) => same(one, after))) return null
    const [first] = lawful
    return first ? difference(after, first) : `nobody wants ${phone}, and it was written`
  }

  /** A contact was opted out by heysync. */
  optedOut(before: Contact, after: Contact): string | null {
    this.contacts.set(after.id, after)
    const phone = after.phone ?? ''
    if (!this.#knowledge.out.has(phone) && !this.#knowledge.perhapsOut.has(phone))
      return `${phone} was opted out, and nobody ever said so`
    const should = { ...before, out: true }
    return same(should, after) ? null : difference(after, should)
  }

  /** A contact was deleted by heysync. */
  deleted(before: Contact): string | null {
    this.contacts.delete(before.id)
    const left = this.#leftFor(before.phone ?? '')
    if (!left) return `${before.phone} was deleted, and it had not left`
    left.done = true
    const mayDelete = [...left.systems].some((one) => one.onRemoved === 'delete')
    return mayDelete ? null : `${before.phone} was deleted, and no rung says so`
  }

  /** What is owed and was not done, for each number. */
  owed(): string[] {
    const { out } = this.#knowledge
    const owed: string[] = []
    for (const [phone, wanted] of this.#wanted) {
      const held = this.ofPhone(phone)
      if (!held) owed.push(`${phone} is wanted and not there`)
      else {
        const should = { ...overlay(held, wanted, this.#keepsTags()), out: held.out || out.has(phone) }
        if (!same(held, should)) owed.push(`${phone}: ${difference(held, should)}`)
      }
    }
    for (const contact of this.contacts.values()) {
      if (contact.phone !== null && out.has(contact.phone) && !contact.out)
        owed.push(`${contact.phone} opted out, and contact ${contact.id} does not say so`)
    }
    for (const [phone, left] of this.left) {
      const why = this.#owedTo(phone, left)
      if (why !== null) owed.push(why)
    }
    return owed
  }

  #owedTo(phone: string, { certain, done, systems, wanted }: Left): string | null {
    const held = this.ofPhone(phone)
    const [system, another] = systems
    if (!held || !certain || done || another || !system) return null
    switch (system.onRemoved) {
      case 'delete':
        // A contact that it adopted for another system, which does not delete, is not its own to delete.
        return this.#adopted.has(held.id) &&
          !this.madeUnseen.has(phone) &&
          [...(this.#wanters.get(phone) ?? [])].every((one) => one.onRemoved === 'delete')
          ? `${phone} left and was not deleted`
          : null
      case 'tag':
        return held.tags.includes(REMOVED_TAG) ? null : `${phone} left and was not tagged`
      case 'clear': {
        const cleared = clearings(held, wanted, this.#keepsTags())
        return cleared.some((one) => same(one, held))
          ? null
          : `${phone} left: ${difference(held, cleared[0] ?? held)}`
      }
      default:
        return null
    }
  }

  /** What a write to this contact may leave, the most expected first. */
  #lawful(before: Contact | null, id: number, phone: string): Contact[] {
    const wanted = this.#wanted.get(phone)
    const left = this.#leftFor(phone)
    const base = before ?? { ...BLANK, id, phone }
    const shapes: Contact[] = []
    if (wanted) shapes.push(overlay(base, wanted, this.#keepsTags()))
    else if (left && before) {
      const rungs = new Set([...left.systems].map((one) => one.onRemoved))
      if (rungs.has('tag')) shapes.push({ ...before, tags: withTags(before.tags, [REMOVED_TAG]) })
      if (rungs.has('clear')) shapes.push(...clearings(before, left.wanted, this.#keepsTags()))
    }
    const outs = this.#outAfter(base.out, phone)
    return shapes.flatMap((shape) => outs.map((out) => ({ ...shape, out })))
  }

  /** Whether a contact may be opted out after a write: once it is, for ever (I3). */
  #outAfter(before: boolean, phone: string): boolean[] {
    if (before || this.#knowledge.out.has(phone)) return [true]
    return this.#knowledge.perhapsOut.has(phone) ? [false, true] : [false]
  }

  #leftFor(phone: string): Left | undefined {
    return this.protected.has(phone) ? undefined : this.left.get(phone)
  }

  #keepsTags(): boolean {
    return this.#dialects.tagsWrite === 'merge'
  }
}

/** A display name that nobody sent stays as it was, or the account makes it anew of the names. */
function withoutBlanks(before: Contact, after: Contact): Contact[] {
  const first = after.first || before.first
  const last = after.last || before.last
  const { email, plan, tags } = after
  const kept = {
    ...after,
    first,
    last,
    email: email || before.email,
    plan: plan || before.plan,
    tags: tags.length > 0 ? tags : before.tags,
  }
  const { display } = before
  return [named({ ...after, display }, first, last).display, named(before, first, last).display].map(
    (one) => ({ ...kept, display: one }),
  )
}

function basicOf(before: Contact | null, after: Contact): Contact[] {
  const { plan, note, tags, avatar, assignee } = { ...BLANK, ...before }
  const kept = { ...after, plan, note, tags, avatar, assignee }
  return [kept, { ...kept, plan: '' }]
}

function overlay(held: Contact, wanted: Wanted, keepsTags: boolean): Contact {
  const kept = keepsTags ? held.tags : held.tags.filter((tag) => !OWNED_TAGS.includes(tag))
  const { first, last, email, plan } = wanted
  return named({ ...held, email, plan, tags: withTags(kept, wanted.tags) }, first, last)
}

/** Where the record gave a tag last, it goes too; one that it gave before may have stayed or gone. */
function clearings(held: Contact, wanted: Wanted, keepsTags: boolean): Contact[] {
  const blank = named({ ...held, email: '', plan: '' }, '', '')
  const without = held.tags.filter((tag) => keepsTags || !wanted.tags.includes(tag))
  const perhaps = keepsTags ? [] : without.filter((tag) => OWNED_TAGS.includes(tag))
  const shapes = [without]
  for (const tag of perhaps) shapes.push(...shapes.map((tags) => tags.filter((one) => one !== tag)))
  return shapes.map((tags) => ({ ...blank, tags }))
}

/** A display name that was first + last follows them; a nickname stays. */
function named(held: Contact, first: string, last: string): Contact {
  const full = (a: string, b: string) => `${a} ${b}`.trim()
  const follows = held.display === '' || held.display === full(held.first, held.last)
  return { ...held, first, last, display: follows ? full(first, last) : held.display }
}

function withTags(held: readonly string[], added: readonly string[]): string[] {
  return [...new Set([...held, ...added])].sort()
}
