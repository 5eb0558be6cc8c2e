// Owns remote_contact: what Heymarket is known to hold, by reading it or by having written it.
import type { Db } from '../../db/open.ts'
import type { RemoteContact } from '../../heymarket/contact.ts'
import { contentHash } from '../../lib/hash.ts'
import { instantKey, keyToMs } from '../../lib/instant.ts'
import { readBareE164 } from '../../lib/phone.ts'
import { blankContact, type ErasedStore } from './erased.ts'
import { parseRemote, remoteBody, type StoredRemote } from './remote-body.ts'

export interface RemoteRow extends StoredRemote {
  readonly hash: Buffer
  readonly updated_at: number | null
  readonly seen_walk: number
  readonly read_at: number | null
  readonly acked_at: number | null
  readonly acked_rev: number | null
  /** 1 when our last write said is_opted_out. */
  readonly carried: 0 | 1
}

/** What a read told us about one contact. */
export type RemoteNews = 'same' | 'new' | 'changed' | 'stale'

/** Contacts that are looked at in one step. */
const STRETCH = 10_000

export interface RemoteStore {
  find(id: number): RemoteRow | undefined
  byPhone(phone: string): RemoteRow[]
  /** Takes in a contact read from Heymarket; `walk` 0 is no walk, and takes nothing from what a walk saw. `stale`: it shows a state from before our own last write, and is ignored. */
  read(contact: RemoteContact, walk: number, at: number): RemoteNews
  /** Takes in what an acked write must have left there. */
  wrote(contact: RemoteContact, at: number): void
  /** An opt-out that was sent in vain is to be sent again. */
  forgetCarried(phone: string): void
  /** The opt-out of a number was lifted in Heymarket: where an account shows none, what was known of it is over. */
  forgetOptOut(phone: string): void
  drop(id: number): void
  /** Keeps of the contacts of an erased number only that they are there. */
  blank(phone: string): void
  /** Contacts that no walk from this number on has met, stretch by stretch. */
  unseen(walk: number): Generator<RemoteRow[]>
  count(): number
  /** Contacts that walks from this number on have met. */
  countSeenSteps(walk: number): Generator<void, number>
  /** True when an answer ever showed is_opted_out: then an account that leaves it out means false. */
  showsOptOut(): boolean
  /** Numbers that stand on more than one Heymarket contact. */
  duplicatePhones(): number
}

export function remoteStore(db: Db, erased: ErasedStore): RemoteStore {
  const find = db.prepare<[number], RemoteRow>('SELECT * FROM remote_contact WHERE id = ?')
  const byPhone = db.prepare<[string], RemoteRow>('SELECT * FROM remote_contact WHERE phone = ? ORDER BY id')
  const put = db.prepare(
    `INSERT INTO remote_contact (id, phone, body, hash, rev, updated_at, seen_walk, read_at, acked_at, acked_rev, carried)
     VALUES (@id, @phone, @body, @hash, @rev, @updated_at, @seen_walk, @read_at, @acked_at, @acked_rev, coalesce(@carried, 0))
     ON CONFLICT (id) DO UPDATE SET phone = excluded.phone, body = excluded.body, hash = excluded.hash, rev = excluded.rev,
       updated_at = excluded.updated_at, seen_walk = max(seen_walk, excluded.seen_walk), read_at = excluded.read_at,
       acked_at = coalesce(excluded.acked_at, acked_at), acked_rev = coalesce(excluded.acked_rev, acked_rev),
       carried = coalesce(@carried, carried)`,
  )
  const touch = db.prepare<[number, number | null, number, number | null, number]>(
    'UPDATE remote_contact SET seen_walk = max(seen_walk, ?), updated_at = ?, read_at = ?, rev = ? WHERE id = ?',
  )
  const touchWalk = db.prepare<[number, number]>(
    'UPDATE remote_contact SET seen_walk = max(seen_walk, ?) WHERE id = ?',
  )
  const forgetCarried = db.prepare<[string]>('UPDATE remote_contact SET carried = 0 WHERE phone = ?')
  const drop = db.prepare<[number]>('DELETE FROM remote_contact WHERE id = ?')
  const setShown = db.prepare<[string, Buffer, number]>(
    'UPDATE remote_contact SET body = ?, hash = ?, carried = 0 WHERE id = ?',
  )
  const setBlank = db.prepare<[string, Buffer, number]>(
    'UPDATE remote_contact SET phone = NULL, body = ?, hash = ? WHERE id = ?',
  )
  const stretchBehind = db.prepare<[number, number], { last: number | null; all: number; seen: number }>(
    `SELECT max(id) AS last, count(*) AS "all", coalesce(sum(seen_walk >= ?), 0) AS seen
     FROM (SELECT id, seen_walk FROM remote_contact WHERE id > ? ORDER BY id LIMIT ${STRETCH})`,
  )
  const unseen = db.prepare<[number, number, number], RemoteRow>(
    'SELECT * FROM remote_contact WHERE id > ? AND id <= ? AND seen_walk < ? ORDER BY id',
  )
  const count = db.prepare<[], number>('SELECT n FROM remote_count').pluck()
  const showsOptOut = db.prepare<[], number>("SELECT 1 FROM meta WHERE key = 'shows_opt_out'").pluck()
  const rememberOptOutShown = db.prepare(
    "INSERT OR IGNORE INTO meta (key, value) VALUES ('shows_opt_out', '1')",
  )
  const duplicatePhones = db
    .prepare<[], number>(
      'SELECT count(*) FROM (SELECT 1 FROM remote_contact WHERE phone IS NOT NULL GROUP BY phone HAVING count(*) > 1)',
    )
    .pluck()
  const kept = (contact: RemoteContact): RemoteContact => {
    const phone = readBareE164(contact.phone)
    return phone !== null && erased.has(phone) ? blankContact(contact) : contact
  }
  function* stretches(walk: number) {
    for (let after = Number.MIN_SAFE_INTEGER; ; ) {
      const { last, all, seen } = stretchBehind.get(walk, after) ?? { last: null, all: 0, seen: 0 }
      if (last === null) return
      yield { after, last, all, seen }
      after = last
    }
  }
  return {
    find: (id) => find.get(id),
    byPhone: (phone) => byPhone.all(phone),
    read: (answer, walk, at) => {
      const shown = kept(answer)
      if (shown.isOptedOut !== null) rememberOptOutShown.run()
      const known = find.get(shown.id)
      if (known && known.rev !== null && shown.rev !== null && shown.rev < known.rev) {
        touchWalk.run(walk, shown.id)
        return 'stale'
      }
      // A field that an answer leaves out is not false (I3): what was known before stays.
      const before = known ? parseRemote(known).isOptedOut : null
      const contact = shown.isOptedOut === null && before === true ? { ...shown, isOptedOut: true } : shown
      const hash = remoteHash(contact)
      if (known?.hash.equals(hash)) {
        touch.run(walk, updatedAt(contact), at, contact.rev ?? known.rev, contact.id)
        return known.rev === contact.rev || contact.rev === null ? 'same' : 'changed'
      }
      put.run(row(contact, hash, walk, at, null))
      return known ? 'changed' : 'new'
    },
    wrote: (written, at) => {
      const contact = kept(written)
      const known = find.get(contact.id)
      put.run(row(contact, remoteHash(contact), known?.seen_walk ?? 0, null, at))
    },
    forgetCarried: (phone) => void forgetCarried.run(phone),
    forgetOptOut: (phone) => {
      for (const known of byPhone.all(phone)) {
        const contact = { ...parseRemote(known), isOptedOut: null }
        setShown.run(remoteBody(contact, known.phone), remoteHash(contact), known.id)
      }
    },
    drop: (id) => void drop.run(id),
    blank: (phone) => {
      for (const known of byPhone.all(phone)) {
        const contact = blankContact(parseRemote(known))
        setBlank.run(remoteBody(contact, null), remoteHash(contact), known.id)
      }
    },
    *unseen(walk) {
      for (const { after, last, all, seen } of stretches(walk))
        yield seen === all ? [] : unseen.all(after, last, walk)
    },
    count: () => count.get() ?? 0,
    *countSeenSteps(walk) {
      let met = 0
      for (const { seen } of stretches(walk)) {
        met += seen
        yield
      }
      return met
    },
    showsOptOut: () => showsOptOut.get() === 1,
    duplicatePhones: () => duplicatePhones.get() ?? 0,
  }
}

/**
 * Of everything that a person or heysync can change; revision and time are not part of it. Half of a content hash: it is held
 * against nothing but the version of the same contact before it, and it is kept twice, here and where both sides are in accord.
 */
function remoteHash(contact: RemoteContact): Buffer {
  const { rev: _rev, updated: _updated, custom, tagIds, ...rest } = contact
  return contentHash(
    JSON.stringify([
      rest,
      Object.entries(custom).sort(([a], [b]) => (a < b ? -1 : 1)),
      [...tagIds].sort((a, b) => a - b),
    ]),
  ).subarray(0, 8)
}

function row(
  contact: RemoteContact,
  hash: Buffer,
  walk: number,
  readAt: number | null,
  ackedAt: number | null,
) {
  const phone = readBareE164(contact.phone)
  return {
    id: contact.id,
    phone,
    body: remoteBody(contact, phone),
    hash,
    rev: contact.rev,
    updated_at: updatedAt(contact),
    seen_walk: walk,
    read_at: readAt,
    acked_at: ackedAt,
    acked_rev: ackedAt === null ? null : contact.rev,
    carried: ackedAt === null ? null : contact.isOptedOut === true ? 1 : 0,
  }
}

/** Milliseconds since 1970. */
function updatedAt({ updated }: RemoteContact): number | null {
  const key = instantKey(updated)
  return key === null ? null : keyToMs(key)
}
