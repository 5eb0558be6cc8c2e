// Owns the look back at the last day: what was written and how many requests were sent, part by part.
import type { z } from 'zod'
import type { Db } from '../../db/open.ts'
import { PART_MS } from '../../heymarket/budget.ts'
import { toIso } from '../../lib/clock.ts'
import type { status } from '../api/contract.ts'

const PARTS = (24 * 60 * 60_000) / PART_MS

export function throughputReader(db: Db): (now: number) => z.infer<typeof status>['throughput'] {
  const acked = db
    .prepare<[number, number], number>(
      "SELECT count(*) FROM attempt WHERE outcome = 'acked' AND at >= ? AND at < ?",
    )
    .pluck()
  const requests = db.prepare<[number], { part: number; n: number }>(
    'SELECT part, n FROM request_count WHERE part >= ?',
  )
  // What is over does not change any more.
  const over = new Map<number, number>()
  return (now) => {
    const current = now - (now % PART_MS)
    const first = current - (PARTS - 1) * PART_MS
    for (const at of over.keys()) if (at < first) over.delete(at)
    const sent = new Map(requests.all(first).map(({ part, n }) => [part, n]))
    const parts = Array.from({ length: PARTS }, (_, index) => {
      const at = first + index * PART_MS
      const written = over.get(at) ?? acked.get(at, at + PART_MS) ?? 0
      if (at < current - PART_MS) over.set(at, written)
      return { at: toIso(at), written, requests: sent.get(at) ?? 0 }
    })
    return { partSeconds: PART_MS / 1000, parts }
  }
}
