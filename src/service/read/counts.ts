// Owns the counts of a look at everything, each kept for a moment where it takes long.
import type { Db } from '../../db/open.ts'
import { LANE } from '../../sync/outbox/outbox.ts'
import type { Memo } from './memo.ts'

export type Lane = keyof typeof LANE

export interface Counts {
  /** Records in the mirror, by source and state. */
  records(): Readonly<Record<string, Readonly<Record<string, number>>>>
  wanted(): number
  inHeymarket(): number
  optedOut(): number
  collisions(): number
  /** What waits in the outbox, by lane. */
  lanes(): Readonly<Record<Lane, number>>
  deadLetters(): number
}

export function countsOn(db: Db, memo: Memo): Counts {
  const states = db.prepare<[], { source: string; state: string; n: number }>(
    'SELECT source_id AS source, state, sum(n) AS n FROM record_count GROUP BY source_id, state HAVING sum(n) > 0',
  )
  const one = (sql: string) => {
    const count = db.prepare<[], number>(sql).pluck()
    return memo(() => count.get() ?? 0)
  }
  const waiting = db.prepare<[], { lane: number; n: number }>(
    "SELECT lane, sum(n) AS n FROM operation_count WHERE state <> 'dead' GROUP BY lane",
  )
  const letters = one("SELECT total(n) FROM operation_count WHERE state = 'dead'")
  const refused = one("SELECT count(*) FROM list_member WHERE state = 'refused'")
  return {
    records: memo(() => {
      const bySource: Record<string, Record<string, number>> = {}
      for (const { source, state, n } of states.all()) bySource[source] = { ...bySource[source], [state]: n }
      return bySource
    }),
    wanted: one("SELECT total(n) FROM contact_count WHERE state = 'wanted'"),
    inHeymarket: one('SELECT n FROM remote_count'),
    optedOut: one("SELECT count(*) FROM consent WHERE state = 'opted_out'"),
    collisions: one("SELECT count(*) FROM contact WHERE state = 'wanted' AND claims > 1"),
    lanes: memo(() => {
      const rows = waiting.all()
      const names = Object.keys(LANE) as Lane[]
      const count = (lane: Lane) => rows.find((row) => row.lane === LANE[lane])?.n ?? 0
      return Object.fromEntries(names.map((lane) => [lane, count(lane)])) as Record<Lane, number>
    }),
    deadLetters: () => letters() + refused(),
  }
}
