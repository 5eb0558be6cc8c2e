// Owns the draft of one list: what becomes of each person who is looked at, and at the end whom the dial keeps on it.
import type { Dial, RemovalRung } from '../../config/schema.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { trips } from '../guard/guard.ts'
import type { Drafted, DraftedAs } from '../mirror/list-draft.ts'
import type { Candidate, Member, StoredList } from '../mirror/lists.ts'
import type { MemberPin } from '../mirror/member-pins.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { type LeftWay, readWays } from '../removal.ts'
import type { ListChanges, MemberChange, Members } from './changes.ts'
import type { RulePerson } from './person.ts'
import { type ListRule, titleOf } from './rule.ts'
import type { NamedList } from './source-lists.ts'

export interface ListPlanSettings {
  readonly rules: readonly ListRule[]
  /** Ids of the sources that are configured. */
  readonly sources: ReadonlySet<string>
  readonly dial: Dial
  /** Most contacts on one list; null where the account does not say. */
  readonly listSize: number | null
  readonly rungOf: (sourceId: string, ways: readonly LeftWay[]) => RemovalRung
  /** Contacts that this plan creates. */
  readonly creates: Iterable<string>
  /** Contacts whose removal this plan lets through. */
  readonly leaves: Iterable<string>
  readonly isApproved: (key: string, phone: string) => boolean
  /** Whom an earlier cycle held stays until a person lets them go. */
  readonly isHeld: (key: string, phone: string) => boolean
}

/** Somebody who is looked at. */
export interface Met {
  readonly phone: BareE164
  /** Undefined for a member whom no source knows. */
  readonly person: Candidate | undefined
  readonly view: RulePerson | null
  /** Whether this plan creates the contact, or lets its removal through. */
  readonly creates: boolean
  readonly leaves: boolean
  /** The rules that fail on them. */
  readonly failing: Set<string>
  /** To be set when the next plan has to look again, though nothing changes. */
  again: boolean
}

/** Members read at once. */
const PAGE = 1000
/** Members counted at once. */
const COUNTED = 20_000
/** From this rung on, leaving the sources means leaving the lists. */
const LEAVES_LISTS: ReadonlySet<RemovalRung> = new Set(['removeFromLists', 'clear', 'delete'])

export class ListDraft {
  readonly rule: ListRule
  readonly #mirror: Mirror
  readonly #settings: ListPlanSettings
  readonly #at: number
  readonly #out: Drafted[]
  readonly #unknown: readonly NamedList[] | null
  readonly #stored: readonly StoredList[]
  readonly #size: number
  readonly #counts: Readonly<Record<DraftedAs, Map<number, number>>> = {
    add: new Map(),
    remove: new Map(),
    guarded: new Map(),
    heldBefore: new Map(),
  }
  readonly #refused: Member[] = []
  readonly #unpinned: string[] = []
  #unplaced = 0
  /** Members of each shard; null as long as they are not counted. */
  #used: Map<number, number> | null
  /** The first shard that may have room. */
  #first = 1

  /** `at`: the place of the rule among all; `out` takes what is found. */
  constructor(
    mirror: Mirror,
    settings: ListPlanSettings,
    at: number,
    unknown: readonly NamedList[] | null,
    out: Drafted[],
  ) {
    const rule = settings.rules[at] as ListRule
    const { listSize } = settings
    this.rule = rule
    this.#mirror = mirror
    this.#settings = settings
    this.#at = at
    this.#out = out
    this.#unknown = unknown
    this.#stored = mirror.lists.ofKey(rule.key)
    this.#size = listSize === null || listSize < 1 ? Number.POSITIVE_INFINITY : listSize
    const empty = this.#stored.length === 0 && !mirror.lists.hasMembers(rule.key)
    this.#used = empty || this.#size === Number.POSITIVE_INFINITY ? new Map() : null
  }

  meet(met: Met, member: Member | undefined, pin: MemberPin['what'] | undefined): void {
    const { phone, person, view } = met
    if (person === undefined || view === null) {
      if (member === undefined || this.#isPinned(phone, pin, 'remove')) return
      if (this.#unknown === null) this.#offUnmet(met, member)
      else this.#stay(met, member)
      return
    }
    if (person.state !== 'wanted') {
      // The dial of removals let them go in this plan. Whoever was over before, and stayed on, is asked for like others.
      if (member !== undefined && this.#leaves(met, person) && !this.#isPinned(phone, pin, 'remove'))
        this.#off(met, member, met.leaves || member.state === 'removing')
      return
    }
    if (this.#unknown !== null) {
      this.#stay(met, member)
      return
    }
    const wanted = this.rule.matches(view)
    if (wanted === null) met.failing.add(this.rule.key)
    else if (this.#isPinned(phone, pin, wanted ? 'add' : 'remove')) return
    else if (wanted) this.#on(met, person, member)
    else if (member !== undefined) this.#off(met, member, false)
  }

  /** Whether somebody who left the sources leaves the list too. While their removal is held, they stay. */
  #leaves({ leaves }: Met, { state, source_id, left_cycle, left_ways }: Candidate): boolean {
    const rung = () => this.#settings.rungOf(source_id, readWays(left_ways))
    return left_cycle !== null && (state === 'removed' || leaves) && LEAVES_LISTS.has(rung())
  }

  /** True when an undo took just this back. */
  #isPinned(phone: string, pin: MemberPin['what'] | undefined, what: MemberPin['what']): boolean {
    if (pin !== undefined && pin !== what) this.#unpinned.push(phone)
    return pin === what
  }

  #on(met: Met, person: Candidate, member: Member | undefined): void {
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
      if (member?.state === 'adding') this.#put(met, 'remove', member.shard)
      return
    }
    if (person.contact_id === null && !met.creates) {
      met.again = true
      return
    }
    this.#put(met, 'add', member === undefined ? this.#room() : member.shard)
  }

  /** Nobody can tell whether they belong there. What is held stays held. */
  #stay(met: Met, member: Member | undefined): void {
    if (member !== undefined && this.#settings.isHeld(this.rule.key, member.phone))
      this.#off(met, member, false)
  }

  #off(met: Met, member: Member, letThrough: boolean): void {
    if (member.ours === 0 && !this.rule.owned) return
    const { key } = this.rule
    const { isApproved, isHeld } = this.#settings
    if (member.state === 'refused') {
      if (member.wants === 'off') this.#refused.push(member)
      else this.#put(met, 'remove', member.shard)
      return
    }
    if (letThrough || member.state === 'adding' || isApproved(key, member.phone))
      this.#put(met, 'remove', member.shard)
    else this.#put(met, isHeld(key, member.phone) ? 'heldBefore' : 'guarded', member.shard)
  }

  /**
   * No source knows them: somebody else's member, one that is gone from Heymarket too, or one that a plan file put there and
   * whom no pull has shown yet.
   */
  #offUnmet(met: Met, member: Member): void {
    const gone = this.#mirror.lists.contactId(member.phone) === null
    if (member.ours === 0 || gone || this.rule.owned) this.#off(met, member, member.ours === 1 && gone)
  }

  #put(met: Met, what: DraftedAs, shard: number | null): void {
    this.#out.push({ rule: this.#at, phone: met.phone, what, shard })
    if (shard === null) this.#unplaced += 1
    else this.#count(what, shard)
    // Where the list is in doubt, nobody is taken off it yet.
    if (what !== 'add' && this.#stored.some((one) => one.shard === shard && one.state !== 'live'))
      met.again = true
  }

  #count(what: DraftedAs, shard: number): void {
    const counts = this.#counts[what]
    counts.set(shard, (counts.get(shard) ?? 0) + 1)
  }

  /** The first shard that has room, for one more; null as long as nobody knows. */
  #room(): number | null {
    if (this.#used === null) return null
    while ((this.#used.get(this.#first) ?? 0) >= this.#size) this.#first += 1
    this.#used.set(this.#first, (this.#used.get(this.#first) ?? 0) + 1)
    return this.#first
  }

  /** `failing`: on how many the condition fails. */
  *end(failing: number): Generator<void, ListChanges> {
    yield* this.#place()
    const { dial } = this.#settings
    const { title } = this.rule
    const asked = sum(this.#counts.guarded) + sum(this.#counts.heldBefore)
    const on = asked === 0 ? 0 : yield* this.#countOn()
    const tripped = trips(dial, asked, on)
    const live = this.#stored.filter(({ state }) => state === 'live')
    const shards = new Set(live.map(({ shard }) => shard))
    const add = this.#members(['add'])
    // Only asking for it again tells whether a list in doubt is there, and that takes somebody to put on it.
    const doubtful = this.#stored
      .map(({ shard }) => shard)
      .filter((one) => !shards.has(one) && !add.shards.has(one))
    const held = this.#members(tripped ? ['guarded', 'heldBefore'] : ['heldBefore'])
    return {
      rule: this.rule,
      create: [...add.shards.keys()].filter((shard) => !shards.has(shard)),
      rename: live.filter((one) => one.title !== titleOf(this.rule, one.shard)),
      add,
      remove: this.#members(tripped ? ['remove'] : ['remove', 'guarded'], new Set(doubtful)),
      held,
      reason:
        held.length === 0
          ? ''
          : `listRemovals: ${held.length} of ${on} members of "${title}" (the dial allows ${Math.round(dial.ratio * 1000) / 10} %${dial.count === undefined ? '' : ` or ${dial.count}`})`,
      refused: this.#refused,
      failing,
      unknown: this.#unknown,
      unpinned: this.#unpinned,
    }
  }

  #members(whats: readonly DraftedAs[], except: ReadonlySet<number> = new Set()): Members {
    const { listDraft } = this.#mirror
    const at = this.#at
    const shards = new Map<number, number>()
    for (const what of whats)
      for (const [shard, n] of this.#counts[what])
        if (!except.has(shard)) shards.set(shard, (shards.get(shard) ?? 0) + n)
    const length = sum(shards)
    function* pages(shard: number | null): Generator<MemberChange> {
      for (let after = '', left = length > 0; left; ) {
        const page = listDraft.rows(at, whats, shard, after, PAGE)
        for (const row of page) if (!except.has(row.shard)) yield row
        left = page.length === PAGE
        after = page.at(-1)?.phone ?? ''
      }
    }
    return {
      length,
      shards,
      of: (shard) => pages(shard),
      has: (phone) => listDraft.has(at, whats, phone),
      [Symbol.iterator]: () => pages(null),
    }
  }

  /** Each new member in the first shard that has room; whoever has a shard stays there. */
  *#place(): Generator<void, void> {
    if (this.#unplaced === 0) return
    const { listDraft } = this.#mirror
    const used = new Map<number, number>()
    yield* this.#census(({ shard, members }) => used.set(shard, (used.get(shard) ?? 0) + members))
    for (const { shard, shown_size } of this.#stored)
      used.set(shard, Math.max(used.get(shard) ?? 0, shown_size ?? 0))
    this.#used = used
    for (let after = '', left = true; left; ) {
      const phones = listDraft.unplaced(this.#at, after, PAGE)
      const placed = phones.map((phone) => ({ phone, shard: this.#room() ?? 1 }))
      listDraft.place(this.#at, placed)
      for (const { shard } of placed) this.#count('add', shard)
      left = phones.length === PAGE
      after = phones.at(-1) ?? ''
      yield
    }
  }

  *#countOn(): Generator<void, number> {
    let on = 0
    yield* this.#census(({ members, adding }) => {
      on += members - adding
    })
    return on
  }

  *#census(each: (count: { shard: number; members: number; adding: number }) => void): Generator<void, void> {
    for (let after: string | null = ''; after !== null; ) {
      const { shards, last } = this.#mirror.lists.census(this.rule.key, after, COUNTED)
      for (const one of shards) each(one)
      after = last
      if (after !== null) yield
    }
  }
}

function sum(counts: ReadonlyMap<number, number>): number {
  let all = 0
  for (const n of counts.values()) all += n
  return all
}
