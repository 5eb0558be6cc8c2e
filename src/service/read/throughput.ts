// Owns the look back at the last day: what was written and how many requests were sent, part by part.
import type { z } from 'zod'
import type { Db } from '../../db/open.ts'
import { PART_MS } from '../../heymarket/budget.ts'
import { toIso } from '../../lib/clock.ts'
import type { status } from '../api/contract.ts'
import type { Memo } from './memo.ts'

const PARTS = (24 * 60 * 60_000) / PART_MS

export function throughputReader(db: Db, memo: Memo): (now: number) => z.infer<typeof status>['throughput'] {
  const acked = db.prepare<[number], { part: number; n: number }>(
    `SELECT at - at % ${PART_MS} AS part, count(*) AS n FROM attempt WHERE outcome = 'acked' AND at >= ? GROUP BY 1`,
  )
  const requests = db.prepare<[number], { part: number; n: number }>(
    'SELECT part, n FROM request_count WHERE part >= ?',
  )
  // What is over does not change any more, and is not counted again.
  const over = new Map<number, number>()
  let open = 0
  // A first load writes a thousand people a second: what is counted while it runs is kept for a moment.
  const latest = memo(() => new Map(acked.all(open).map(({ part, n }) => [part, n])))
  return (now) => {
    const current = now - (now % PART_MS)
    const first = current - (PARTS - 1) * PART_MS
    for (const at of over.keys()) if (at < first) over.delete(at)
    open = Math.max(open, first)
    const written = latest()
    const sent = new Map(requests.all(first).map(({ part, n }) => [part, n]))
    const parts = Array.from({ length: PARTS }, (_, index) => {
      const at = first + index * PART_MS
      const n = over.get(at) ?? written.get(at) ?? 0
      if (at < current - PART_MS) over.set(at, n)
      return { at: toIso(at), written: n, requests: sent.get(at) ?? 0 }
    })
    open = current - PART_MS
    return { partSeconds: PART_MS / 1000, parts }
  }
}
