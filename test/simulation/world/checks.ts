// Owns the checks between and after cycles: what a cycle says of itself, what heysync was told, what the account holds.
import type { Db } from '../../../src/db/open.ts'
import { HeysyncError } from '../../../src/lib/errors.ts'
import type { OpenSandbox } from '../../../src/sandbox/open.ts'
import type { CycleReport } from '../../../src/sync/report.ts'
import type { Account } from './account.ts'
import { difference, same, seen } from './contact.ts'
import type { Knowledge } from './knowledge.ts'
import { type System, visible } from './people.ts'

/** What a cycle may fail with while things go wrong. */
export function isWeather(error: unknown): boolean {
  return error instanceof HeysyncError && /^ERR_(HEYMARKET|SOURCE)_/.test(error.code)
}

/** Nothing waits any more; what the account does not take is a dead letter once. */
export function settled({ failures, plan, push }: CycleReport): boolean {
  const { create, update, remove, listAdd, listRemove } = plan
  const done = create + update + remove === 0 && listAdd + listRemove === push.deadLettered
  return failures.length === 0 && done && push.retrying === 0
}

/** I1: what does not add up in a report; null when everything does. */
export function miscounted({ sources, plan, push }: CycleReport): string | null {
  for (const one of sources) {
    const sum = one.unchanged + one.accepted + one.rejected + one.filtered + one.deleted
    if (sum !== one.read) return `I1: ${one.id} read ${one.read}, and ${sum} are accounted for`
  }
  const planned = plan.create + plan.update + plan.remove + plan.listAdd + plan.listRemove
  const ended = push.acked + push.retrying + push.deadLettered + plan.held
  return planned === ended ? null : `I1: ${planned} planned, ${ended} accounted for`
}

/**
 * What nobody told heysync; null when it knows every record as it is. Without a full pull (`all` false), records that
 * silently went may be unknown.
 */
export function untold(
  knowledge: Knowledge,
  systems: readonly System[],
  now: number,
  all: boolean,
): string | null {
  for (const system of systems) {
    const { stale, gone } = knowledge.notTold(system, visible(system, now))
    if (stale.length > 0) return `lost: ${system.id} changed ${stale}, and nobody was told`
    if (all && gone.length > 0) return `lost: ${gone} left ${system.id}, and nobody was told`
  }
  return null
}

/** Whose two sides differ though nobody marked them to be compared; null when there is nobody. */
export function unmarked(db: Db): string | null {
  const phone = db
    .prepare<[], string>(
      `SELECT c.phone FROM contact c
       LEFT JOIN remote_contact r ON r.id = coalesce(
         (SELECT l.contact_id FROM link l JOIN remote_contact x ON x.id = l.contact_id AND x.phone = c.phone WHERE l.phone = c.phone),
         (SELECT min(x.id) FROM remote_contact x WHERE x.phone = c.phone))
       WHERE c.state <> 'removed' AND (iif(c.settled_desired = x'', c.hash, c.settled_desired) IS NOT c.hash
           OR c.settled_remote IS NOT r.hash OR c.state = 'left')
         AND NOT EXISTS (SELECT 1 FROM compare_due d WHERE d.phone = c.phone)`,
    )
    .pluck()
    .get()
  return phone === undefined ? null : `mirror: ${phone} differs and is not compared`
}

/** Counts kept by triggers, and the same counted from the rows. */
const COUNTED = [
  [
    `SELECT source_id || ' ' || state || ' ' || seen_pull || ' ' || n || ' ' || nums FROM record_count WHERE n <> 0 ORDER BY 1`,
    `SELECT source_id || ' ' || state || ' ' || seen_pull || ' ' || count(*) || ' ' || coalesce(sum(num), 0)
     FROM source_record GROUP BY source_id, state, seen_pull ORDER BY 1`,
  ],
  [
    `SELECT cycle_id || ' ' || state || ' ' || lane || ' ' || n FROM operation_count WHERE n <> 0 ORDER BY 1`,
    `SELECT cycle_id || ' ' || state || ' ' || lane || ' ' || count(*) FROM operation GROUP BY cycle_id, state, lane ORDER BY 1`,
  ],
] as const

/** Counts kept by triggers that are not what the rows say; null when all are. */
export function offCount(db: Db): string | null {
  const read = (sql: string) => db.prepare<[], string>(sql).pluck().all().join(', ')
  for (const [kept, there] of COUNTED)
    if (read(kept) !== read(there)) return `mirror: counted as ${read(kept)}, and there are ${read(there)}`
  return null
}

/** In what the account is not as it should be; null when it is. */
export function astray(account: Account, { store }: OpenSandbox): string | null {
  const [owed] = account.owed()
  if (owed !== undefined) return `account: ${owed}`
  const real = new Map(store.contacts().map((state) => [state.id, seen(state)]))
  for (const [id, should] of account.contacts) {
    const is = real.get(id)
    if (!is) return `account: contact ${id} (${should.phone}) is gone`
    if (!same(is, should)) return `account: ${should.phone}: ${difference(is, should)}`
  }
  for (const [id, { phone }] of real)
    if (!account.contacts.has(id)) return `account: contact ${id} (${phone}) is too much`
  return null
}
