// Owns what alerts are decided by, as the database has it: little is read, because it is looked at after each cycle and each minute.
import type { Config } from '../../config/schema.ts'
import { titleOfList } from '../../config/schema.ts'
import type { Db } from '../../db/open.ts'
import { toIso } from '../../lib/clock.ts'
import { cycleStore } from '../../sync/cycles.ts'
import { heldMemberStore } from '../../sync/guard/held-members.ts'
import { memberFailure } from '../../sync/lists/failed-members.ts'
import { openMirror } from '../../sync/mirror/mirror.ts'
import { groupByCause } from '../../sync/outbox/causes.ts'
import { failureOf } from '../../sync/outbox/failure.ts'
import { openOutbox } from '../../sync/outbox/outbox.ts'
import { failuresInARow } from './source-failures.ts'
import type { Facts } from './violations.ts'

/** So many cycles back a source is looked for. */
const CYCLES_BACK = 50
/** Of more dead letters, only how many there are is told. */
const CAUSES_OF = 1000

/** A reader of one database; what only the daemon knows is laid beside it. */
export function factsOf(
  db: Db,
): (config: Config) => Omit<Facts, 'problems' | 'paused' | 'startedAt' | 'now'> {
  const cycles = cycleStore(db)
  const mirror = openMirror(db)
  const outbox = openOutbox(db)
  const heldMembers = heldMemberStore(db)
  const held = db.prepare<[], Facts['held'][number]>(
    `SELECT source_id AS about, max(cycle_id) AS cycle, count(*) AS changes, reason
     FROM held GROUP BY source_id, reason ORDER BY source_id, changes DESC`,
  )
  return ({ sources, lists }) => {
    const failing = cycles.failing()
    const [last] = failing
    const first = failing.at(-1)
    const { message = null, hint = null } = last?.error
      ? (JSON.parse(last.error) as { message?: string; hint?: string })
      : {}
    const refused = mirror.lists.refused()
    const dead = outbox.counts().dead
    const causes =
      dead > CAUSES_OF
        ? []
        : groupByCause([...outbox.inState('dead').map(failureOf), ...refused.map(memberFailure)])
    const titles = new Map(lists.map((list) => [list.key ?? titleOfList(list), titleOfList(list)]))
    return {
      sources: sources.map(({ id }) => {
        const at = mirror.sources.find(id)?.completed_at ?? null
        return { id, lastPull: at === null ? null : toIso(at) }
      }),
      failing: {
        cycles: failing.length,
        since: first === undefined ? null : toIso(first.started_at),
        error: message,
        hint,
      },
      failures: failuresInARow(cycles.latest(CYCLES_BACK)),
      held: [
        ...held.all(),
        ...heldMembers.all().map(({ key, cycle_id, changes, reason }) => {
          return { about: titles.get(key) ?? key, cycle: cycle_id, changes, reason }
        }),
      ],
      deadLetters: dead + refused.length,
      causes: causes.map(({ failures, cause, code }) => {
        return { changes: failures.length, cause: cause ?? code ?? 'unknown' }
      }),
      alarms: mirror.alarms.all().map(({ source_id, code, message: said }) => {
        return { source: source_id, code, message: said }
      }),
    }
  }
}
