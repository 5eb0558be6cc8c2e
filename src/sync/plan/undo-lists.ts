// Owns the undo of lists: out of what a cycle did to their members, the rows of a plan that take it back, and what it cannot.
import type { BareE164 } from '../../lib/phone.ts'
import type { Moved } from '../diff/exact.ts'
import type { Engine } from '../engine.ts'
import type { ListRule } from '../lists/rule.ts'
import type { MemberImage } from '../mirror/member-images.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { MemberRefusal } from './apply.ts'
import { isOn } from './judge-member.ts'
import { liveId, rulesOf } from './member-rows.ts'
import type { PlannedList, PlannedMember } from './plan-file.ts'

interface Wishes {
  readonly cycle: string
  readonly fields: ReadonlySet<string> | null
  readonly phones: ReadonlySet<string> | null
}

export interface ListUndo {
  readonly lists: readonly PlannedList[]
  readonly members: readonly PlannedMember[]
  readonly left: readonly { phone: BareE164; reason: string }[]
  readonly refused: readonly MemberRefusal[]
  readonly already: number
}

type Verdict =
  | { readonly kind: 'back' }
  | { readonly kind: 'already' }
  | { readonly kind: 'left'; readonly reason: string }
  | { readonly kind: 'refused'; readonly moved: readonly Moved[] }

/** The lists that a cycle touched, as rules to read them by. */
export function rulesOfCycle(engine: Engine, cycle: string): ListRule[] {
  const keys = new Set(engine.mirror.memberImages.ofCycle(cycle).map(({ key }) => key))
  const lists = [...keys].map((list) => ({ list, shard: 1, title: titleOf(engine.mirror, list), id: null }))
  return rulesOf(engine, { lists })
}

/** What --fields calls the membership of lists. */
const LISTS = 'lists'

/** What the mirror has just read from Heymarket decides. `creates`: contacts that this undo makes anew. */
export function planListUndo(mirror: Mirror, wishes: Wishes, creates: ReadonlySet<string>): ListUndo {
  const lists = new Map<string, PlannedList>()
  const members: PlannedMember[] = []
  const left: { phone: BareE164; reason: string }[] = []
  const refused: MemberRefusal[] = []
  let already = 0
  const asked = wishes.fields?.has(LISTS) ?? true
  for (const image of asked ? mirror.memberImages.ofCycle(wishes.cycle) : []) {
    const { key, shard, phone } = image
    if (wishes.phones !== null && !wishes.phones.has(phone)) continue
    const verdict = takeBack(mirror, image, creates)
    const what = image.what === 'add' ? ('remove' as const) : ('add' as const)
    if (verdict.kind === 'left') left.push({ phone, reason: verdict.reason })
    else if (verdict.kind === 'already') already += 1
    else if (verdict.kind === 'refused')
      refused.push({
        phone,
        kind: what === 'add' ? 'listAdd' : 'listRemove',
        list: titleOf(mirror, key),
        moved: verdict.moved,
      })
    else {
      members.push({ list: key, shard, what, phone, contactId: mirror.lists.contactId(phone), held: null })
      lists.set(`${shard} ${key}`, {
        list: key,
        shard,
        title: titleOf(mirror, key),
        id: liveId(mirror, key, shard),
      })
    }
  }
  return { lists: [...lists.values()], members, left, refused, already }
}

function takeBack(mirror: Mirror, image: MemberImage, creates: ReadonlySet<string>): Verdict {
  const { key, shard, phone } = image
  const member = mirror.lists.member(key, phone)
  const on = member !== undefined && isOn(member)
  if (on !== (image.what === 'add')) return { kind: 'already' }
  if (on)
    return member.ours === 1
      ? { kind: 'back' }
      : { kind: 'left', reason: 'somebody put them on the list again in Heymarket' }
  if (mirror.consent.isOptedOut(phone))
    return { kind: 'left', reason: 'they opted out, and are not put on a list again' }
  if (liveId(mirror, key, shard) === null)
    return { kind: 'refused', moved: [{ field: 'list', planned: 'there', now: 'gone' }] }
  if (mirror.lists.contactId(phone) === null && !creates.has(phone))
    return { kind: 'refused', moved: [{ field: 'contact', planned: 'there', now: 'gone' }] }
  return { kind: 'back' }
}

function titleOf(mirror: Mirror, key: string): string {
  return mirror.lists.ofKey(key).find(({ shard }) => shard === 1)?.title ?? key
}
