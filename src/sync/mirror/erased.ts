// Owns erased: the marks of people who were erased, by which they are recognised without being known.
import { createHmac } from 'node:crypto'
import type { Db } from '../../db/open.ts'
import type { RemoteContact } from '../../heymarket/contact.ts'

export interface ErasedMark {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly reason: string
  readonly optedOut: boolean
}

export interface ErasedStore {
  /** True when anybody was. */
  any(): boolean
  has(phone: string): boolean
  find(phone: string): ErasedMark | undefined
  /** Oldest first. */
  all(): ErasedMark[]
  /** A second erase keeps the first date; the opt-out only ever comes. */
  mark(phone: string, mark: ErasedMark): void
  /** They opted out after they were erased: that counts when the mark is lifted. */
  optOut(phone: string): void
  lift(phone: string): void
  /** A record of theirs, by its id: lists of its source name it without a number. */
  markRecord(phone: string, sourceId: string, recordId: string): void
  isMarkedRecord(sourceId: string, recordId: string): boolean
  /** The mark of the person whose record it is. */
  ofRecord(sourceId: string, recordId: string): ErasedMark | undefined
  /** The record may have become somebody else's. */
  unmarkRecord(sourceId: string, recordId: string): void
  /** What stands for the id of a record of theirs, which may be their number or their address. */
  recordName(sourceId: string, recordId: string): string
}

interface MarkRow {
  readonly erased_at: number
  readonly reason: string
  readonly opted_out: 0 | 1
}

export function erasedStore(db: Db): ErasedStore {
  const salt = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'erase_salt'").pluck()
  const any = db.prepare<[], number>('SELECT 1 FROM erased LIMIT 1').pluck()
  const find = db.prepare<[Buffer], MarkRow>('SELECT erased_at, reason, opted_out FROM erased WHERE mark = ?')
  const all = db.prepare<[], MarkRow>('SELECT erased_at, reason, opted_out FROM erased ORDER BY erased_at')
  const put = db.prepare<[Buffer, number, string, 0 | 1]>(
    `INSERT INTO erased (mark, erased_at, reason, opted_out) VALUES (?, ?, ?, ?)
     ON CONFLICT (mark) DO UPDATE SET opted_out = max(opted_out, excluded.opted_out)`,
  )
  const setOptedOut = db.prepare<[Buffer]>('UPDATE erased SET opted_out = 1 WHERE mark = ?')
  const lift = db.prepare<[Buffer]>('DELETE FROM erased WHERE mark = ?')
  const putRecord = db.prepare<[string, Buffer]>(
    'INSERT OR REPLACE INTO erased_record (name, mark) VALUES (?, ?)',
  )
  const hasRecord = db.prepare<[string], number>('SELECT 1 FROM erased_record WHERE name = ?').pluck()
  const ofRecord = db.prepare<[string], MarkRow>(
    `SELECT e.erased_at, e.reason, e.opted_out FROM erased_record r JOIN erased e USING (mark) WHERE r.name = ?`,
  )
  const dropRecord = db.prepare<[string]>('DELETE FROM erased_record WHERE name = ?')
  const dropRecords = db.prepare<[Buffer]>('DELETE FROM erased_record WHERE mark = ?')
  // Numbers are few enough to be tried one by one, so whoever holds the whole database can test one against a mark. A slow
  // hash (scrypt) would only slow that down, and with it every pull, which asks for each record it reads; the salt
  // sees to it that a mark without its database tells nothing, and that is what a fast HMAC does as well.
  let key: string | undefined
  const hmac = (text: string): Buffer => {
    key ??= salt.get() ?? ''
    return createHmac('sha256', key).update(text).digest()
  }
  const recordName = (sourceId: string, recordId: string) =>
    `erased-${hmac(JSON.stringify([sourceId, recordId]))
      .toString('hex')
      .slice(0, 16)}`
  const found = (phone: string) => (any.get() === 1 ? find.get(hmac(phone)) : undefined)
  return {
    any: () => any.get() === 1,
    has: (phone) => found(phone) !== undefined,
    find: (phone) => {
      const row = found(phone)
      return row && readMark(row)
    },
    all: () => all.all().map(readMark),
    mark: (phone, { at, reason, optedOut }) => void put.run(hmac(phone), at, reason, optedOut ? 1 : 0),
    optOut: (phone) => void setOptedOut.run(hmac(phone)),
    lift: (phone) => {
      lift.run(hmac(phone))
      dropRecords.run(hmac(phone))
    },
    markRecord: (phone, sourceId, recordId) =>
      void putRecord.run(recordName(sourceId, recordId), hmac(phone)),
    isMarkedRecord: (sourceId, recordId) =>
      any.get() === 1 && hasRecord.get(recordName(sourceId, recordId)) === 1,
    ofRecord: (sourceId, recordId) => {
      const row = any.get() === 1 ? ofRecord.get(recordName(sourceId, recordId)) : undefined
      return row && readMark(row)
    },
    unmarkRecord: (sourceId, recordId) => void dropRecord.run(recordName(sourceId, recordId)),
    recordName,
  }
}

function readMark({ erased_at, reason, opted_out }: MarkRow): ErasedMark {
  return { at: erased_at, reason, optedOut: opted_out === 1 }
}

/** What is kept of an erased person's contact while Heymarket holds it: that it is there, so that counts stay right. */
export function blankContact({ id, isOptedOut, rev, updated }: RemoteContact): RemoteContact {
  return {
    id,
    phone: '',
    first: '',
    last: '',
    displayName: '',
    email: '',
    avatar: '',
    custom: {},
    tagIds: [],
    assigneeId: null,
    isOptedOut,
    rev,
    updated,
  }
}
