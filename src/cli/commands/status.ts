// Owns `status`: all is well, or exactly what is not, at one look.
import { isFree } from '../../db/lock.ts'
import type { CycleReport } from '../../sync/report.ts'
import { readStatus, type StatusReport } from '../../sync/status.ts'
import { type Command, flag } from '../command.ts'
import type { Colors } from '../io.ts'
import { withApp } from '../open.ts'
import { columns, many, number } from '../table-text.ts'

export const status: Command = {
  name: 'status',
  summary: 'show how things stand',
  about:
    'Reads the database only; no request is sent. Exit code 3 means that something is held for you, 4 that there are ' +
    'rejections or dead letters, 1 that the last cycle failed.',
  examples: [{ line: 'heysync status', what: 'sources, contacts, and what needs you' }],
  json: '`sources[]` (`id`, `lastPull`, `lastFullPull`, `watermark`, `records` by state), `contacts` (`wanted`, `inHeymarket`, `optedOut`, `collisions`), `rejections`, `outbox` (`waiting`, `deadLetters`), `held[]` (`cycle`, `source`, `changes`, `reason`, `examples`), `lastCycle` with its `error`, `hint` and `report` (or null), `failing` (`cycles` that failed since the last good one, `since` when, and the newest `error` and `hint`), `remote` (`duplicatePhones`, `lastFullReconcile`)',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const report = readStatus(app.db, app.loaded.config, !isFree(app.loaded.databasePath))
      io.data(
        flag(call, 'json') ? `${JSON.stringify(report, null, 2)}\n` : `${renderStatus(report, io.color)}\n`,
      )
      if (report.held.length > 0) return 3
      // While the next one runs, what failed before it still counts.
      if (report.failing.cycles > 0 || report.lastCycle?.status === 'interrupted') return 1
      return report.rejections > 0 || report.outbox.deadLetters > 0 ? 4 : 0
    }),
}

function renderStatus(report: StatusReport, color: Colors): string {
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
    '',
    columns([
      ['wanted contacts', number(contacts.wanted)],
      ['in Heymarket', number(contacts.inHeymarket)],
      ['opted out', number(contacts.optedOut)],
      ['shared numbers', number(contacts.collisions)],
      ['waiting to be written', number(report.outbox.waiting)],
    ]),
    '',
  ]
  if (lastCycle) {
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
      `      e.g. ${held.examples.join(', ')}`,
      `      release: ${color.cyan(`heysync approve ${held.cycle}`)}`,
    )
  }
  if (report.rejections > 0)
    lines.push(
      '',
      `${color.yellow(many(report.rejections, 'rejection'))}  ${color.cyan('heysync rejections')}`,
    )
  if (report.outbox.deadLetters > 0) {
    lines.push(
      '',
      `${color.red(many(report.outbox.deadLetters, 'dead letter'))}  ${color.cyan('heysync failures')}`,
    )
  }
  const calm = report.held.length === 0 && report.rejections === 0 && report.outbox.deadLetters === 0
  if (calm && lastCycle?.status === 'ok') lines.push('', color.green('All is well.'))
  return lines.join('\n')
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
