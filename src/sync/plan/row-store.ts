// Owns the rows of one plan while it is made, read and applied: in tables that only this process sees and that end with it,
// because there may be millions of them.
import type { Db } from '../../db/open.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { optsOut } from '../diff/change.ts'
import type { Members } from '../lists/changes.ts'
import type { Verdict } from './judge.ts'
import { asChange, type PlannedChange, type PlannedMember } from './plan-file.ts'

type Kind = Verdict['kind']

export interface RowStore {
  /** Forgets the plan before. */
  begin(): void
  addChange(planned: PlannedChange): void
  addMember(planned: PlannedMember): void
  /** Opt-outs first, then in phone order. */
  readonly changes: Iterable<PlannedChange>
  /** List by list as they came up; who gets on, who gets off, who is held, each in phone order. */
  readonly members: Iterable<PlannedMember>
  /** The opt-out that was to go ahead of a held change goes with it, once that is let through. */
  joinHeld(): void
  /** Gives every change its verdict, step by step. */
  judgeChanges(verdictOf: (planned: PlannedChange) => Kind): Generator<void, void>
  judgeMembers(verdictOf: (planned: PlannedMember) => Kind): Generator<void, void>
  changesWith(verdict: Kind): Iterable<PlannedChange>
  membersWith(verdict: Kind): Iterable<PlannedMember>
  /** Who goes on a list or off it, of those that go ahead. */
  going(list: string, what: PlannedMember['what']): Members
  /** What became of the create of a number; undefined where the plan has none. */
  createOf(phone: string): Kind | undefined
  /** Changes and members together. */
  count(verdict: Kind): number
}

/** Rows that are read or written at once. */
const PART = 500

interface ChangeRow {
  readonly first: number
  readonly phone: string
  readonly at: number
  /** JSON PlannedChange. */
  readonly body: string
}

interface MemberRow {
  readonly list: number
  readonly part: number
  readonly phone: string
  readonly at: number
  /** JSON PlannedMember. */
  readonly body: string
}

interface GoingRow {
  readonly part: number
  readonly phone: BareE164
  readonly at: number
  readonly shard: number
}

/** What a member row is, in the order of the file. */
const MEMBER_PART = { add: 0, remove: 1, held: 2 } as const

export function rowStore(db: Db): RowStore {
  db.exec(
    `CREATE TEMP TABLE IF NOT EXISTS plan_change (
       first   INTEGER NOT NULL,   -- 0: opts out
       phone   TEXT NOT NULL,
       at      INTEGER NOT NULL,   -- as they came up
       body    TEXT NOT NULL,      -- JSON PlannedChange
       verdict TEXT,               -- once it is judged
       PRIMARY KEY (first, phone, at)
     ) STRICT, WITHOUT ROWID;
     CREATE TEMP TABLE IF NOT EXISTS plan_member (
       list    INTEGER NOT NULL,   -- as they came up
       part    INTEGER NOT NULL,   -- 0: gets on, 1: gets off, 2: is held
       phone   TEXT NOT NULL,
       at      INTEGER NOT NULL,
       shard   INTEGER NOT NULL,
       body    TEXT NOT NULL,      -- JSON PlannedMember
       verdict TEXT,
       PRIMARY KEY (list, part, phone, at)
     ) STRICT, WITHOUT ROWID;`,
  )
  const clear = db.prepare('DELETE FROM plan_change')
  const clearMembers = db.prepare('DELETE FROM plan_member')
  const addChange = db.prepare<[number, string, number, string]>(
    'INSERT INTO plan_change (first, phone, at, body) VALUES (?, ?, ?, ?)',
  )
  const addMember = db.prepare<[number, number, string, number, number, string]>(
    'INSERT INTO plan_member (list, part, phone, at, shard, body) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const changes = db.prepare<[Omit<ChangeRow, 'body'> & { verdict: Kind | null }], ChangeRow>(
    `SELECT first, phone, at, body FROM plan_change
     WHERE (first, phone, at) > (@first, @phone, @at) AND (@verdict IS NULL OR verdict = @verdict)
     ORDER BY first, phone, at LIMIT ${PART}`,
  )
  const members = db.prepare<[Omit<MemberRow, 'body'> & { verdict: Kind | null }], MemberRow>(
    `SELECT list, part, phone, at, body FROM plan_member
     WHERE (list, part, phone, at) > (@list, @part, @phone, @at) AND (@verdict IS NULL OR verdict = @verdict)
     ORDER BY list, part, phone, at LIMIT ${PART}`,
  )
  const changesOf = db.prepare<[string], ChangeRow>(
    'SELECT first, phone, at, body FROM plan_change WHERE first IN (0, 1) AND phone = ? ORDER BY first, at',
  )
  const setBody = db.prepare<[string, number, string, number]>(
    'UPDATE plan_change SET body = ? WHERE first = ? AND phone = ? AND at = ?',
  )
  const dropChange = db.prepare<[number, string, number]>(
    'DELETE FROM plan_change WHERE first = ? AND phone = ? AND at = ?',
  )
  const setVerdict = db.prepare<[Kind, number, string, number]>(
    'UPDATE plan_change SET verdict = ? WHERE first = ? AND phone = ? AND at = ?',
  )
  const setMemberVerdict = db.prepare<[Kind, number, number, string, number]>(
    'UPDATE plan_member SET verdict = ? WHERE list = ? AND part = ? AND phone = ? AND at = ?',
  )
  const createOf = db
    .prepare<[string], Kind>(
      `SELECT verdict FROM plan_change WHERE first IN (0, 1) AND phone = ? AND body ->> 'kind' = 'create'`,
    )
    .pluck()
  const count = db
    .prepare<[{ verdict: Kind }], number>(
      `SELECT (SELECT count(*) FROM plan_change WHERE verdict = @verdict)
            + (SELECT count(*) FROM plan_member WHERE verdict = @verdict)`,
    )
    .pluck()
  // Whoever was held and is let through gets off with the others.
  const GOING = `FROM plan_member WHERE verdict = 'go' AND list = @list`
  type Going = { list: number; part: number; last: number }
  const shards = db.prepare<[Going], { shard: number; n: number }>(
    `SELECT shard, count(*) AS n ${GOING} AND part BETWEEN @part AND @last GROUP BY shard ORDER BY shard`,
  )
  const going = db.prepare<[Going & { shard: number | null; phone: string; at: number }], GoingRow>(
    `SELECT part, phone, at, shard ${GOING} AND part <= @last AND (part, phone, at) > (@part, @phone, @at)
       AND (@shard IS NULL OR shard = @shard)
     ORDER BY part, phone, at LIMIT ${PART}`,
  )
  const isGoing = db
    .prepare<[Going & { phone: string }], number>(
      `SELECT EXISTS (SELECT 1 ${GOING} AND part IN (@part, @last) AND phone = @phone)`,
    )
    .pluck()

  const lists = new Map<string, number>()
  const listOf = (list: string) => {
    const known = lists.get(list) ?? lists.size
    lists.set(list, known)
    return known
  }
  let at = 0
  /** Not in the tables yet. */
  const waiting = { changes: [] as PlannedChange[], members: [] as PlannedMember[] }
  const save = db.transaction(() => {
    for (const planned of waiting.changes)
      addChange.run(optsOut(asChange(planned)) ? 0 : 1, planned.phone, ++at, JSON.stringify(planned))
    for (const planned of waiting.members) {
      const part = MEMBER_PART[planned.held === null ? planned.what : 'held']
      addMember.run(listOf(planned.list), part, planned.phone, ++at, planned.shard, JSON.stringify(planned))
    }
    waiting.changes = []
    waiting.members = []
  })
  function* parts<Key, Row extends Key>(first: Key, read: (after: Key) => Row[]): Generator<readonly Row[]> {
    if (waiting.changes.length + waiting.members.length > 0) save()
    for (let after: Key | undefined = first; after !== undefined; ) {
      const rows: Row[] = read(after)
      if (rows.length > 0) yield rows
      after = rows.length < PART ? undefined : rows.at(-1)
    }
  }
  const changeParts = (verdict: Kind | null) =>
    parts<Omit<ChangeRow, 'body'>, ChangeRow>({ first: -1, phone: '', at: 0 }, ({ first, phone, at }) =>
      changes.all({ first, phone, at, verdict }),
    )
  const memberParts = (verdict: Kind | null) =>
    parts<Omit<MemberRow, 'body'>, MemberRow>(
      { list: -1, part: 0, phone: '', at: 0 },
      ({ list, part, phone, at }) => members.all({ list, part, phone, at, verdict }),
    )
  const rowsOf = <T>(read: () => Iterable<readonly { body: string }[]>): Iterable<T> => ({
    *[Symbol.iterator]() {
      for (const rows of read()) for (const { body } of rows) yield JSON.parse(body) as T
    },
  })

  return {
    begin: () => {
      clear.run()
      clearMembers.run()
      lists.clear()
      waiting.changes = []
      waiting.members = []
    },
    addChange: (planned) => {
      if (waiting.changes.push(planned) >= PART) save()
    },
    addMember: (planned) => {
      if (waiting.members.push(planned) >= PART) save()
    },
    changes: rowsOf(() => changeParts(null)),
    members: rowsOf(() => memberParts(null)),
    joinHeld: () => {
      for (const rows of changeParts(null))
        for (const { first, phone, at, body } of rows) {
          if (first > 0) return
          const [one, ...others] = changesOf.all(phone)
          if (one?.at !== at) continue
          for (const other of others) {
            const ahead = JSON.parse(body) as PlannedChange
            const held = JSON.parse(other.body) as PlannedChange
            const whole = { ...held, fields: [...ahead.fields, ...held.fields] }
            setBody.run(JSON.stringify(whole), first, phone, at)
            dropChange.run(other.first, phone, other.at)
          }
        }
    },
    *judgeChanges(verdictOf) {
      for (const rows of changeParts(null)) {
        db.transaction(() => {
          for (const { first, phone, at, body } of rows)
            setVerdict.run(verdictOf(JSON.parse(body) as PlannedChange), first, phone, at)
        })()
        yield
      }
    },
    *judgeMembers(verdictOf) {
      for (const rows of memberParts(null)) {
        db.transaction(() => {
          for (const { list, part, phone, at, body } of rows)
            setMemberVerdict.run(verdictOf(JSON.parse(body) as PlannedMember), list, part, phone, at)
        })()
        yield
      }
    },
    changesWith: (verdict) => rowsOf(() => changeParts(verdict)),
    membersWith: (verdict) => rowsOf(() => memberParts(verdict)),
    going: (list, what) => {
      const of = {
        list: lists.get(list) ?? -1,
        part: MEMBER_PART[what],
        last: MEMBER_PART[what === 'remove' ? 'held' : what],
      }
      const byShard = new Map(shards.all(of).map(({ shard, n }) => [shard, n]))
      function* all(shard: number | null) {
        const read = ({ part, phone, at }: Omit<GoingRow, 'shard'>) =>
          going.all({ ...of, part, phone, at, shard })
        const first = { part: of.part, phone: '' as BareE164, at: 0 }
        for (const rows of parts<Omit<GoingRow, 'shard'>, GoingRow>(first, read)) yield* rows
      }
      return {
        length: [...byShard.values()].reduce((sum, n) => sum + n, 0),
        shards: byShard,
        of: (shard) => ({ [Symbol.iterator]: () => all(shard) }),
        has: (phone) => isGoing.get({ ...of, phone }) === 1,
        [Symbol.iterator]: () => all(null),
      }
    },
    createOf: (phone) => createOf.get(phone),
    count: (verdict) => count.get({ verdict }) ?? 0,
  }
}
