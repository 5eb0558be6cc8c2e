// Owns planned_change: the plan of a cycle while it is being made, in a table of this connection alone, so that a million
// changes take no memory. A crash loses it, and the next cycle plans anew.
import type { Db } from '../../db/open.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { NewContacts } from '../diff/alike.ts'
import { type Change, changeHash, optsOut } from '../diff/change.ts'
import type { DiffSink } from '../diff/diff.ts'
import { plannedRow } from '../diff/planned.ts'
import type { DialName, HeldChange, Verdict } from './guard.ts'

/** Changes in the order of their plan; an array is one, too. */
export interface Changes extends Iterable<Change> {
  readonly length: number
}

export interface HeldChanges extends Iterable<HeldChange> {
  readonly length: number
}

/** New contacts are never held. */
export interface ByKind {
  readonly creates: NewContacts
  readonly others: Iterable<Change>
}

export type Kinds = Readonly<Record<Change['kind'], number>>

/** One plan. It can be read until the next one is begun. */
export interface Draft extends Pick<DiffSink, 'change' | 'has'> {
  /** As the diff found it; undefined when nothing is planned for the phone. */
  find(phone: string): Change | undefined
  /** What goes ahead for this phone; null when nothing does. */
  kindAhead(phone: string): Change['kind'] | null
  /** Whom it goes ahead for in this way. They are read as they are asked for. */
  phonesAhead(kind: Change['kind']): Iterable<BareE164>
  /** All that a guard may hold, source by source, in parts. Creates are never held. */
  mayBeHeld(): Iterable<readonly Change[]>
  judge(change: Change, verdict: Verdict): void
  /** Creates first, then source by source, each in phone order. */
  readonly ahead: Changes
  /** The new contacts of those, counted, and all others. */
  readonly aheadByKind: ByKind
  /** Where each part of that begins: behind these, and as long as PLAN_PART. */
  partsAhead(): Iterable<PlanKey>
  readonly held: HeldChanges
  /** All parts of changes, whether they go ahead or are held. */
  kinds(): Kinds
}

export interface DraftStore {
  /** Begins a plan and forgets the one before. */
  begin(): Draft
}

/** Rows that are read, or put into the outbox, at once. */
export const PLAN_PART = 250

/** In SQL, of a row of planned_change: whether something of it goes ahead. */
export const GOES_AHEAD = '(held IS NULL OR ahead IS NOT NULL)'

/** In the order of the plan. */
export interface PlanKey {
  readonly rank: number
  readonly phone: BareE164
}

interface AheadRow extends PlanKey {
  readonly change: string
}

interface HeldRow extends PlanKey {
  readonly change: string
  readonly dials: string
  readonly reason: string
}

const NO_KEY: PlanKey = { rank: -1, phone: '' as BareE164 }
const REPLACED = 'Another plan took the place of this one.'

/** Behind all creates. */
const NO_CREATE: PlanKey = { rank: 1, phone: '' as BareE164 }

export function draftStore(db: Db): DraftStore {
  // Creates have rank 0; each source gets a rank when its first other change comes up.
  db.exec(
    `CREATE TEMP TABLE IF NOT EXISTS planned_change (
       rank      INTEGER NOT NULL,
       phone     TEXT NOT NULL,
       kind      TEXT NOT NULL,
       source_id TEXT NOT NULL,
       change    TEXT NOT NULL,     -- JSON Change, as the diff found it
       hash      BLOB NOT NULL,     -- changeHash of what goes ahead
       consent   INTEGER NOT NULL,  -- 1: what goes ahead opts out
       ahead     TEXT,              -- JSON Change: the part that goes ahead of what is held
       held      TEXT,              -- JSON Change: what is held; NULL when nothing is
       dials     TEXT,              -- comma-separated
       reason    TEXT,
       PRIMARY KEY (rank, phone)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX IF NOT EXISTS temp.planned_held ON planned_change (rank, phone) WHERE held IS NOT NULL`,
  )
  const clear = db.prepare('DELETE FROM planned_change')
  const add = db.prepare(
    `INSERT INTO planned_change (rank, phone, kind, source_id, change, hash, consent)
     VALUES (@rank, @phone, @kind, @source_id, @change, @hash, @consent)`,
  )
  const find = db
    .prepare<[number, string], string>('SELECT change FROM planned_change WHERE rank = ? AND phone = ?')
    .pluck()
  const kindAhead = db
    .prepare<[number, string], Change['kind']>(
      `SELECT kind FROM planned_change WHERE rank = ? AND phone = ? AND ${GOES_AHEAD}`,
    )
    .pluck()
  const phonesAhead = db.prepare<[PlanKey & { kind: Change['kind'] }], PlanKey>(
    `SELECT rank, phone FROM planned_change
     WHERE (rank, phone) > (@rank, @phone) AND kind = @kind AND ${GOES_AHEAD} ORDER BY rank, phone LIMIT ${PLAN_PART}`,
  )
  const notCreates = db.prepare<[PlanKey], PlanKey & { change: string }>(
    `SELECT rank, phone, change FROM planned_change WHERE rank > 0 AND (rank, phone) > (@rank, @phone)
     ORDER BY rank, phone LIMIT ${PLAN_PART}`,
  )
  const ahead = db.prepare<[PlanKey], AheadRow>(
    `SELECT rank, phone, coalesce(ahead, change) AS change FROM planned_change
     WHERE (rank, phone) > (@rank, @phone) AND ${GOES_AHEAD} ORDER BY rank, phone LIMIT ${PLAN_PART}`,
  )
  const endOfPart = db.prepare<[PlanKey], PlanKey>(
    `SELECT rank, phone FROM planned_change
     WHERE (rank, phone) > (@rank, @phone) AND ${GOES_AHEAD} ORDER BY rank, phone LIMIT 1 OFFSET ${PLAN_PART - 1}`,
  )
  const held = db.prepare<[PlanKey], HeldRow>(
    `SELECT rank, phone, held AS change, dials, reason FROM planned_change INDEXED BY planned_held
     WHERE (rank, phone) > (@rank, @phone) AND held IS NOT NULL ORDER BY rank, phone LIMIT ${PLAN_PART}`,
  )
  const judge = db.prepare(
    `UPDATE planned_change SET ahead = @ahead, hash = coalesce(@hash, hash), consent = coalesce(@consent, consent),
       held = @held, dials = @dials, reason = @reason WHERE rank = @rank AND phone = @phone`,
  )
  let begun = 0

  return {
    begin: () => {
      clear.run()
      begun += 1
      const own = begun
      const ranks = new Map<string, number>()
      const counts = { create: 0, update: 0, remove: 0, ahead: 0, held: 0 }
      const creates = new NewContacts()
      const rankOf = ({ kind, sourceId }: Change): number => {
        if (kind === 'create') return 0
        const rank = ranks.get(sourceId) ?? ranks.size + 1
        ranks.set(sourceId, rank)
        return rank
      }
      const atAnyRank = <T>(look: (rank: number) => T | undefined): T | undefined => {
        for (let rank = 0; rank <= ranks.size; rank += 1) {
          const found = look(rank)
          if (found !== undefined) return found
        }
        return undefined
      }
      function* parts<Row extends PlanKey>(read: (after: PlanKey) => Row[]): Generator<readonly Row[]> {
        for (let after: PlanKey | undefined = NO_KEY; after !== undefined; ) {
          if (own !== begun) throw new Error(REPLACED)
          const rows: Row[] = read(after)
          if (rows.length > 0) yield rows
          after = rows.length < PLAN_PART ? undefined : rows.at(-1)
        }
      }
      function* rowsOf<Row extends PlanKey>(read: (after: PlanKey) => Row[]): Generator<Row> {
        for (const rows of parts(read)) yield* rows
      }
      const parse = ({ change }: { change: string }) => JSON.parse(change) as Change

      return {
        change: (change) => {
          counts[change.kind] += 1
          counts.ahead += 1
          add.run({ rank: rankOf(change), ...plannedRow(change) })
          if (change.kind === 'create') creates.add(change)
        },
        has: (phone) => atAnyRank((rank) => find.get(rank, phone)) !== undefined,
        find: (phone) => {
          const change = atAnyRank((rank) => find.get(rank, phone))
          return change === undefined ? undefined : parse({ change })
        },
        kindAhead: (phone) => atAnyRank((rank) => kindAhead.get(rank, phone)) ?? null,
        phonesAhead: (kind) => ({
          *[Symbol.iterator]() {
            // Among a million of others, nobody is looked for who is not there.
            if (counts[kind] === 0) return
            for (const { phone } of rowsOf((after) => phonesAhead.all({ ...from(kind, after), kind })))
              yield phone
          },
        }),
        *mayBeHeld() {
          for (const rows of parts((after) => notCreates.all(after))) yield rows.map(parse)
        },
        judge: (change, { ahead, held }) => {
          if (held === null) return
          counts.held += 1
          if (ahead === null) counts.ahead -= 1
          else counts[ahead.kind] += 1
          judge.run({
            rank: rankOf(change),
            phone: change.phone,
            ahead: ahead === null ? null : JSON.stringify(ahead),
            hash: ahead === null ? null : changeHash(ahead),
            consent: ahead === null ? null : Number(optsOut(ahead)),
            held: JSON.stringify(held.change),
            dials: held.dials.join(','),
            reason: held.reason,
          })
        },
        ahead: {
          get length() {
            return counts.ahead
          },
          *[Symbol.iterator]() {
            for (const row of rowsOf((after) => ahead.all(after))) yield parse(row)
          },
        },
        aheadByKind: {
          creates,
          others: {
            *[Symbol.iterator]() {
              for (const row of rowsOf((after) => ahead.all(from('update', after)))) yield parse(row)
            },
          },
        },
        *partsAhead() {
          for (let after: PlanKey | undefined = NO_KEY; after !== undefined; after = endOfPart.get(after)) {
            if (own !== begun) throw new Error(REPLACED)
            yield after
          }
        },
        held: {
          get length() {
            return counts.held
          },
          *[Symbol.iterator]() {
            for (const row of rowsOf((after) => held.all(after)))
              yield { change: parse(row), dials: row.dials.split(',') as DialName[], reason: row.reason }
          },
        },
        kinds: () => ({ create: counts.create, update: counts.update, remove: counts.remove }),
      }
    },
  }
}

/** Behind `after`, and behind all creates for whatever else. */
function from(kind: Change['kind'], after: PlanKey): PlanKey {
  return kind === 'create' || after.rank > 0 ? after : NO_CREATE
}

/** How many there are of each kind. */
export function kindsOf(changes: Iterable<Change>): Kinds {
  const kinds = { create: 0, update: 0, remove: 0 }
  for (const { kind } of changes) kinds[kind] += 1
  return kinds
}
