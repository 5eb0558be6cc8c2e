// Owns the request budget (I6): no 60 seconds ever hold more requests than the limit, across restarts and processes.
// A request occupies its slot from its start until 60 seconds after its end, because the other side may count it
// at any moment in between.
import type { Db } from '../db/open.ts'
import type { Clock } from '../lib/clock.ts'

const WINDOW_MS = 60_000
/** A slow answer holds its slot no longer than this past its start; most answers take a tenth of it. */
const LONGEST_HOLD_MS = 800
/** Covers timers that fire early and clocks read in whole milliseconds. */
const MARGIN_MS = 25
/** How long the parts are in which requests are counted for a look back, and how long they are kept. */
export const PART_MS = 10 * 60_000
const KEEP_PARTS_MS = 2 * 24 * 60 * 60_000

export interface RequestBudget {
  /** Resolves when one more request may start; call the returned function when its answer is there. */
  acquire(signal?: AbortSignal): Promise<() => void>
  /** Requests in the last 60 seconds. */
  used(): number
}

/** The budget kept in the database, so that the daemon and the command line share it. */
export function openBudget(db: Db, limit: number, clock: Clock): RequestBudget {
  const insertSlot = db.prepare<[number]>('INSERT INTO request_slot (started_at) VALUES (?)')
  const endSlot = db.prepare<[number, number]>('UPDATE request_slot SET ended_at = ? WHERE id = ?')
  const dropOld = db.prepare<[number]>('DELETE FROM request_slot WHERE started_at < ?')
  const count = db.prepare<[number]>(
    'INSERT INTO request_count (part, n) VALUES (?, 1) ON CONFLICT (part) DO UPDATE SET n = n + 1',
  )
  const dropOldCounts = db.prepare<[number]>('DELETE FROM request_count WHERE part < ?')
  // After the clock went backwards, slots from the future would block for as long as it went back.
  const pullBackFuture = db.prepare<[number, number, number]>(
    'UPDATE request_slot SET started_at = ?, ended_at = ? WHERE started_at > ?',
  )
  // Whatever began within the minute is counted by the index alone; only of a few before it the end matters.
  const countBusy = db
    .prepare<[{ hold: number; since: number }], number>(
      `SELECT (SELECT count(*) FROM request_slot WHERE started_at > @since)
            + (SELECT count(*) FROM request_slot WHERE started_at BETWEEN @since - @hold AND @since
                 AND min(coalesce(ended_at, started_at + @hold), started_at + @hold) > @since)`,
    )
    .pluck()
  const nextFree = db.prepare<[number, number, number, number], { at: number }>(
    `SELECT min(coalesce(ended_at, started_at + ?), started_at + ?) AS at FROM request_slot
     WHERE min(coalesce(ended_at, started_at + ${LONGEST_HOLD_MS}), started_at + ${LONGEST_HOLD_MS}) > ?
     ORDER BY at LIMIT 1 OFFSET ?`,
  )

  let part = 0

  /** Reserves a slot (its id), or says in how many milliseconds to look again. */
  const reserve = db.transaction((): { id: number } | { waitMs: number } => {
    const now = clock.now()
    dropOld.run(now - 2 * WINDOW_MS)
    pullBackFuture.run(now, now, now + 1000)
    const since = now - WINDOW_MS - MARGIN_MS
    const busy = countBusy.get({ hold: LONGEST_HOLD_MS, since }) ?? 0
    if (busy < limit) {
      const before = part
      part = now - (now % PART_MS)
      count.run(part)
      if (part !== before) dropOldCounts.run(now - KEEP_PARTS_MS)
      return { id: Number(insertSlot.run(now).lastInsertRowid) }
    }
    const free = nextFree.get(LONGEST_HOLD_MS, LONGEST_HOLD_MS, since, busy - limit)
    return { waitMs: Math.max(5, (free?.at ?? now) - since) }
  })

  return {
    acquire: async (signal) => {
      for (;;) {
        signal?.throwIfAborted()
        const slot = reserve.immediate()
        if ('id' in slot) return () => endSlot.run(clock.now(), slot.id)
        await clock.sleep(slot.waitMs, signal)
      }
    },
    used: () => countBusy.get({ hold: 0, since: clock.now() - WINDOW_MS }) ?? 0,
  }
}
