// Owns the plan of the lists: who has to get on each, who off, and whom the guard keeps on.
import type { Dial, RemovalRung } from '../../config/schema.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { trips } from '../guard/guard.ts'
import type { Candidate, Member, StoredList } from '../mirror/lists.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { SourceList } from '../mirror/source-lists.ts'
import { type LeftWay, readWays } from '../removal.ts'
import { rulePerson } from './person.ts'
import { type ListRule, titleOf } from './rule.ts'
import { type ListsShown, type NamedList, unknownLists } from './source-lists.ts'

export interface MemberChange {
  readonly phone: BareE164
  readonly shard: number
}

/** What one rule needs. */
export interface ListChanges {
  readonly rule: ListRule
  /** Shards that are not in Heymarket yet and get their first members. */
  readonly create: readonly number[]
  readonly add: readonly MemberChange[]
  readonly remove: readonly MemberChange[]
  /** Members whom the guard keeps on the list. */
  readonly held: readonly MemberChange[]
  /** Lists that bear another title than the config gives them. */
  readonly rename: readonly StoredList[]
  /** Why, with the numbers; blank when nobody is held. */
  readonly reason: string
  /** Members whom Heymarket refused to add or to take off, and who are not tried again by themselves. */
  readonly refused: readonly Member[]
  /** Contacts on which the condition fails: they stay as they are. */
  readonly failing: number
  /** Lists of the sources that it names and nobody has seen yet: it then adds nobody and takes nobody off. Null when all are known. */
  readonly unknown: readonly NamedList[] | null
  /** Pins that fit nothing any more: the condition says something else of these people now. */
  readonly unpinned: readonly string[]
}

export interface ListPlanSettings {
  readonly rules: readonly ListRule[]
  /** Ids of the sources that are configured. */
  readonly sources: ReadonlySet<string>
  readonly dial: Dial
  /** Most contacts on one list; null where the account does not say. */
  readonly listSize: number | null
  readonly rungOf: (sourceId: string, ways: readonly LeftWay[]) => RemovalRung
  /** Contacts that this plan creates. */
  readonly creates: Pick<ReadonlySet<string>, 'has'>
  /** Contacts whose removal this plan lets through. */
  readonly leaves: Pick<ReadonlySet<string>, 'has'>
  readonly isApproved: (key: string, phone: string) => boolean
  /** Whom an earlier cycle held stays until a person lets them go. */
  readonly isHeld: (key: string, phone: string) => boolean
}

const PAGE = 5000
/** From this rung on, leaving the sources means leaving the lists. */
const LEAVES_LISTS: ReadonlySet<RemovalRung> = new Set(['removeFromLists', 'clear', 'delete'])

/** Works out every list anew from what is saved. Reads the mirror only. */
export function planLists(mirror: Mirror, settings: ListPlanSettings): ListChanges[] {
  const shown = listsShown(mirror, settings.sources)
  const drafts = settings.rules.map(
    (rule) => new Draft(mirror, settings, rule, unknownLists(rule.reads, shown)),
  )
  if (drafts.length === 0) return []
  let after = ''
  for (;;) {
    const page = mirror.lists.candidates(after, PAGE)
    for (const person of page) {
      const view = rulePerson(mirror, settings.sources, person, person.opted_out === 1)
      for (const draft of drafts) draft.meet(person, () => draft.rule.matches(view))
    }
    const last = page.at(-1)
    if (!last || page.length < PAGE) break
    after = last.phone
  }
  return drafts.map((draft) => draft.end())
}

/** Lists that the configured sources have shown. */
export function listsShown({ sourceLists }: Mirror, sources: ReadonlySet<string>): ListsShown {
  const ofThese = (lists: readonly SourceList[]) => lists.filter(({ source }) => sources.has(source))
  return { known: ofThese(sourceLists.known()), forgotten: ofThese(sourceLists.forgotten()) }
}

/** The changes of one list while they are being found. */
class Draft {
  readonly rule: ListRule
  readonly #settings: ListPlanSettings
  readonly #mirror: Mirror
  readonly #members: ReadonlyMap<string, Member>
  readonly #unmet: Set<string>
  readonly #pins: ReadonlyMap<string, 'add' | 'remove'>
  readonly #unpinned: string[] = []
  readonly #adds: { phone: BareE164; member: Member | undefined }[] = []
  /** Off the list without asking the dial: their leaving was let through already, or they were never quite on it. */
  readonly #removes: Member[] = []
  readonly #guarded: Member[] = []
  readonly #refused: Member[] = []
  #failing = 0

  readonly #unknown: readonly NamedList[] | null

  constructor(
    mirror: Mirror,
    settings: ListPlanSettings,
    rule: ListRule,
    unknown: readonly NamedList[] | null,
  ) {
    this.#unknown = unknown
    this.rule = rule
    this.#mirror = mirror
    this.#settings = settings
    this.#members = mirror.lists.members(rule.key)
    this.#unmet = new Set(this.#members.keys())
    this.#pins = mirror.memberPins.ofKey(rule.key)
  }

  meet(person: Candidate, matches: () => boolean | null): void {
    const member = this.#members.get(person.phone)
    this.#unmet.delete(person.phone)
    if (person.state !== 'wanted') {
      // The dial of removals let them go in this plan. Whoever was over before, and stayed on, is asked for like others.
      if (member !== undefined && this.#leaves(person) && !this.#isPinned(person.phone, 'remove'))
        this.#off(member, this.#settings.leaves.has(person.phone) || member.state === 'removing')
      return
    }
    if (this.#unknown !== null) {
      this.#stay(member)
      return
    }
    const wanted = matches()
    if (wanted === null) this.#failing += 1
    else if (this.#isPinned(person.phone, wanted ? 'add' : 'remove')) return
    else if (wanted) this.#on(person, member)
    else if (member !== undefined) this.#off(member, false)
  }

  /** Whether somebody who left the sources leaves the list too. While their removal is held, they stay. */
  #leaves({ state, phone, source_id, left_cycle, left_ways }: Candidate): boolean {
    const { leaves, rungOf } = this.#settings
    if (left_cycle === null || !LEAVES_LISTS.has(rungOf(source_id, readWays(left_ways)))) return false
    return state === 'removed' || leaves.has(phone)
  }

  /** True when an undo took just this back. */
  #isPinned(phone: string, what: 'add' | 'remove'): boolean {
    const pin = this.#pins.get(phone)
    if (pin !== undefined && pin !== what) this.#unpinned.push(phone)
    return pin === what
  }

  #on(person: Candidate, member: Member | undefined): void {
    // A contact that was deleted and made anew in Heymarket has another id, and is on no list.
    const other =
      member?.contact_id != null && person.contact_id !== null && member.contact_id !== person.contact_id
    if (member?.state === 'on' && !other) return
    if (member?.state === 'refused' && member.wants === 'on') {
      this.#refused.push(member)
      return
    }
    // Whoever opted out is not put on a list, and not put back on one (I3).
    if (person.opted_out === 1) {
      if (member?.state === 'adding') this.#removes.push(member)
      return
    }
    if (person.contact_id === null && !this.#settings.creates.has(person.phone)) return
    this.#adds.push({ phone: person.phone, member })
  }

  /** Nobody can tell whether they belong there. What is held stays held. */
  #stay(member: Member | undefined): void {
    if (member !== undefined && this.#settings.isHeld(this.rule.key, member.phone)) this.#off(member, false)
  }

  #off(member: Member, letThrough: boolean): void {
    if (member.ours === 0 && !this.rule.owned) return
    if (member.state === 'refused') {
      if (member.wants === 'off') this.#refused.push(member)
      else this.#removes.push(member)
      return
    }
    if (letThrough || member.state === 'adding') this.#removes.push(member)
    else this.#guarded.push(member)
  }

  end(): ListChanges {
    for (const phone of this.#unmet) {
      const member = this.#members.get(phone)
      if (member === undefined || this.#isPinned(phone, 'remove')) continue
      if (this.#unknown === null) this.#offUnmet(member)
      else this.#stay(member)
    }
    const { dial, isApproved, isHeld } = this.#settings
    const { key, title } = this.rule
    const on = [...this.#members.values()].filter(({ state }) => state !== 'adding').length
    const asked = this.#guarded.filter(({ phone }) => !isApproved(key, phone))
    const tripped = trips(dial, asked.length, on)
    const held = new Set(asked.filter(({ phone }) => tripped || isHeld(key, phone)))
    const removes = [...this.#removes, ...this.#guarded.filter((member) => !held.has(member))]
    const stored = this.#mirror.lists.ofKey(key)
    const add = this.#place(stored)
    const live = stored.filter(({ state }) => state === 'live')
    const shards = new Set(live.map(({ shard }) => shard))
    const gets = new Set(add.map(({ shard }) => shard))
    // Only asking for it again tells whether a list in doubt is there, and that takes somebody to put on it.
    const doubtful = new Set(
      stored.map(({ shard }) => shard).filter((one) => !shards.has(one) && !gets.has(one)),
    )
    return {
      rule: this.rule,
      create: [...gets].filter((shard) => !shards.has(shard)),
      rename: live.filter((one) => one.title !== titleOf(this.rule, one.shard)),
      add,
      remove: removes
        .filter(({ shard }) => !doubtful.has(shard))
        .map(({ phone, shard }) => ({ phone, shard })),
      held: [...held].map(({ phone, shard }) => ({ phone, shard })),
      reason:
        held.size === 0
          ? ''
          : `listRemovals: ${held.size} of ${on} members of "${title}" (the dial allows ${Math.round(dial.ratio * 1000) / 10} %${dial.count === undefined ? '' : ` or ${dial.count}`})`,
      refused: this.#refused,
      failing: this.#failing,
      unknown: this.#unknown,
      unpinned: this.#unpinned,
    }
  }

  /**
   * No source knows them: somebody else's member, one that is gone from Heymarket too, or one that a plan file put there and
   * whom no pull has shown yet.
   */
  #offUnmet(member: Member): void {
    const gone = this.#mirror.lists.contactId(member.phone) === null
    if (member.ours === 0 || gone || this.rule.owned) this.#off(member, member.ours === 1 && gone)
  }

  /** Each new member in the first shard that has room; whoever has a shard stays there. */
  #place(stored: readonly StoredList[]): MemberChange[] {
    const { listSize } = this.#settings
    const size = listSize === null || listSize < 1 ? Number.POSITIVE_INFINITY : listSize
    const used = new Map<number, number>()
    for (const { shard } of this.#members.values()) used.set(shard, (used.get(shard) ?? 0) + 1)
    for (const { shard, shown_size } of stored)
      used.set(shard, Math.max(used.get(shard) ?? 0, shown_size ?? 0))
    let first = 1
    return this.#adds.map(({ phone, member }) => {
      if (member !== undefined) return { phone, shard: member.shard }
      while ((used.get(first) ?? 0) >= size) first += 1
      used.set(first, (used.get(first) ?? 0) + 1)
      return { phone, shard: first }
    })
  }
}

/** Saves what is about to be done. To be called in the transaction that saves the plan. */
export function saveListPlan(
  mirror: Mirror,
  sources: ReadonlySet<string>,
  plan: readonly ListChanges[],
): void {
  for (const { rule, add, remove, unpinned, unknown } of plan) {
    for (const phone of unpinned) mirror.memberPins.drop(rule.key, phone)
    const members = mirror.lists.members(rule.key)
    const save = ({ phone, shard }: MemberChange, state: 'adding' | 'removing') => {
      const member = members.get(phone)
      mirror.lists.putMember({
        key: rule.key,
        phone,
        shard,
        contact_id: member?.contact_id ?? null,
        ours: state === 'adding' ? 1 : (member?.ours ?? 1),
        state,
        wants: state === 'adding' ? 'on' : 'off',
      })
    }
    for (const change of add) save(change, 'adding')
    for (const change of remove) save(change, 'removing')
    if (unknown === null) claim(mirror, sources, rule, new Set(add.map(({ phone }) => phone)))
  }
}

/**
 * A list that was found in Heymarket: whoever the rule wants on it is taken for ours, all others for somebody else's. A
 * database that was lost cannot tell them apart any more.
 */
function claim(
  mirror: Mirror,
  sources: ReadonlySet<string>,
  rule: ListRule,
  added: ReadonlySet<string>,
): void {
  for (const list of mirror.lists.ofKey(rule.key)) {
    if (list.claimed === 1) continue
    for (const member of mirror.lists.members(rule.key).values()) {
      if (member.shard !== list.shard || member.ours === 1 || added.has(member.phone)) continue
      const person = mirror.lists.candidate(member.phone)
      if (person?.state !== 'wanted') continue
      const view = rulePerson(mirror, sources, person, person.opted_out === 1)
      if (rule.matches(view) === true) mirror.lists.putMember({ ...member, ours: 1 })
    }
    mirror.lists.put({ ...list, claimed: 1 })
  }
}
