// Owns `status`: all is well, or exactly what is not, at one look.
import { isFree } from '../../db/lock.ts'
import { FULL_REASON_TEXT } from '../../sync/pull/why-full.ts'
import type { CycleReport } from '../../sync/report.ts'
import { readStatus, type StatusReport } from '../../sync/status.ts'
import { type Command, flag } from '../command.ts'
import type { Colors, Io } from '../io.ts'
import { withApp } from '../open.ts'
import { overlapText } from '../overlap-text.ts'
import { leftText, phaseText } from '../phases.ts'
import { alarmLines } from '../render-report.ts'
import { clip, columns, many, number } from '../table-text.ts'

export const status: Command = {
  about:
    'Reads the database only; no request is sent. Exit code 3 means that something is held for you, 4 that there are ' +
    'alarms, rejections or dead letters, 1 that the last cycle failed.',
  examples: [{ line: 'heysync status', what: 'sources, contacts, and what needs you' }],
  json: '`sources[]` (`id`, `lastPull`, `lastFullPull`, `watermark`, `overlapSeconds` (what is read again now) and `overlapLearned` (true where that is more than the config says), `records` by state), `contacts` (`wanted`, `inHeymarket`, `optedOut`, `collisions`), `rejections`, `outbox` (`waiting`, `deadLetters`, `causes[]` with `code`, `cause`, `changes`, `wayOut`), `held[]` (`cycle`, `source`, `changes`, `reason`, `examples`), `alarms[]` (`code`, `source`, `message`, `cycle`), `lists[]` (`title`, `id`, `members`, `waiting`, `refused`), `lastCycle` with its `reason`, `error`, `hint` and `report` (or null), `failing` (`cycles` that failed since the last good one, `since` when, and the newest `error` and `hint`), `underWay` (what another process is at, or null: `cycle`, `mode`, `trigger`, `reason`, `since`, `phase`: pull, reconcile or push, `source`, `done`, `total` and `secondsLeft`, null while nobody knows), `undone` (contacts in which an undo holds back what the sources still say), `remote` (`duplicatePhones`, `lastFullReconcile`)',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const report = readStatus(app.db, app.loaded.config, !isFree(app.loaded.databasePath), io.clock.now())
      io.data(flag(call, 'json') ? `${JSON.stringify(report, null, 2)}\n` : `${renderStatus(report, io)}\n`)
      if (report.held.length > 0) return 3
      // While the next one runs, what failed before it still counts.
      if (report.failing.cycles > 0 || report.lastCycle?.status === 'interrupted') return 1
      const looks = report.alarms.length + report.rejections + report.outbox.deadLetters > 0
      return looks ? 4 : 0
    }),
}

function renderStatus(
  report: StatusReport,
  { color, columns: width }: Pick<Io, 'color' | 'columns'>,
): string {
  const { contacts, lastCycle } = report
  const lines = [
    columns([
      ['source', 'last pull', 'accepted', 'rejected', 'filtered', 'gone'].map((word) => color.dim(word)),
      ...report.sources.map((source) => [
        source.id,
        source.lastPull ?? 'never',
        ...['accepted', 'rejected', 'filtered', 'gone'].map((state) => number(source.records[state] ?? 0)),
      ]),
    ]),
    ...report.sources
      .filter(({ overlapLearned }) => overlapLearned)
      .map((source) => color.dim(overlapText(source))),
    '',
    columns([
      ['wanted contacts', number(contacts.wanted)],
      ['in Heymarket', number(contacts.inHeymarket)],
      ['opted out', number(contacts.optedOut)],
      [
        'shared numbers',
        number(contacts.collisions),
        contacts.collisions > 0 ? color.cyan('heysync collisions') : '',
      ],
      ['waiting to be written', number(report.outbox.waiting)],
    ]),
    '',
    ...(report.lists.length > 0 ? [listTable(report, color), ''] : []),
  ]
  if (report.underWay) {
    lines.push(...underWayLines(report.underWay, color), ...whatWentWrong(report, color))
  } else if (lastCycle) {
    lines.push(
      `last cycle  ${lastCycle.status}, ${lastCycle.trigger} at ${lastCycle.at}  ${color.dim(lastCycle.cycle)}`,
    )
    lines.push(...whatWentWrong(report, color))
  } else {
    lines.push(`No cycle yet. ${color.cyan('heysync plan')} shows what the first one would do.`)
  }
  for (const held of report.held) {
    lines.push('', `${color.magenta('held')}  ${many(held.changes, 'change')}: ${held.reason}`)
    lines.push(
      ...held.examples.map((example, index) => `      ${index === 0 ? 'e.g.' : '    '} ${example}`),
      `      release: ${color.cyan(`heysync approve ${held.cycle}`)}`,
    )
  }
  for (const alarm of report.alarms) lines.push('', ...alarmLines(alarm, color))
  if (report.rejections > 0)
    lines.push(
      '',
      `${color.yellow(many(report.rejections, 'rejection'))}  ${color.cyan('heysync rejections')}`,
    )
  if (report.outbox.deadLetters > 0) {
    lines.push(
      '',
      `${color.red(many(report.outbox.deadLetters, 'dead letter'))}  ${color.cyan('heysync failures')}`,
      ...biggestCause(report, width),
    )
  }
  if (report.undone > 0) {
    lines.push(
      '',
      `${many(report.undone, 'contact')} with values that were undone: held back until the source says something else`,
      `      each: ${color.cyan('heysync why <phone>')}`,
    )
  }
  const calm =
    report.held.length === 0 &&
    report.alarms.length === 0 &&
    report.rejections === 0 &&
    report.outbox.deadLetters === 0
  if (calm && lastCycle?.status === 'ok') lines.push('', color.green('All is well.'))
  return lines.join('\n')
}

function listTable({ lists }: StatusReport, color: Colors): string {
  return columns([
    ['list', 'members', 'waiting', 'refused'].map((word) => color.dim(word)),
    ...lists.map(({ title, id, members, waiting, refused }) => [
      id === null ? `${title} ${color.dim('(not made yet)')}` : title,
      ...[members, waiting, refused].map(number),
    ]),
  ])
}

/** What most of the dead letters have in common. */
function biggestCause({ outbox: { causes } }: StatusReport, width: number): string[] {
  const [biggest] = causes
  if (biggest === undefined) return []
  const share = causes.length === 1 ? 'all' : `${number(biggest.changes)} of them`
  const words = [biggest.code, biggest.cause].filter(Boolean).join(': ')
  return [`      ${clip(`${share}: ${words}`, width - 6)}`]
}

function underWayLines(at: NonNullable<StatusReport['underWay']>, color: Colors): string[] {
  const why = at.reason === null ? '' : `, because ${FULL_REASON_TEXT[at.reason]}`
  const what = at.mode === 'full' ? 'full resync' : 'sync'
  const lines = [`${color.bold('under way')}  ${what} since ${at.since}${why}  ${color.dim(at.cycle)}`]
  const { phase } = at
  if (phase !== null) {
    const count = at.total === null ? number(at.done) : `${number(at.done)} of ${number(at.total)}`
    const left = leftText(at.secondsLeft)
    lines.push(`           ${count} ${phaseText({ ...at, phase })}${left === '' ? '' : `, ${left}`}`)
  }
  return lines
}

/** Why the last cycle failed, what to do, and for how long it has been so. */
function whatWentWrong({ lastCycle, failing }: StatusReport, color: Colors): string[] {
  const lines: string[] = []
  const { error, hint } = lastCycle?.status === 'running' ? failing : (lastCycle ?? failing)
  if (error) lines.push(`  ${color.red(error)}`)
  if (hint) lines.push(`  ${color.cyan('Try')} ${hint}`)
  const { failures = [] } = (lastCycle?.report ?? {}) as Partial<CycleReport>
  // Where every source failed, the first of them is the error above.
  for (const { source, message } of failures)
    if (message !== error) lines.push(`  ${color.red('✗')} ${source}  ${message}`)
  if (lastCycle?.status === 'interrupted')
    lines.push(`  ${color.cyan('heysync sync')} goes on from what was saved.`)
  if (failing.cycles > 1)
    lines.push(`  ${many(failing.cycles, 'cycle')} failed since ${failing.since}, and none went through.`)
  return lines
}
