// Owns how long changes took from the source to Heymarket, worked out from what the database keeps: a record says when
// its change was read, an attempt when it was acknowledged.
import type { Db } from '../../db/open.ts'

export interface Latencies {
  /** What was acknowledged since this was asked last, in parts: how many, and the seconds of those that carried news. */
  sinceLast(): Generator<{ count: number; seconds: number[] }>
}

const PART = 5000

/** Counts from now on: what was acknowledged before is not told. */
export function latenciesOf(db: Db): Latencies {
  const newest = db.prepare<[], number | null>('SELECT max(id) FROM attempt').pluck()
  // Only the first write after a change carries it; a later one repairs or repeats.
  const acked = db.prepare<[number, number], { id: number; ms: number | null }>(
    `SELECT a.id, (
       SELECT a.at - s.changed_at FROM contact c JOIN source_record s ON s.source_id = c.source_id AND s.record_id = c.record_id
       WHERE c.phone = a.phone AND s.changed_at <= a.at AND NOT EXISTS (
         SELECT 1 FROM attempt b WHERE b.phone = a.phone AND b.id < a.id AND b.outcome = 'acked' AND b.at > s.changed_at)) AS ms
     FROM attempt a WHERE a.id > ? AND a.outcome = 'acked' ORDER BY a.id LIMIT ?`,
  )
  let last = newest.get() ?? 0
  return {
    sinceLast: function* () {
      for (;;) {
        const rows = acked.all(last, PART)
        last = rows.at(-1)?.id ?? last
        if (rows.length > 0)
          yield {
            count: rows.length,
            seconds: rows.flatMap(({ ms }) => (ms === null ? [] : [ms / 1000])),
          }
        if (rows.length < PART) return
      }
    },
  }
}
