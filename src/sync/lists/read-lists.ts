// Owns reading lists back: which of them are in Heymarket, and who is on them, where the account still shows that.
import type { ListsApi } from '../../heymarket/lists.ts'
import type { Clock } from '../../lib/clock.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { type BareE164, readBareE164 } from '../../lib/phone.ts'
import { byTurns } from '../../lib/turns.ts'
import type { ListRow, Member, Refusal } from '../mirror/lists.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { type ListRule, localIdOf, readLocalId, titleOf } from './rule.ts'

/** Members in one step. */
const PART = 1000

export interface ReadListsDeps {
  readonly mirror: Mirror
  readonly lists: ListsApi
  readonly rules: readonly ListRule[]
  readonly clock: Clock
}

/** What the account showed of its lists. */
export interface ListsRead {
  /** False where the account does not show lists any more. */
  readonly shown: boolean
  /** Titles of lists that were there before and are not any more. */
  readonly gone: readonly string[]
}

/** Reads every list of the account once, and takes in those that rules keep. Errors: those of the client. */
export async function readLists({ mirror, lists, rules, clock }: ReadListsDeps): Promise<ListsRead> {
  const byFirst = new Map(rules.map((rule) => [localIdOf(rule.key, 1), rule]))
  const seen = new Set<string>()
  try {
    for await (const list of lists.all()) {
      const found = readLocalId(list.localId ?? '')
      const rule = byFirst.get(found?.first ?? '')
      if (found === null || rule === undefined || list.archived === true) continue
      const { shard } = found
      seen.add(`${rule.key} ${shard}`)
      const known = mirror.lists.ofKey(rule.key).find((one) => one.shard === shard)
      const row: ListRow = {
        key: rule.key,
        shard,
        local_id: localIdOf(rule.key, shard),
        title: known?.title ?? (list.title || titleOf(rule, shard)),
        list_id: list.id,
        state: 'live',
        claimed: known?.state === 'live' ? known.claimed : 0,
        read_at: known?.read_at ?? null,
      }
      // It is there, whether or not its members can be read now: no second one is made (I2).
      mirror.lists.put(row)
      // A page may cut long lists off; what is left out there is no proof that somebody is not on it.
      const whole = await lists.get(list.id)
      if (whole !== null) await byTurns(takeMembers(mirror, row, new Set(whole.members.keys())))
      mirror.lists.put({ ...row, read_at: clock.now() })
    }
  } catch (error) {
    if (!(error instanceof HeysyncError)) throw error
    // Lists that cannot be shown to be all there are prove nothing about those that were not met.
    if (error.code === 'ERR_HEYMARKET_ANSWER') return { shown: true, gone: [] }
    if (error.status === 404 || error.status === 403) return { shown: false, gone: [] }
    throw error
  }
  return { shown: true, gone: await dropGone({ mirror, lists, rules }, seen) }
}

/** One that was made a moment ago may only not be listed yet, so each is asked for by its id before it is made again (I2). */
async function dropGone(
  { mirror, lists, rules }: Pick<ReadListsDeps, 'mirror' | 'lists' | 'rules'>,
  seen: ReadonlySet<string>,
): Promise<string[]> {
  const kept = new Set(rules.map(({ key }) => key))
  const missing = mirror.lists
    .all()
    .filter((list) => list.state === 'live' && kept.has(list.key))
    .filter((list) => !seen.has(`${list.key} ${list.shard}`))
  const gone: string[] = []
  for (const list of missing) {
    const shown = list.list_id === null ? null : await lists.get(list.list_id)
    if (shown !== null && shown.archived !== true) continue
    mirror.transaction(() => mirror.lists.drop(list.key, list.shard))
    gone.push(list.title)
  }
  return gone
}

/** Why somebody is not put back on a list by itself. */
const GONE: Refusal = {
  code: 'ERR_NOT_STORED',
  message:
    'Not on the list any more: taken off by somebody, or by Heymarket after an opt-out, which this account does not show.',
}

/**
 * Brings what is known of a list's members in line with what Heymarket shows. Step by step: each says something true. `written`:
 * when this very list was written just before, milliseconds since 1970.
 */
export function* takeMembers(
  mirror: Mirror,
  list: ListRow,
  shownText: ReadonlySet<string>,
  written: number | null = null,
): Generator<void, void> {
  const shown = new Set([...shownText].map(readBareE164).filter((phone) => phone !== null))
  mirror.lists.showed(list.key, list.shard, shownText.size)
  for (let after = '', left = true; left; ) {
    const page = mirror.lists.members(list.key, list.shard, after, PART)
    mirror.transaction(() => {
      for (const member of page) {
        if (shown.has(member.phone)) {
          if (member.wants === 'on' && member.state !== 'on')
            mirror.lists.putMember({ ...member, state: 'on' })
        } else if (member.state === 'on' || member.wants === 'off') {
          // Taken off by somebody, or by the account after an opt-out: the plan says whether they are put back. Where a write makes the
          // account take off who opted out, and nobody can see who did, it is not this write that puts them back (I3).
          if (written !== null && mayHaveOptedOut(mirror, member))
            mirror.lists.refuse(list.key, member.phone, GONE, written)
          else mirror.lists.dropMember(list.key, member.phone)
        }
      }
    })
    left = page.length === PART
    after = page.at(-1)?.phone ?? ''
    yield
  }
  yield* meetMembers(mirror, list, shown)
}

function mayHaveOptedOut({ remote, consent }: Mirror, { phone, ours, wants }: Member): boolean {
  return ours === 1 && wants === 'on' && !remote.showsOptOut() && !consent.isOptedOut(phone)
}

/** Those whom nobody knew there. Whoever is known on another list of the rule stays there. */
function* meetMembers(mirror: Mirror, list: ListRow, shown: ReadonlySet<BareE164>): Generator<void, void> {
  const phones = [...shown]
  for (let at = 0; at < phones.length; at += PART) {
    mirror.transaction(() => {
      for (const phone of phones.slice(at, at + PART)) {
        if (mirror.lists.member(list.key, phone) !== undefined || mirror.erased.has(phone)) continue
        mirror.lists.putMember({
          key: list.key,
          phone,
          shard: list.shard,
          contact_id: null,
          state: 'on',
          wants: 'on',
          ours: 0,
        })
      }
    })
    yield
  }
}
