// Owns list and list_member: the lists that rules keep, and who is on them as far as heysync knows.
import type { Db } from '../../db/open.ts'
import type { ErrorCode } from '../../lib/errors.ts'
import type { BareE164 } from '../../lib/phone.ts'

export interface StoredList extends ListRow {
  /** Members it showed when it was last read; null until then. */
  readonly shown_size: number | null
}

export interface ListRow {
  readonly key: string
  readonly shard: number
  readonly local_id: string
  readonly title: string
  readonly list_id: number | null
  /** `creating`: a request to make it may have got through. */
  readonly state: 'creating' | 'live'
  /** 0 when it was found in Heymarket, and who of its members is ours is still to be said. */
  readonly claimed: 0 | 1
  readonly read_at: number | null
}

export interface Membership {
  readonly key: string
  readonly phone: BareE164
  readonly shard: number
  readonly contact_id: number | null
  /** `adding` and `removing`: planned, and perhaps done already. `refused`: Heymarket did not do it. */
  readonly state: 'adding' | 'on' | 'removing' | 'refused'
  readonly wants: 'on' | 'off'
  /** 1 when heysync put them there: only these are taken off again. */
  readonly ours: 0 | 1
}

export interface Member extends Membership {
  /** Why and since when they are refused. */
  readonly error: string | null
  readonly error_code: ErrorCode | null
  readonly request_id: string | null
  readonly refused_at: number | null
}

/** Why a member is refused. */
export interface Refusal {
  readonly code: ErrorCode
  readonly message: string
  readonly requestId?: string | undefined
}

/** A member whom Heymarket did not put on a list, or take off it. */
export interface RefusedMember extends Member {
  readonly title: string
  readonly source_id: string
  readonly record_id: string
}

/** Somebody whom a rule may put on a list. */
export interface Candidate {
  readonly phone: BareE164
  readonly state: 'wanted' | 'left' | 'removed'
  /** JSON ContactFields. */
  readonly fields: string
  readonly source_id: string
  readonly left_cycle: string | null
  readonly left_ways: string
  readonly opted_out: 0 | 1
  /** In Heymarket; null while it is not there. */
  readonly contact_id: number | null
}

export interface ShardCount {
  readonly shard: number
  readonly members: number
  /** Of them, those who are only about to get on. */
  readonly adding: number
}

export interface ListStore {
  all(): StoredList[]
  ofKey(key: string): StoredList[]
  put(list: ListRow): void
  /** So many members it showed when it was read. To be called after `put`. */
  showed(key: string, shard: number, size: number): void
  /** It is not in Heymarket any more: whoever was on it is on nothing. */
  drop(key: string, shard: number): void
  /** In phone order, behind `after`; of one shard unless that is null. */
  members(key: string, shard: number | null, after: string, limit: number): Member[]
  /** Of all lists. */
  membersOf(phones: readonly string[]): Member[]
  hasMembers(key: string): boolean
  /** So many members are behind `after` in each shard, counted up to `last`; null when there are no more. */
  census(key: string, after: string, limit: number): { shards: ShardCount[]; last: string | null }
  member(key: string, phone: string): Member | undefined
  putMember(member: Membership): void
  refuse(key: string, phone: string, why: Refusal, at: number): void
  dropMember(key: string, phone: string): void
  /** In which lists a number is. */
  ofPhone(phone: string): (Member & { title: string; list_id: number | null })[]
  candidatesOf(phones: readonly string[]): Candidate[]
  candidate(phone: string): Candidate | undefined
  /** The contact of this number in Heymarket, also where no record wants it; null when there is none. */
  contactId(phone: string): number | null
  /** Whom Heymarket refused, in the order of the titles. */
  refused(): RefusedMember[]
  /** Of these, the refused are tried again. */
  retry(members: readonly Pick<Member, 'key' | 'phone'>[]): void
  counts(): { key: string; state: Member['state']; n: number }[]
}

const CONTACT_ID = `coalesce(
      (SELECT l.contact_id FROM link l JOIN remote_contact x ON x.id = l.contact_id AND x.phone = c.phone WHERE l.phone = c.phone),
      (SELECT min(x.id) FROM remote_contact x WHERE x.phone = c.phone))`

const CANDIDATE = `SELECT c.phone, c.state, c.fields, c.source_id, c.left_cycle, c.left_ways,
    EXISTS (SELECT 1 FROM consent k WHERE k.phone = c.phone AND k.state = 'opted_out') AS opted_out,
    ${CONTACT_ID} AS contact_id
  FROM contact c`

export function listStore(db: Db): ListStore {
  const all = db.prepare<[], StoredList>('SELECT * FROM list ORDER BY key, shard')
  const ofKey = db.prepare<[string], StoredList>('SELECT * FROM list WHERE key = ? ORDER BY shard')
  const put = db.prepare(
    `INSERT INTO list (key, shard, local_id, title, list_id, state, claimed, read_at)
     VALUES (@key, @shard, @local_id, @title, @list_id, @state, @claimed, @read_at)
     ON CONFLICT (key, shard) DO UPDATE SET local_id = excluded.local_id, title = excluded.title, list_id = excluded.list_id,
       state = excluded.state, claimed = excluded.claimed, read_at = excluded.read_at`,
  )
  const showed = db.prepare<[number, string, number]>(
    'UPDATE list SET shown_size = ? WHERE key = ? AND shard = ?',
  )
  const drop = db.prepare<[string, number]>('DELETE FROM list WHERE key = ? AND shard = ?')
  const dropMembers = db.prepare<[string, number]>('DELETE FROM list_member WHERE key = ? AND shard = ?')
  const members = db.prepare<[string, string, number | null, number], Member>(
    'SELECT * FROM list_member WHERE key = ? AND phone > ? AND shard = coalesce(?, shard) ORDER BY phone LIMIT ?',
  )
  const membersOf = db.prepare<[string], Member>(
    'SELECT m.* FROM json_each(?) j CROSS JOIN list_member m ON m.phone = j.value',
  )
  const hasMembers = db.prepare<[string], number>('SELECT 1 FROM list_member WHERE key = ? LIMIT 1').pluck()
  const census = db.prepare<[string, string, number], ShardCount & { last: string }>(
    `SELECT shard, count(*) AS members, count(*) FILTER (WHERE state = 'adding') AS adding, max(phone) AS last
     FROM (SELECT shard, state, phone FROM list_member WHERE key = ? AND phone > ? ORDER BY phone LIMIT ?) GROUP BY shard`,
  )
  const member = db.prepare<[string, string], Member>('SELECT * FROM list_member WHERE key = ? AND phone = ?')
  const putMember = db.prepare(
    `INSERT INTO list_member (key, phone, shard, contact_id, state, wants, ours)
     VALUES (@key, @phone, @shard, @contact_id, @state, @wants, @ours)
     ON CONFLICT (key, phone) DO UPDATE SET shard = excluded.shard, contact_id = excluded.contact_id,
       state = excluded.state, wants = excluded.wants, ours = excluded.ours,
       error = iif(excluded.state = 'refused', error, NULL), error_code = iif(excluded.state = 'refused', error_code, NULL),
       request_id = iif(excluded.state = 'refused', request_id, NULL), refused_at = iif(excluded.state = 'refused', refused_at, NULL)`,
  )
  const refuse = db.prepare(
    `UPDATE list_member SET state = 'refused', error = @message, error_code = @code, request_id = @requestId, refused_at = @at
     WHERE key = @key AND phone = @phone`,
  )
  const dropMember = db.prepare<[string, string]>('DELETE FROM list_member WHERE key = ? AND phone = ?')
  const ofPhone = db.prepare<[string], Member & { title: string; list_id: number | null }>(
    `SELECT m.*, coalesce(l.title, m.key) AS title, l.list_id FROM list_member m
     LEFT JOIN list l ON l.key = m.key AND l.shard = m.shard WHERE m.phone = ? ORDER BY title`,
  )
  const candidatesOf = db.prepare<[string], Candidate>(
    `${CANDIDATE} WHERE c.phone IN (SELECT value FROM json_each(?))`,
  )
  const candidate = db.prepare<[string], Candidate>(`${CANDIDATE} WHERE c.phone = ?`)
  const contactId = db
    .prepare<[string], number | null>(`SELECT ${CONTACT_ID} FROM (SELECT ? AS phone) c`)
    .pluck()
  // By the index of those who are not simply on.
  const refused = db.prepare<[], RefusedMember>(
    `SELECT m.*, coalesce(l.title, m.key) AS title, coalesce(c.source_id, '') AS source_id, coalesce(c.record_id, '') AS record_id
     FROM list_member m LEFT JOIN list l ON l.key = m.key AND l.shard = m.shard LEFT JOIN contact c ON c.phone = m.phone
     WHERE m.state <> 'on' AND m.state = 'refused' ORDER BY title, m.phone`,
  )
  // Whoever was refused a place is planned anew: the list may have been full, and another one has room.
  const dropRefused = db.prepare<[string, string]>(
    "DELETE FROM list_member WHERE key = ? AND phone = ? AND state = 'refused' AND wants = 'on'",
  )
  const retryRefused = db.prepare<[string, string]>(
    "UPDATE list_member SET state = 'removing' WHERE key = ? AND phone = ? AND state = 'refused'",
  )
  const counts = db.prepare<[], { key: string; state: Member['state']; n: number }>(
    'SELECT key, state, count(*) AS n FROM list_member GROUP BY key, state',
  )
  return {
    all: () => all.all(),
    ofKey: (key) => ofKey.all(key),
    put: (list) => void put.run(list),
    showed: (key, shard, size) => void showed.run(size, key, shard),
    drop: (key, shard) => {
      drop.run(key, shard)
      dropMembers.run(key, shard)
    },
    members: (key, shard, after, limit) => members.all(key, after, shard, limit),
    membersOf: (phones) => membersOf.all(JSON.stringify(phones)),
    hasMembers: (key) => hasMembers.get(key) === 1,
    census: (key, after, limit) => {
      const shards = census.all(key, after, limit)
      const counted = shards.reduce((sum, { members: n }) => sum + n, 0)
      return {
        shards,
        last:
          counted < limit
            ? null
            : (shards
                .map(({ last }) => last)
                .sort()
                .at(-1) ?? null),
      }
    },
    member: (key, phone) => member.get(key, phone),
    putMember: (member) => void putMember.run(member),
    dropMember: (key, phone) => void dropMember.run(key, phone),
    ofPhone: (phone) => ofPhone.all(phone),
    candidatesOf: (phones) => candidatesOf.all(JSON.stringify(phones)),
    candidate: (phone) => candidate.get(phone),
    contactId: (phone) => contactId.get(phone) ?? null,
    refuse: (key, phone, { code, message, requestId = null }, at) =>
      void refuse.run({ key, phone, code, message, requestId, at }),
    refused: () => refused.all(),
    retry: (members) => {
      for (const { key, phone } of members) {
        dropRefused.run(key, phone)
        retryRefused.run(key, phone)
      }
    },
    counts: () => counts.all(),
  }
}
