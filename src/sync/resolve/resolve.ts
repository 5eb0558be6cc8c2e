// Owns resolve: of the records that claim one phone, which one says what the contact looks like.
// Deterministic: the source listed first, then the newest change, then the smaller record id.
import { contentHash } from '../../lib/hash.ts'
import { inOneGo } from '../../lib/turns.ts'
import type { ContactFields } from '../contact.ts'
import type { StoredContact } from '../mirror/contacts.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { StoredClaim } from '../mirror/records.ts'
import { stretches } from '../mirror/stretch.ts'
import { isHarsher, type LeftWay, type Removal, readWays, rungFor, waysText } from '../removal.ts'

export interface ResolvePolicy {
  /** Source ids in order of priority. */
  readonly sourceOrder: readonly string[]
  /** `fill`: the next claimants give what the winner leaves blank. */
  readonly mode: 'winner' | 'fill'
  readonly removal: (sourceId: string) => Removal
}

const BATCH = 200
/** Numbers that are marked in one step. */
const STRETCH = 10_000

/** Resolves every phone whose claims changed since last time. */
export function resolve(mirror: Mirror, policy: ResolvePolicy, cycleId: string): void {
  inOneGo(resolveSteps(mirror, policy, cycleId))
}

/** The same step by step; a crash in between loses nothing. */
export function* resolveSteps(mirror: Mirror, policy: ResolvePolicy, cycleId: string): Generator<void, void> {
  const fingerprint = contentHash(JSON.stringify([policy.sourceOrder, policy.mode])).toString('hex')
  if (mirror.meta.get('resolve_fingerprint') !== fingerprint) {
    for (const stretch of stretches((after) => mirror.records.phoneBehind(after, STRETCH))) {
      mirror.records.markStretchDirty(stretch)
      yield
    }
    mirror.meta.set('resolve_fingerprint', fingerprint)
  }
  let more = true
  while (more) {
    more = mirror.transaction(() => {
      const phones = mirror.records.takeDirty(BATCH)
      for (const phone of phones) resolvePhone(mirror, policy, cycleId, phone)
      return phones.length === BATCH
    })
    if (more) yield
  }
}

function resolvePhone(mirror: Mirror, policy: ResolvePolicy, cycleId: string, phone: string): void {
  const claims = orderClaims(mirror.records.claimants(phone), policy.sourceOrder)
  const [winner] = claims
  if (!winner) {
    // A source that left the config takes nobody with it: only a record that left its source does.
    const contact = mirror.contacts.find(phone)
    if (contact === undefined) return
    const configured = policy.sourceOrder.includes(contact.source_id)
    const ways = waysOf(mirror, contact)
    if (contact.state !== 'wanted') leftAnew(mirror, policy, contact, ways)
    else mirror.contacts.leave(phone, configured ? goneSince(mirror, phone, cycleId) : null, waysText(ways))
    return
  }
  const json =
    policy.mode === 'fill' ? JSON.stringify(fillBlanks(claims.map(fieldsOf))) : (winner.contact ?? '{}')
  for (const tag of tagsIn(json)) mirror.contacts.ownTag(tag)
  mirror.contacts.want({
    phone,
    source_id: winner.source_id,
    record_id: winner.record_id,
    fields: json,
    hash: contentHash(json),
    claims: claims.length,
  })
}

/** How the records left that spoke for a contact last: the one that won, or all of the number where it shared it. */
function waysOf({ records }: Mirror, { phone, source_id, record_id, claims }: StoredContact): LeftWay[] {
  const winner = records.find(source_id, record_id)
  const ofWinner = winner === undefined ? [] : [winner.way ?? 'numberChanged']
  const others = claims > 1 ? records.withPhone(phone).flatMap(({ way }) => way ?? []) : []
  return [...ofWinner, ...others]
}

/** Who was archived may be deleted later: then that counts. What only vanishes after the source said that it left is no news. */
function leftAnew(
  { contacts }: Mirror,
  { removal }: ResolvePolicy,
  { phone, source_id, state, left_cycle, left_ways }: StoredContact,
  ways: readonly LeftWay[],
): void {
  const text = waysText(ways)
  if (text === left_ways || ways.some((way) => way === 'absent' || way === 'numberChanged')) return
  contacts.leftAnew(phone, text)
  if (state !== 'removed' || left_cycle === null) return
  const [before, after] = [readWays(left_ways), ways].map((one) => rungFor(removal(source_id), one))
  if (before !== undefined && after !== undefined && isHarsher(after, before)) contacts.reopenRemoval(phone)
}

/** The cycle whose pull missed the last record, which may be an earlier one than this. */
function goneSince(mirror: Mirror, phone: string, cycleId: string): string {
  const cycles = mirror.records
    .withPhone(phone)
    .map((row) => row.gone_cycle)
    .filter((cycle) => cycle !== null)
  return cycles.sort().at(-1) ?? cycleId
}

function fieldsOf({ contact }: StoredClaim): ContactFields {
  return JSON.parse(contact ?? '{}') as ContactFields
}

/** Most have none, and then nothing has to be parsed. */
function tagsIn(json: string): readonly string[] {
  return json.includes('"tags"') ? ((JSON.parse(json) as ContactFields).tags ?? []) : []
}

/** Claims in order of who wins; those of sources that are no longer configured do not count. */
export function orderClaims(claims: readonly StoredClaim[], sourceOrder: readonly string[]): StoredClaim[] {
  const rank = new Map(sourceOrder.map((id, index) => [id, index]))
  return claims
    .filter((claim) => rank.has(claim.source_id))
    .sort(
      (a, b) =>
        (rank.get(a.source_id) ?? 0) - (rank.get(b.source_id) ?? 0) ||
        compareText(b.updated_at ?? '', a.updated_at ?? '') ||
        compareText(a.record_id, b.record_id),
    )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The first claimant's values, each blank or unmapped one taken from the next that has it. */
export function fillBlanks(claims: readonly ContactFields[]): ContactFields {
  const filled: Record<string, unknown> = {}
  const custom: Record<string, string> = {}
  for (const claim of claims) {
    for (const [field, value] of Object.entries(claim)) {
      if (field === 'custom') continue
      const held = filled[field]
      if (held === undefined || held === '' || (Array.isArray(held) && held.length === 0))
        filled[field] = value
    }
    for (const [name, value] of Object.entries(claim.custom ?? {})) {
      if (custom[name] === undefined || custom[name] === '') custom[name] = value
    }
  }
  return (Object.keys(custom).length > 0 ? { ...filled, custom } : filled) as ContactFields
}
