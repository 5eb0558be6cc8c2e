// Owns the support bundle: what somebody who helps has to know, without secrets and without people. Texts of errors are kept
// with their codes, and without numbers, addresses and whatever stands in quotes.
import type { App } from '../app.ts'
import type { Db } from '../db/open.ts'
import { toIso } from '../lib/clock.ts'
import { redact } from '../lib/redact.ts'
import { settingsReader } from '../service/read/settings.ts'
import type { CycleReport } from '../sync/report.ts'
import { readStatus } from '../sync/status.ts'

/** Name and content of each file. */
export type Bundle = ReadonlyMap<string, string>

export interface Machine {
  readonly version: string
  readonly node: string
  readonly platform: string
  readonly memoryMb: number
  readonly timeZone: string
}

const CYCLES = 200

const README = `A support bundle of heysync: how it is set up and how it stands, for whoever helps. It holds no secret, no name, no number, no
e-mail address and no message of anybody. Look through it before you send it; it is plain text.

about.json       program, machine, time
config.yaml      the config with all defaults; secrets are masked, addresses taken out
status.json      sources, counts, what waits, what is held and why
cycles.json      the last ${CYCLES} cycles with their counts and errors
causes.json      why records were rejected and changes refused, by how many
database.json    its tables and their sizes
`

export function supportBundle(app: App, machine: Machine, now: number): Bundle {
  const { db, loaded } = app
  const { config, path, databasePath, secrets } = loaded
  const warnings = loaded.warnings.map(({ message }) => message)
  const about = { config, configPath: path, databasePath, warnings, secrets }
  const settings = settingsReader(db, about, () => ({ url: null, waiting: 0, lastAt: null }))()
  const status = readStatus(db, config, false, now)
  const { sources, contacts, rejections, outbox, held, lists, alarms, failing, remote } = status
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  return new Map([
    ['README.txt', README],
    [
      'about.json',
      json({
        ...machine,
        at: toIso(now),
        warnings: warnings.map(plain),
        account: settings.account.map(({ fact, value }) => ({ fact, value: plain(value) })),
      }),
    ],
    ['config.yaml', withoutAddresses(settings.config)],
    [
      'status.json',
      json({
        ...{ sources, contacts, rejections, remote },
        outbox: { waiting: outbox.waiting, deadLetters: outbox.deadLetters },
        held: held.map(({ cycle, source, changes, reason }) => ({
          cycle,
          source,
          changes,
          reason: plain(reason),
        })),
        lists: lists.map(({ members, waiting, refused }, index) => ({
          list: index + 1,
          members,
          waiting,
          refused,
        })),
        alarms: alarms.map(({ code, source, cycle, message }) => ({
          code,
          source,
          cycle,
          message: plain(message),
        })),
        failing: {
          ...failing,
          error: failing.error && plain(failing.error),
          hint: failing.hint && plain(failing.hint),
        },
      }),
    ],
    ['cycles.json', json(app.engine.cycles.latest(CYCLES).map(cycleOf))],
    [
      'causes.json',
      json({
        rejections: rejectionsByCode(db),
        changes: outbox.causes.map(({ code, cause, changes }) => ({
          code,
          cause: cause && plain(cause),
          changes,
        })),
      }),
    ],
    [
      'database.json',
      json({
        schema: db.pragma('user_version', { simple: true }),
        bytes: bytesOf(db),
        tables: tablesOf(db),
        check: db.pragma('quick_check(1)', { simple: true }),
      }),
    ],
  ])
}

type CycleRow = ReturnType<App['engine']['cycles']['latest']>[number]

function cycleOf({
  id,
  mode,
  trigger,
  status,
  started_at,
  finished_at,
  report,
  error,
  reason,
  phase,
}: CycleRow) {
  const {
    sources = [],
    failures = [],
    warnings = [],
    plan,
    push,
  } = report === null ? {} : (JSON.parse(report) as Partial<CycleReport>)
  const { code = null, message = null } =
    error === null ? {} : (JSON.parse(error) as { code?: string; message?: string })
  return {
    ...{ id, mode, trigger, status, reason, phase, plan, push },
    startedAt: toIso(started_at),
    finishedAt: finished_at === null ? null : toIso(finished_at),
    sources,
    failures: failures.map((one) => ({ source: one.source, code: one.code, message: plain(one.message) })),
    warnings: warnings.map(plain),
    error: code === null ? null : { code, message: message && plain(message) },
  }
}

function rejectionsByCode(db: Db): unknown[] {
  return db
    .prepare(
      'SELECT source_id AS source, code, field, count(*) AS records FROM rejection GROUP BY source_id, code, field ORDER BY records DESC',
    )
    .all()
}

function bytesOf(db: Db): number {
  return Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }))
}

function tablesOf(db: Db): Record<string, number> {
  const names = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all()
  const count = (name: string) => db.prepare<[], number>(`SELECT count(*) FROM "${name}"`).pluck().get() ?? 0
  return Object.fromEntries(names.map((name) => [name, count(name)]))
}

/** What is in quotes may be a value of somebody's record. */
function plain(text: string): string {
  return withoutAddresses(text).replaceAll(/"[^"]*"/g, '"…"')
}

function withoutAddresses(text: string): string {
  return redact(text).replaceAll(/[^\s"'<>@,;[\]{}()]+@[^\s"'<>@,;[\]{}()]+/g, '…@…')
}
