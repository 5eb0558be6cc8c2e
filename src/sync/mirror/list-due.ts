// Owns list_due and list_failing: whom the rules of lists have to be held against again, and on whom a rule fails.
//
// The marks are made by triggers on the tables that hold what a rule or the plan of a list can see of a person; see migration
// 038. A mark goes once a plan that looked at its person is saved, unless another one came meanwhile.
import type { Db } from '../../db/open.ts'
import type { BareE164 } from '../../lib/phone.ts'

/** Somebody to be looked at. */
export interface DuePhone {
  readonly phone: BareE164
  /** How often they were marked; null where they are not. */
  readonly times: number | null
}

/** What became of somebody who was looked at. */
export interface LookedAt extends DuePhone {
  /** True when the next plan has to look again, though nothing changes. */
  readonly again: boolean
}

export interface ListDueStore {
  /** What everybody was held against last: of the rules and of what they depend on. */
  basis(): string | undefined
  /** Marks are made from here on. Until `everybodyLookedAt`, everybody is due. */
  watch(): void
  everybodyLookedAt(basis: string): void
  /** Without rules nobody is due. */
  stop(): void
  /** Whom a plan has to look at, in phone order. */
  due(after: string, limit: number): DuePhone[]
  /** Everybody known, and every member, in phone order. */
  everybody(after: string, limit: number): DuePhone[]
  /** To be looked at by the next plan, where there are rules. */
  mark(phone: string): void
  settle(people: readonly LookedAt[]): void
  /** Keys of the rules that fail on each of these. */
  failing(phones: readonly string[]): { phone: BareE164; key: string }[]
  setFailing(phone: string, key: string, fails: boolean): void
  /** By key of the rule: on how many it fails. */
  countFailing(): Map<string, number>
  /** Rules that are not there any more fail on nobody. */
  forgetFailingExcept(keys: readonly string[]): void
}

export function listDueStore(db: Db): ListDueStore {
  const basis = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'list_basis'").pluck()
  const setBasis = db.prepare<[string]>(
    "INSERT INTO meta (key, value) VALUES ('list_basis', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  )
  const dropBasis = db.prepare("DELETE FROM meta WHERE key = 'list_basis'")
  const dropDue = db.prepare('DELETE FROM list_due')
  const dropFailing = db.prepare('DELETE FROM list_failing')
  // Whoever was marked, and whose getting on or off is not over, is held or was refused.
  const due = db.prepare<{ after: string; limit: number }, DuePhone>(
    `SELECT phone, max(times) AS times FROM (
       SELECT phone, times FROM (SELECT phone, times FROM list_due WHERE phone > @after ORDER BY phone LIMIT @limit)
       UNION ALL SELECT phone, NULL FROM (
         SELECT DISTINCT phone FROM list_member WHERE state <> 'on' AND phone > @after ORDER BY phone LIMIT @limit)
       UNION ALL SELECT phone, NULL FROM (
         SELECT DISTINCT phone FROM held_member WHERE phone > @after ORDER BY phone LIMIT @limit))
     GROUP BY phone ORDER BY phone LIMIT @limit`,
  )
  const everybody = db.prepare<{ after: string; limit: number }, DuePhone>(
    `SELECT phone, (SELECT times FROM list_due d WHERE d.phone = p.phone) AS times FROM (
       SELECT phone FROM (SELECT phone FROM contact WHERE phone > @after ORDER BY phone LIMIT @limit)
       UNION SELECT phone FROM (
         SELECT DISTINCT phone FROM list_member WHERE phone > @after ORDER BY phone LIMIT @limit)) p
     ORDER BY phone LIMIT @limit`,
  )
  const mark = db.prepare<[string]>(
    `INSERT INTO list_due (phone, times) SELECT ?, 1 WHERE EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
     ON CONFLICT (phone) DO UPDATE SET times = times + 1`,
  )
  const keep = db.prepare<[string]>('INSERT OR IGNORE INTO list_due (phone, times) VALUES (?, 1)')
  const unmark = db.prepare<[string, number]>('DELETE FROM list_due WHERE phone = ? AND times = ?')
  const failing = db.prepare<[string], { phone: BareE164; key: string }>(
    'SELECT f.phone, f.key FROM json_each(?) j CROSS JOIN list_failing f ON f.phone = j.value',
  )
  const fails = db.prepare<[string, string]>('INSERT OR IGNORE INTO list_failing (phone, key) VALUES (?, ?)')
  const failsNoMore = db.prepare<[string, string]>('DELETE FROM list_failing WHERE phone = ? AND key = ?')
  const countFailing = db.prepare<[], { key: string; n: number }>(
    'SELECT key, count(*) AS n FROM list_failing GROUP BY key',
  )
  const forgetFailing = db.prepare<[string]>(
    'DELETE FROM list_failing WHERE key NOT IN (SELECT value FROM json_each(?))',
  )
  return {
    basis: () => basis.get(),
    watch: () => void setBasis.run(''),
    everybodyLookedAt: (now) => void setBasis.run(now),
    stop: () => {
      dropBasis.run()
      dropDue.run()
      dropFailing.run()
    },
    due: (after, limit) => due.all({ after, limit }),
    everybody: (after, limit) => everybody.all({ after, limit }),
    mark: (phone) => void mark.run(phone),
    settle: (people) => {
      for (const { phone, times, again } of people) {
        if (again) keep.run(phone)
        else if (times !== null) unmark.run(phone, times)
      }
    },
    failing: (phones) => failing.all(JSON.stringify(phones)),
    setFailing: (phone, key, now) => void (now ? fails : failsNoMore).run(phone, key),
    countFailing: () => new Map(countFailing.all().map(({ key, n }) => [key, n])),
    forgetFailingExcept: (keys) => void forgetFailing.run(JSON.stringify(keys)),
  }
}
