// Owns contact, link and owned_tag: what the sources together want for each phone.
import type { Db } from '../../db/open.ts'
import type { RemoteContact } from '../../heymarket/contact.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { parseRemote } from './remote-body.ts'
import { inStretch, type Stretch } from './stretch.ts'

export type ContactState = 'wanted' | 'left' | 'removed'

export interface StoredContact {
  readonly phone: BareE164
  readonly state: ContactState
  readonly source_id: string
  readonly record_id: string
  /** JSON ContactFields. */
  readonly fields: string
  readonly hash: Buffer
  /** Records that claim the phone; of one that left, those that did last. */
  readonly claims: number
  readonly left_cycle: string | null
  /** How its last records left: see removal.ts. */
  readonly left_ways: string
  readonly settled_desired: Buffer | null
  readonly settled_remote: Buffer | null
  readonly pushed_key: Buffer | null
  /** JSON ContactFields of the last time the two sides were in accord; null when that is not known. */
  readonly base: string | null
  /** `pushed_key` as it was then. */
  readonly base_push: Buffer | null
  /** JSON list: tags that are wanted and do not fit. */
  readonly cut_tags: string | null
  /** JSON list: tags that its records ever gave, until they left and it was handled. */
  readonly given_tags: string
}

/** A contact whose desired and remote sides were not yet found equal. */
export interface Unsettled extends StoredContact {
  readonly remote_id: number | null
  /** As remote-body.ts writes it. */
  readonly remote_body: string | null
  readonly remote_hash: Buffer | null
  readonly remote_rev: number | null
  readonly acked_rev: number | null
  /** 1 when a write of ours to this very contact was acked. */
  readonly remote_acked: 0 | 1
  readonly remote_read: 0 | 1
  readonly opted_out: 0 | 1
  /** 1 when our last write said is_opted_out. */
  readonly carried: 0 | 1
}

export interface Link {
  readonly contact_id: number
  readonly origin: 'created' | 'adopted'
  readonly rung: string
}

export interface ContactStore {
  find(phone: string): StoredContact | undefined
  want(row: {
    phone: string
    source_id: string
    record_id: string
    fields: string
    hash: Buffer
    claims: number
  }): void
  /** No record claims the phone any more. */
  leave(phone: string, cycleId: string | null, ways: string): void
  /** It is gone already, and its records left in another way by now. */
  leftAnew(phone: string, ways: string): void
  markRemoved(phone: string): void
  /** A removal that was over is to be looked at again. */
  reopenRemoval(phone: string): void
  forget(phone: string): void
  /** Phones whose two sides may differ, in order, behind `after`. */
  due(after: string, limit: number): BareE164[]
  /** Those of them whose two sides were not found equal, behind `after` and up to `to`. */
  unsettled(after: string, to: string): Unsettled[]
  findUnsettled(phone: string): Unsettled | undefined
  /** It need not be compared again as long as nothing changes, if its two sides are in accord. */
  compared(phone: string): void
  /** The two sides are in accord: `base` says where that is not what the sources want. */
  settle(
    phone: string,
    desired: Buffer,
    remote: Buffer,
    more?: { base: string | null; cutTags: string | null },
  ): void
  /** What both sides agree on while something is still to be written. */
  remember(phone: string, base: string | null, cutTags: string | null): void
  /** Custom fields or tags got other ids: what Heymarket holds of them is not what it held. */
  forgetNamedBases(): void
  /** How many contacts have tags that do not fit, and the first of them. */
  cutTags(): { n: number; example: string | null }
  unsettle(phone: string): void
  /** All of a stretch of numbers. */
  unsettleStretch(stretch: Stretch): void
  /** The number that many contacts behind, in the order of numbers; null when there are fewer. */
  phoneBehind(after: string, many: number): string | null
  /** What the last acked write wanted, as `pushKey` names it; null when it was only a part. */
  pushed(phone: string, key: Buffer | null): void
  /** Contacts of the source that Heymarket is known to hold, what the dials are measured against; not further than `enough`. */
  countInHeymarket(sourceId: string, enough: number): number
  countWanted(): number
  collisions(): number
  /** Wanted numbers that more than one record claims. */
  sharedPhones(): BareE164[]
  /** Contacts that this record spoke for and claims no more, not yet handled. */
  leftBy(sourceId: string, recordId: string): StoredContact[]
  link(phone: string): Link | undefined
  /** The numbers that a Heymarket contact is linked under. */
  linkedPhones(contactId: number): BareE164[]
  /** The contact's number has changed: its link goes with it. */
  relink(from: string, to: string): void
  putLink(phone: string, contactId: number, origin: 'created' | 'adopted', rung: string): void
  dropLink(phone: string): void
  ownedTags(): Set<string>
  ownTag(tag: string): void
  /** Every wanted contact, by phone. */
  eachWanted(): IterableIterator<StoredContact>
  wantedTags(): string[]
  wantedAssignees(): string[]
}

// Most contacts are in accord, and then three columns would say once more what others say. A mark stands for them, and
// only while they are the same: `=` in base for fields, an empty settled_desired for hash, an empty base_push for pushed_key.
const BASE = "iif(base = '=', fields, base)"
const BASE_PUSH = "iif(base_push = x'', pushed_key, base_push)"
const SETTLED_DESIRED = "iif(settled_desired = x'', hash, settled_desired)"
const STORED = `phone, state, source_id, record_id, fields, hash, claims, left_cycle, left_ways,
  ${SETTLED_DESIRED} AS settled_desired, settled_remote, pushed_key, ${BASE} AS base, ${BASE_PUSH} AS base_push, cut_tags, given_tags`

/** What link.rung is blank for: what onRemoved is where nothing else is written. */
const USUAL_RUNG = 'removeFromLists'

type UnsettledRow = [
  ...[BareE164, ContactState, string, string, string, Buffer, number, string | null, string],
  ...[Buffer | null, Buffer | null, Buffer | null, string | null, Buffer | null, string | null, string],
  ...[number | null, string | null, Buffer | null, number | null, number | null, 0 | 1, 0 | 1, 0 | 1, 0 | 1],
]

/** Of so many columns, and perhaps a million rows, an object is made in half the time here. */
function readUnsettled(row: UnsettledRow): Unsettled {
  const [phone, state, source_id, record_id, fields, hash, claims, left_cycle, left_ways] = row
  return {
    phone,
    state,
    source_id,
    record_id,
    fields,
    hash,
    claims,
    left_cycle,
    left_ways,
    settled_desired: row[9],
    settled_remote: row[10],
    pushed_key: row[11],
    base: row[12],
    base_push: row[13],
    cut_tags: row[14],
    given_tags: row[15],
    remote_id: row[16],
    remote_body: row[17],
    remote_hash: row[18],
    remote_rev: row[19],
    acked_rev: row[20],
    remote_acked: row[21],
    remote_read: row[22],
    opted_out: row[23],
    carried: row[24],
  }
}

export function contactStore(db: Db): ContactStore {
  const find = db.prepare<[string], StoredContact>(`SELECT ${STORED} FROM contact WHERE phone = ?`)
  const want = db.prepare(
    `INSERT INTO contact (phone, state, source_id, record_id, fields, hash, claims, given_tags)
     VALUES (@phone, 'wanted', @source_id, @record_id, @fields, @hash, @claims, coalesce(json_extract(@fields, '$.tags'), '[]'))
     ON CONFLICT (phone) DO UPDATE SET state = 'wanted', source_id = excluded.source_id, record_id = excluded.record_id,
       base = CASE WHEN base = '=' AND fields <> excluded.fields THEN fields WHEN base = excluded.fields THEN '=' ELSE base END,
       settled_desired = CASE WHEN settled_desired = x'' AND hash <> excluded.hash THEN hash
         WHEN settled_desired = excluded.hash THEN x'' ELSE settled_desired END,
       fields = excluded.fields, hash = excluded.hash, claims = excluded.claims, left_cycle = NULL, left_ways = '',
       given_tags = CASE WHEN excluded.given_tags IN ('[]', given_tags) THEN given_tags ELSE (
         SELECT json_group_array(value) FROM (
           SELECT value FROM json_each(contact.given_tags) UNION SELECT value FROM json_each(excluded.given_tags))) END`,
  )
  const leave = db.prepare<[string | null, string, string]>(
    `UPDATE contact SET state = 'left', left_cycle = ?, left_ways = ?, settled_desired = NULL, base = NULL,
       base_push = ${BASE_PUSH}, pushed_key = NULL, cut_tags = NULL
     WHERE phone = ? AND state = 'wanted'`,
  )
  const leftAnew = db.prepare<[string, string]>('UPDATE contact SET left_ways = ? WHERE phone = ?')
  const markRemoved = db.prepare<[string]>(
    "UPDATE contact SET state = 'removed', given_tags = '[]' WHERE phone = ?",
  )
  const reopenRemoval = db.prepare<[string]>(
    "UPDATE contact SET state = 'left' WHERE phone = ? AND state = 'removed'",
  )
  // While it is not known whether a create went through, the contact may turn up in Heymarket after all.
  const forget = db.prepare<[string]>(
    `DELETE FROM contact WHERE phone = ? AND NOT EXISTS
       (SELECT 1 FROM operation o WHERE o.phone = contact.phone AND o.state IN ('in_flight', 'unsettled'))`,
  )
  // Two contacts of one number in Heymarket: the oldest stands for it, always the same one.
  const SIDES = `FROM compare_due d
     CROSS JOIN (SELECT ${STORED} FROM contact) c ON c.phone = d.phone
     LEFT JOIN remote_contact r ON r.id = coalesce(
       (SELECT l.contact_id FROM link l JOIN remote_contact x ON x.id = l.contact_id AND x.phone = c.phone WHERE l.phone = c.phone),
       (SELECT min(x.id) FROM remote_contact x WHERE x.phone = c.phone))
     WHERE c.state <> 'removed'
       AND (c.settled_desired IS NOT c.hash OR c.settled_remote IS NOT r.hash OR c.state = 'left')`
  // The columns in the order of UnsettledRow.
  const UNSETTLED = `SELECT c.*, r.id AS remote_id, r.body AS remote_body, r.hash AS remote_hash, r.rev AS remote_rev, r.acked_rev AS acked_rev,
            (r.acked_at IS NOT NULL) AS remote_acked, (r.read_at IS NOT NULL) AS remote_read,
            EXISTS (SELECT 1 FROM consent k WHERE k.phone = c.phone AND k.state = 'opted_out') AS opted_out,
            coalesce(r.carried, 0) AS carried
     ${SIDES}`
  const due = db
    .prepare<[string, number], BareE164>(
      'SELECT phone FROM compare_due WHERE phone > ? ORDER BY phone LIMIT ?',
    )
    .pluck()
  const unsettled = db
    .prepare<[string, string], UnsettledRow>(`${UNSETTLED} AND d.phone > ? AND d.phone <= ? ORDER BY d.phone`)
    .raw()
  const findUnsettled = db.prepare<[string], Unsettled>(`${UNSETTLED} AND d.phone = ?`)
  const compared = db.prepare<[string, string]>(
    `DELETE FROM compare_due WHERE phone = ? AND NOT EXISTS (SELECT 1 ${SIDES} AND d.phone = ?)`,
  )
  const settle = db.prepare(
    `UPDATE contact SET settled_desired = iif(hash = @desired, x'', @desired), settled_remote = @remote,
       base = iif(coalesce(@base, fields) = fields, '=', @base), base_push = x'', cut_tags = @cutTags
     WHERE phone = @phone`,
  )
  const remember = db.prepare(
    "UPDATE contact SET base = iif(@base = fields, '=', @base), cut_tags = @cutTags WHERE phone = @phone",
  )
  const forgetNamedBases = db.prepare(
    `UPDATE contact SET base = json_remove(${BASE}, '$.custom', '$.tags')
     WHERE json_type(${BASE}, '$.custom') IS NOT NULL OR json_type(${BASE}, '$.tags') IS NOT NULL`,
  )
  const cutTags = db.prepare<[], { n: number; example: string | null }>(
    `SELECT count(*) AS n, (SELECT cut_tags FROM contact WHERE cut_tags IS NOT NULL ORDER BY phone LIMIT 1) AS example
     FROM contact WHERE cut_tags IS NOT NULL`,
  )
  const unsettle = db.prepare<[string]>('UPDATE contact SET settled_desired = NULL WHERE phone = ?')
  const unsettleStretch = db.prepare<[Stretch]>(
    `UPDATE contact SET settled_desired = NULL WHERE settled_desired IS NOT NULL AND ${inStretch('phone')}`,
  )
  const phoneBehind = db
    .prepare<[string, number], string>(
      'SELECT phone FROM contact WHERE phone > ? ORDER BY phone LIMIT 1 OFFSET ?',
    )
    .pluck()
  const pushed = db.prepare<[Buffer | null, string]>(
    `UPDATE contact SET base_push = ${BASE_PUSH}, pushed_key = ? WHERE phone = ?`,
  )
  const countInHeymarket = db
    .prepare<[string, number], number>(
      `SELECT count(*) FROM (SELECT 1 FROM contact c
       WHERE c.source_id = ? AND c.state <> 'removed' AND EXISTS (SELECT 1 FROM remote_contact r WHERE r.phone = c.phone) LIMIT ?)`,
    )
    .pluck()
  const countWanted = db
    .prepare<[], number>("SELECT total(n) FROM contact_count WHERE state = 'wanted'")
    .pluck()
  const collisions = db
    .prepare<[], number>("SELECT count(*) FROM contact WHERE state = 'wanted' AND claims > 1")
    .pluck()
  const sharedPhones = db
    .prepare<[], BareE164>("SELECT phone FROM contact WHERE state = 'wanted' AND claims > 1 ORDER BY phone")
    .pluck()
  const link = db.prepare<[string], Link>(
    `SELECT contact_id, origin, iif(rung = '', '${USUAL_RUNG}', rung) AS rung FROM link WHERE phone = ?`,
  )
  const putLink = db.prepare(
    `INSERT INTO link (phone, contact_id, origin, rung) VALUES (?, ?, ?, ?)
     ON CONFLICT (phone) DO UPDATE SET contact_id = excluded.contact_id, origin = excluded.origin, rung = excluded.rung`,
  )
  const leftBy = db.prepare<[string, string], StoredContact>(
    `SELECT ${STORED} FROM contact WHERE source_id = ? AND record_id = ? AND state = 'left' ORDER BY phone`,
  )
  const linkedPhones = db
    .prepare<[number], BareE164>('SELECT phone FROM link WHERE contact_id = ? ORDER BY phone')
    .pluck()
  const relink = db.prepare<[string, string]>('UPDATE OR REPLACE link SET phone = ? WHERE phone = ?')
  const dropLink = db.prepare<[string]>('DELETE FROM link WHERE phone = ?')
  const ownedTags = db.prepare<[], string>('SELECT tag FROM owned_tag').pluck()
  const ownTag = db.prepare<[string]>('INSERT OR IGNORE INTO owned_tag (tag) VALUES (?)')
  const eachWanted = db.prepare<[], StoredContact>(
    `SELECT ${STORED} FROM contact WHERE state = 'wanted' ORDER BY phone`,
  )
  const wantedTags = db
    .prepare<[], string>(
      `SELECT DISTINCT t.value FROM contact c INDEXED BY contact_with_tags, json_each(c.fields, '$.tags') t
       WHERE c.state = 'wanted' AND c.given_tags <> '[]'`,
    )
    .pluck()
  const wantedAssignees = db
    .prepare<[], string>(
      `SELECT DISTINCT json_extract(fields, '$.assignee') FROM contact INDEXED BY contact_by_assignee
       WHERE state = 'wanted' AND coalesce(json_extract(fields, '$.assignee'), '') <> ''`,
    )
    .pluck()
  return {
    find: (phone) => find.get(phone),
    want: (row) => void want.run(row),
    leave: (phone, cycleId, ways) => void leave.run(cycleId, ways, phone),
    leftAnew: (phone, ways) => void leftAnew.run(ways, phone),
    markRemoved: (phone) => void markRemoved.run(phone),
    reopenRemoval: (phone) => void reopenRemoval.run(phone),
    forget: (phone) => void forget.run(phone),
    due: (after, limit) => due.all(after, limit),
    unsettled: (after, to) => unsettled.all(after, to).map(readUnsettled),
    findUnsettled: (phone) => findUnsettled.get(phone),
    compared: (phone) => void compared.run(phone, phone),
    settle: (phone, desired, remote, more) =>
      void settle.run({ phone, desired, remote, base: more?.base ?? null, cutTags: more?.cutTags ?? null }),
    remember: (phone, base, cutTags) => void remember.run({ phone, base, cutTags }),
    forgetNamedBases: () => void forgetNamedBases.run(),
    cutTags: () => cutTags.get() ?? { n: 0, example: null },
    unsettle: (phone) => void unsettle.run(phone),
    unsettleStretch: (stretch) => void unsettleStretch.run(stretch),
    phoneBehind: (after, many) => phoneBehind.get(after, many - 1) ?? null,
    pushed: (phone, key) => void pushed.run(key, phone),
    countInHeymarket: (sourceId, enough) =>
      countInHeymarket.get(sourceId, Number.isFinite(enough) ? Math.ceil(enough) : -1) ?? 0,
    countWanted: () => countWanted.get() ?? 0,
    collisions: () => collisions.get() ?? 0,
    sharedPhones: () => sharedPhones.all(),
    link: (phone) => link.get(phone),
    putLink: (phone, contactId, origin, rung) =>
      void putLink.run(phone, contactId, origin, rung === USUAL_RUNG ? '' : rung),
    leftBy: (sourceId, recordId) => leftBy.all(sourceId, recordId),
    linkedPhones: (contactId) => linkedPhones.all(contactId),
    relink: (from, to) => void relink.run(to, from),
    dropLink: (phone) => void dropLink.run(phone),
    ownedTags: () => new Set(ownedTags.all()),
    ownTag: (tag) => void ownTag.run(tag),
    eachWanted: () => eachWanted.iterate(),
    wantedTags: () => wantedTags.all(),
    wantedAssignees: () => wantedAssignees.all(),
  }
}

/** Its contact in Heymarket, but for the time of its last change; null when there is none. */
export function remoteOf({ phone, remote_id, remote_rev, remote_body }: Unsettled): RemoteContact | null {
  if (remote_id === null || remote_body === null) return null
  return parseRemote({ id: remote_id, phone, rev: remote_rev, body: remote_body })
}
