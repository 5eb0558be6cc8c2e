// Owns the lists of a simulated world: their rules, what people in Heymarket do to them, and what may be on them. Part of
// the independent model: nothing here is the engine's.
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import type { ListState } from '../../../src/sandbox/inspect.ts'
import type { OpenSandbox } from '../../../src/sandbox/open.ts'
import type { Account } from './account.ts'
import type { Chance } from './chance.ts'
import type { Knowledge, Wanted } from './knowledge.ts'

export interface Rule {
  readonly title: string
  readonly where: string
  readonly owned: boolean
  /** Whether it names somebody, apart from opt-outs. */
  readonly names: (wanted: Wanted) => boolean
  /** Whether it names only those who did not opt out. */
  readonly onlyIn: boolean
}

/** From these rungs on, who leaves the sources leaves the lists. */
const LEAVES = ['removeFromLists', 'clear', 'delete']
const THEIRS = 'The team'
/** On lists of so many nobody lacks room. */
const MANY = 100
/** The whole membership, or numbers that need no contact. */
const NEVER = ['contacts', 'phones', 'emails', 'add_phones', 'add_emails', 'remove_emails']

type Body = Readonly<Record<string, unknown>>

/** Half of all businesses keep lists. */
export function rulesOf(chance: Chance): Rule[] {
  if (chance.odds(0.5)) return []
  const owned = () => chance.odds(0.3)
  const rules: Rule[] = [
    {
      title: 'Planned',
      where: 'contact.custom["Plan"] != ""',
      owned: owned(),
      names: ({ plan }) => plan !== '',
      onlyIn: false,
    },
    { title: 'Everybody', where: '!contact.optedOut', owned: owned(), names: () => true, onlyIn: true },
  ]
  return rules.filter(() => chance.odds(0.8))
}

/** An account in which lists can be kept. */
export function withLists(reading: Dialects): Dialects {
  const { listReads, listLocalId, visibilityDelayMs } = reading
  return {
    ...reading,
    // Where nobody can look for a list, only its local_id can tell that it is there.
    listLocalId: listReads === 'gone' ? 'same' : listLocalId,
    // A list whose making was not answered is looked for again after three seconds. Where a second one is taken and the
    // first shows later than that, nobody can tell that it was made.
    visibilityDelayMs:
      listReads !== 'gone' && listLocalId === 'duplicate'
        ? Math.min(visibilityDelayMs, 2_000)
        : visibilityDelayMs,
  }
}

export class Lists {
  readonly rules: readonly Rule[]
  readonly #sandbox: OpenSandbox
  readonly #account: Account
  readonly #knowledge: Knowledge
  readonly #reading: Dialects
  /** By list: whom heysync certainly put there, and nobody touched since. */
  readonly #ours = new Map<number, Set<string>>()
  /** By title: whomever the rule ever named. Heysync may have meant to put them there, and takes them for its own. */
  readonly #named = new Map<string, Set<string>>()
  /** By title: whom somebody of the team took off. Where lists cannot be read, heysync cannot know. */
  readonly #takenOff = new Map<string, Set<string>>()
  /** By title: lists that somebody else's members may have filled. Where lists cannot be read, heysync cannot know. */
  readonly #crowded = new Set<string>()
  /** Lists whose id heysync knows: it named them in a request. One that cannot be read and whose making was not answered it cannot. */
  readonly #addressed = new Set<number>()
  /** Titles of lists that somebody deleted. */
  readonly #deleted = new Set<string>()
  /** Since when a number is opted out in Heymarket, and who was so for long enough to be seen when the cycle began. */
  readonly #outSince = new Map<string, number>()
  #outAtStart = new Set<string>()
  /** What is only wrong where the cycle has seen all of Heymarket. */
  #doubts: string[] = []
  #theirs = 0

  constructor(
    rules: readonly Rule[],
    sandbox: OpenSandbox,
    account: Account,
    knowledge: Knowledge,
    reading: Dialects,
  ) {
    this.rules = rules
    this.#sandbox = sandbox
    this.#account = account
    this.#knowledge = knowledge
    this.#reading = reading
    for (const { title } of rules) {
      this.#named.set(title, new Set())
      this.#takenOff.set(title, new Set())
    }
  }

  /** What was there before heysync: a list that is nobody's rule. */
  settle(): void {
    if (this.rules.length === 0) return
    const phones = this.#known().slice(0, 2)
    this.#sandbox.store.fillList({ title: THEIRS, phones })
    this.#theirs = phones.length
  }

  /** The database is lost: who put whom on a list is not known any more. */
  forget(): void {
    this.#ours.clear()
    for (const { title } of this.rules) this.#crowded.add(title)
    this.#addressed.clear()
  }

  /** A cycle begins: who is opted out in Heymarket, as far as it shows. */
  begins(now: number): void {
    if (this.rules.length === 0) return
    this.#doubts = []
    this.#outAtStart = new Set()
    for (const { phone, is_opted_out } of this.#sandbox.store.contacts()) {
      if (phone === null || !is_opted_out) continue
      const since = this.#outSince.get(phone) ?? now
      this.#outSince.set(phone, since)
      if (now - since >= this.#reading.visibilityDelayMs) this.#outAtStart.add(phone)
    }
  }

  /** A cycle ended that had read all of Heymarket before. Returns what was wrong. */
  sawAll(): string | null {
    return this.#reading.optedOutRead === 'absent' ? null : (this.#doubts[0] ?? null)
  }

  /** Heysync has taken note of all that it was told. */
  noted(): void {
    for (const rule of this.rules)
      for (const [phone, wanted] of this.#account.wanted)
        if (rule.names(wanted)) this.#named.get(rule.title)?.add(phone)
  }

  /** Somebody of the team puts people on a list, takes them off, or deletes it. */
  acts(chance: Chance): void {
    const { store } = this.#sandbox
    const list = chance.maybe(store.lists().filter(({ title }) => title !== THEIRS))
    const rule = list && this.#ruleOf(list.title)
    if (!list || !rule) return
    if (chance.odds(0.1)) {
      store.removeList(list.id)
      this.#deleted.add(rule.title)
      return
    }
    const phone = chance.maybe(chance.odds(0.5) ? list.members : this.#known())
    if (phone === undefined) return
    this.#ours.get(list.id)?.delete(phone)
    const onIt = list.members.includes(phone)
    if (onIt) this.#takenOff.get(rule.title)?.add(phone)
    if (!onIt && list.members.length >= this.#reading.listSize) return
    // Nobody stands on two lists of one rule: heysync knows one place of each, and would take the other for room.
    if (!onIt && this.#membersOf(rule).has(phone)) return
    if (!onIt) this.#crowded.add(rule.title)
    store.editList(list.id, onIt ? { remove: [phone] } : { add: [phone] })
  }

  /** Heysync names a list by its id. */
  addresses(id: number): void {
    this.#addressed.add(id)
  }

  /** A list is made. Returns what is wrong with that; `apply` sends the request. */
  created<T>(body: Body, apply: () => T): { ending: T; wrong: string[] } {
    const title = String(body.title)
    const rule = this.#ruleOf(title)
    if (!rule) return { ending: apply(), wrong: [`lists: no rule makes "${title}"`] }
    const wrong = ['phones', 'emails']
      .filter((name) => body[name] !== undefined)
      .map((name) => `lists: ${name}`)
    const added = this.#phonesOf(body.contacts)
    for (const phone of added) wrong.push(...this.#wrongToAdd(rule, phone))
    if (added.length === 0) wrong.push(`lists: "${title}" is made with nobody on it`)
    const before = this.#titled(title)
    const ending = apply()
    const after = this.#titled(title)
    if (before.length > 0 && after.length > before.length) wrong.push(`I2: a second list "${title}" is made`)
    const made = after.length > before.length ? after.at(-1) : undefined
    if (made) this.#takeForOurs(made, added, [])
    return { ending, wrong }
  }

  /** A list is changed. Returns what is wrong with that. */
  changed<T>(id: number, body: Body, apply: () => T): { ending: T; wrong: string[] } {
    const before = this.#find(id)
    const rule = before && this.#ruleOf(before.title)
    if (!before || !rule) {
      const wrong = before ? [`lists: "${before.title}" is nobody's rule`] : []
      return { ending: apply(), wrong }
    }
    const wrong = NEVER.filter((name) => body[name] !== undefined).map(
      (name) => `lists: an update holds ${name}`,
    )
    const added = this.#phonesOf(body.add_contacts)
    const removed = new Set([...this.#phonesOf(body.remove_contacts), ...textsIn(body.remove_phones)])
    for (const phone of added) wrong.push(...this.#wrongToAdd(rule, phone))
    for (const phone of removed)
      if (before.members.includes(phone)) wrong.push(...this.#wrongToRemove(rule, phone))
    const ending = apply()
    const list = this.#find(id) ?? { ...before, members: [] }
    const after = list.members
    for (const phone of before.members) {
      if (after.includes(phone) || removed.has(phone) || this.#takesOff(phone)) continue
      wrong.push(`lists: ${phone} is not on "${before.title}" any more, and nobody said so`)
    }
    this.#takeForOurs(list, added, before.members)
    return { ending, wrong }
  }

  /** What is not as the rules say, when everything came to rest after a full pull; null when all is well. */
  astray(): string | null {
    const shown = this.#reading.listReads === 'shown'
    for (const rule of this.rules) {
      if (!shown && this.#deleted.has(rule.title)) continue
      const on = this.#membersOf(rule)
      const crowded = !shown && this.#crowded.has(rule.title)
      const unknown = shown ? undefined : this.#takenOff.get(rule.title)
      for (const phone of this.#account.wanted.keys())
        if (
          this.#belongs(rule, phone) === 'yes' &&
          this.#account.ofPhone(phone) &&
          !on.has(phone) &&
          !unknown?.has(phone) &&
          !(crowded && this.#reading.listSize < MANY)
        )
          return `lists: ${phone} belongs on "${rule.title}" and is not there`
      for (const list of this.#listsOf(rule).filter(({ id }) => shown || this.#addressed.has(id)))
        for (const phone of list.members)
          if (this.#hasToGo(rule, list, phone)) return `lists: ${phone} is still on "${list.title}"`
    }
    const theirs = this.#titled(THEIRS)[0]?.members.length
    return this.rules.length === 0 || theirs === this.#theirs ? null : `lists: "${THEIRS}" was changed`
  }

  /** Lists that cannot be read are sent once more, and on an owned one nobody remembers whom a rung keeps there. */
  mayWriteAfterLoss(): boolean {
    return this.rules.some(
      (rule) =>
        this.#reading.listReads === 'gone' ||
        (rule.owned && [...this.#membersOf(rule)].some((phone) => !this.#account.wanted.has(phone))),
    )
  }

  #wrongToAdd(rule: Rule, phone: string): string[] {
    if (this.#knowledge.out.has(phone)) return [`I3: ${phone} opted out, and is put on "${rule.title}"`]
    if (this.#outAtStart.has(phone))
      this.#doubts.push(`I3: ${phone} opted out in Heymarket, and is put on "${rule.title}"`)
    return this.#belongs(rule, phone) === 'no' ? [`lists: ${phone} does not belong on "${rule.title}"`] : []
  }

  #wrongToRemove(rule: Rule, phone: string): string[] {
    if (!rule.owned && !this.#named.get(rule.title)?.has(phone))
      return [`lists: somebody else put ${phone} on "${rule.title}", and it is taken off`]
    if (this.#belongs(rule, phone) === 'yes')
      return [`lists: ${phone} belongs on "${rule.title}", and is taken off`]
    const left = this.#account.left.get(phone)
    if (this.#account.wanted.has(phone) || !left) return []
    if (this.#account.protected.has(phone))
      return [`I4: ${phone} only seems to be lost, and leaves "${rule.title}"`]
    const leaves = [...left.systems].some(({ onRemoved }) => LEAVES.includes(onRemoved))
    return leaves || !left.certain ? [] : [`I4: ${phone} leaves "${rule.title}", and its rung keeps it there`]
  }

  /** Whether heysync had to take them off by now. */
  #hasToGo(rule: Rule, { id }: ListState, phone: string): boolean {
    const ours = this.#ours.get(id)?.has(phone) ?? false
    if (!ours && !(rule.owned && this.#reading.listReads === 'shown')) return false
    if (this.#account.wanted.has(phone)) return this.#belongs(rule, phone) === 'no'
    const left = this.#account.left.get(phone)
    if (!left) return !this.#account.everWanted(phone)
    return left.certain && [...left.systems].every(({ onRemoved }) => LEAVES.includes(onRemoved))
  }

  #belongs(rule: Rule, phone: string): 'yes' | 'no' | 'perhaps' {
    const wanted = this.#account.wanted.get(phone)
    if (!wanted || !rule.names(wanted)) return 'no'
    if (rule.onlyIn && this.#knowledge.out.has(phone)) return 'no'
    // Whoever opted out is not put on a list; whoever was on it stays, where the rule does not ask.
    return this.#knowledge.perhapsOut.has(phone) ? 'perhaps' : 'yes'
  }

  /** The account takes off by itself whoever opted out. */
  #takesOff(phone: string): boolean {
    return (
      this.#reading.optedOutInList === 'removed' && this.#sandbox.store.contact(phone)?.is_opted_out === true
    )
  }

  #takeForOurs(
    { id, members }: Pick<ListState, 'id' | 'members'>,
    added: readonly string[],
    before: readonly string[],
  ): void {
    const ours = this.#ours.get(id) ?? new Set()
    this.#ours.set(id, ours)
    for (const phone of added) if (!before.includes(phone) && members.includes(phone)) ours.add(phone)
  }

  /** A shard is called as its list is, with a number. */
  #ruleOf(title: string): Rule | undefined {
    return this.rules.find((rule) => title.replace(/ \(\d+\)$/, '') === rule.title)
  }

  #listsOf(rule: Rule): ListState[] {
    return this.#sandbox.store.lists().filter(({ title }) => this.#ruleOf(title) === rule)
  }

  #membersOf(rule: Rule): Set<string> {
    return new Set(this.#listsOf(rule).flatMap(({ members }) => members))
  }

  #titled(title: string): ListState[] {
    return this.#sandbox.store.lists().filter((one) => one.title === title)
  }

  #find(id: number): ListState | undefined {
    return this.#sandbox.store.lists().find((one) => one.id === id)
  }

  #known(): string[] {
    return [...this.#account.contacts.values()].flatMap(({ phone }) => phone ?? [])
  }

  #phonesOf(ids: unknown): string[] {
    const phones = Array.isArray(ids) ? ids.map((id) => this.#account.contacts.get(Number(id))?.phone) : []
    return phones.flatMap((phone) => phone ?? [])
  }
}

function textsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : []
}
