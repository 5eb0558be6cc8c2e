// Owns the saving of a plan of lists, before any of it is sent: who gets on and off, whose members those of a found list are.
// Step by step, and a crash in between loses nothing: the next plan finds whoever is left as this one did.
import type { Mirror } from '../mirror/mirror.ts'
import type { ListChanges, MemberChange, Members } from './changes.ts'
import { rulePerson } from './person.ts'
import type { ListRule } from './rule.ts'

const PART = 1000
/** Members held against one rule in one step. */
const CLAIMED = 250

/** Saves what is about to be done. */
export function* saveListSteps(
  mirror: Mirror,
  sources: ReadonlySet<string>,
  plan: readonly ListChanges[],
): Generator<void, void> {
  for (const { rule, add, remove, unpinned, unknown } of plan) {
    if (unpinned.length > 0)
      mirror.transaction(() => {
        for (const phone of unpinned) mirror.memberPins.drop(rule.key, phone)
      })
    yield* save(mirror, rule, add, 'adding')
    yield* save(mirror, rule, remove, 'removing')
    if (unknown === null) yield* claim(mirror, sources, rule)
  }
}

function* save(
  mirror: Mirror,
  { key }: ListRule,
  members: Members,
  state: 'adding' | 'removing',
): Generator<void, void> {
  for (const part of partsOf(members, PART)) {
    mirror.transaction(() => {
      for (const { phone, shard } of part) {
        const member = mirror.lists.member(key, phone)
        mirror.lists.putMember({
          key,
          phone,
          shard,
          contact_id: member?.contact_id ?? null,
          ours: state === 'adding' ? 1 : (member?.ours ?? 1),
          state,
          wants: state === 'adding' ? 'on' : 'off',
        })
      }
    })
    yield
  }
}

function* partsOf(members: Iterable<MemberChange>, size: number): Generator<MemberChange[], void> {
  let part: MemberChange[] = []
  for (const member of members) {
    part.push(member)
    if (part.length < size) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}

/**
 * A list that was found in Heymarket: whoever the rule wants on it is taken for ours, all others for somebody else's. A
 * database that was lost cannot tell them apart any more.
 */
function* claim(mirror: Mirror, sources: ReadonlySet<string>, rule: ListRule): Generator<void, void> {
  for (const list of mirror.lists.ofKey(rule.key)) {
    if (list.claimed === 1) continue
    for (let after = '', left = true; left; ) {
      const page = mirror.lists.members(rule.key, list.shard, after, CLAIMED)
      mirror.transaction(() => {
        for (const member of page) {
          if (member.ours === 1) continue
          const person = mirror.lists.candidate(member.phone)
          if (person?.state !== 'wanted') continue
          const view = rulePerson(mirror, sources, person, person.opted_out === 1)
          if (rule.matches(view) === true) mirror.lists.putMember({ ...member, ours: 1 })
        }
      })
      left = page.length === CLAIMED
      after = page.at(-1)?.phone ?? ''
      yield
    }
    mirror.lists.put({ ...list, claimed: 1 })
  }
}
