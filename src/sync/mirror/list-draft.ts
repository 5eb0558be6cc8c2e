// Owns list_draft, list_looked and list_moving: a plan of lists while it is found, saved and followed. Temporary tables of this
// connection, so that a plan for everybody takes no memory; it holds until the next one is begun.
import type { Db } from '../../db/open.ts'
import type { BareE164 } from '../../lib/phone.ts'
import type { DuePhone, LookedAt } from './list-due.ts'

/** `guarded`: off, if the dial lets them; `heldBefore`: such a one whom an earlier cycle held. */
export type DraftedAs = 'add' | 'remove' | 'guarded' | 'heldBefore'

export interface Drafted {
  /** The place of the rule among all. */
  readonly rule: number
  readonly phone: BareE164
  readonly what: DraftedAs
  /** Null until a new member has a place. */
  readonly shard: number | null
}

export interface Move {
  readonly phone: BareE164
  readonly what: 'create' | 'leave'
}

export interface ListDraftStore {
  /** Forgets the last plan. */
  begin(): void
  /** Contacts that the plan creates, or whose removal it lets through. */
  move(phones: Iterable<string>, what: Move['what']): void
  /** Whom a plan has to look at because they move, in phone order. */
  moving(after: string, limit: number): DuePhone[]
  movesOf(phones: readonly string[]): Move[]
  add(drafted: readonly Drafted[], looked: readonly LookedAt[]): void
  /** In phone order, behind `after`; of one shard unless that is null. */
  rows(
    rule: number,
    whats: readonly DraftedAs[],
    shard: number | null,
    after: string,
    limit: number,
  ): { phone: BareE164; shard: number }[]
  has(rule: number, whats: readonly DraftedAs[], phone: string): boolean
  /** New members without a place, in phone order. */
  unplaced(rule: number, after: string, limit: number): BareE164[]
  place(rule: number, members: readonly { readonly phone: string; readonly shard: number }[]): void
  looked(after: string, limit: number): LookedAt[]
}

const TABLES = `
  CREATE TEMP TABLE IF NOT EXISTS list_draft (
    rule INTEGER NOT NULL, phone TEXT NOT NULL, what TEXT NOT NULL, shard INTEGER, PRIMARY KEY (rule, phone)
  ) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE IF NOT EXISTS list_looked (
    phone TEXT PRIMARY KEY, times INTEGER, again INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE IF NOT EXISTS list_moving (
    phone TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (phone, what)
  ) STRICT, WITHOUT ROWID;`

/** The tables are made when the first plan is begun. */
export function listDraftStore(db: Db): ListDraftStore {
  let opened: ListDraftStore | undefined
  const open = () => {
    opened ??= openDraft(db)
    return opened
  }
  return {
    begin: () => open().begin(),
    move: (phones, what) => open().move(phones, what),
    moving: (after, limit) => open().moving(after, limit),
    movesOf: (phones) => open().movesOf(phones),
    add: (drafted, looked) => open().add(drafted, looked),
    rows: (...given) => open().rows(...given),
    has: (...given) => open().has(...given),
    unplaced: (...given) => open().unplaced(...given),
    place: (rule, members) => open().place(rule, members),
    looked: (after, limit) => open().looked(after, limit),
  }
}

function openDraft(db: Db): ListDraftStore {
  db.exec(TABLES)
  const clear = ['list_draft', 'list_looked', 'list_moving'].map((table) =>
    db.prepare(`DELETE FROM temp.${table}`),
  )
  const move = db.prepare<[string, string]>(
    'INSERT OR IGNORE INTO temp.list_moving (phone, what) VALUES (?, ?)',
  )
  const moving = db.prepare<[string, number], DuePhone>(
    'SELECT DISTINCT phone, NULL AS times FROM temp.list_moving WHERE phone > ? ORDER BY phone LIMIT ?',
  )
  const movesOf = db.prepare<[string], Move>(
    'SELECT m.phone, m.what FROM json_each(?) j CROSS JOIN temp.list_moving m ON m.phone = j.value',
  )
  const draft = db.prepare(
    'INSERT INTO temp.list_draft (rule, phone, what, shard) VALUES (@rule, @phone, @what, @shard)',
  )
  const look = db.prepare('INSERT OR REPLACE INTO temp.list_looked (phone, times, again) VALUES (?, ?, ?)')
  const rows = db.prepare<
    { rule: number; whats: string; shard: number | null; after: string; limit: number },
    { phone: BareE164; shard: number }
  >(
    `SELECT phone, shard FROM temp.list_draft
     WHERE rule = @rule AND phone > @after AND what IN (SELECT value FROM json_each(@whats)) AND shard = coalesce(@shard, shard)
     ORDER BY phone LIMIT @limit`,
  )
  const has = db
    .prepare<[number, string, string], number>(
      'SELECT 1 FROM temp.list_draft WHERE rule = ? AND phone = ? AND what IN (SELECT value FROM json_each(?))',
    )
    .pluck()
  const unplaced = db
    .prepare<[number, string, number], BareE164>(
      'SELECT phone FROM temp.list_draft WHERE rule = ? AND phone > ? AND shard IS NULL ORDER BY phone LIMIT ?',
    )
    .pluck()
  const place = db.prepare<[number, number, string]>(
    'UPDATE temp.list_draft SET shard = ? WHERE rule = ? AND phone = ?',
  )
  const looked = db.prepare<[string, number], { phone: BareE164; times: number | null; again: 0 | 1 }>(
    'SELECT phone, times, again FROM temp.list_looked WHERE phone > ? ORDER BY phone LIMIT ?',
  )
  // Without a lock on the database itself, which is only read meanwhile.
  const together = db.transaction((work: () => void) => work())
  return {
    begin: () => clear.forEach((one) => void one.run()),
    move: (phones, what) =>
      together(() => {
        for (const phone of phones) move.run(phone, what)
      }),
    moving: (after, limit) => moving.all(after, limit),
    movesOf: (phones) => movesOf.all(JSON.stringify(phones)),
    add: (drafted, lookedAt) =>
      together(() => {
        for (const one of drafted) draft.run(one)
        for (const { phone, times, again } of lookedAt) look.run(phone, times, again ? 1 : 0)
      }),
    rows: (rule, whats, shard, after, limit) =>
      rows.all({ rule, whats: JSON.stringify(whats), shard, after, limit }),
    has: (rule, whats, phone) => has.get(rule, phone, JSON.stringify(whats)) === 1,
    unplaced: (rule, after, limit) => unplaced.all(rule, after, limit),
    place: (rule, members) =>
      together(() => {
        for (const { phone, shard } of members) place.run(shard, rule, phone)
      }),
    looked: (after, limit) => looked.all(after, limit).map((row) => ({ ...row, again: row.again === 1 })),
  }
}
