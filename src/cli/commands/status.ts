// Owns `status`: all is well, or exactly what is not, at one look.
import { isFree } from '../../db/lock.ts'
import { readStatus, type StatusReport } from '../../sync/status.ts'
import { type Command, flag } from '../command.ts'
import type { Colors } from '../io.ts'
import { withApp } from '../open.ts'
import { alarmLines } from '../render-report.ts'
import { columns, many, number } from '../table-text.ts'

export const status: Command = {
  name: 'status',
  summary: 'show how things stand',
  about:
    'Reads the database only; no request is sent. Exit code 3 means that something is held for you, 4 that there are ' +
    'alarms, rejections or dead letters, 1 that the last cycle failed.',
  examples: [{ line: 'heysync status', what: 'sources, contacts, and what needs you' }],
  json: '`sources[]` (`id`, `lastPull`, `lastFullPull`, `watermark`, `records` by state), `contacts` (`wanted`, `inHeymarket`, `optedOut`, `collisions`), `rejections`, `outbox` (`waiting`, `deadLetters`), `held[]` (`cycle`, `source`, `changes`, `reason`, `examples`), `alarms[]` (`code`, `source`, `message`, `cycle`), `lastCycle` with its `report` (or null), `remote` (`duplicatePhones`, `lastFullReconcile`)',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const report = readStatus(app.db, app.loaded.config, !isFree(app.loaded.databasePath))
      io.data(
        flag(call, 'json') ? `${JSON.stringify(report, null, 2)}\n` : `${renderStatus(report, io.color)}\n`,
      )
      if (report.held.length > 0) return 3
      if (report.lastCycle?.status === 'failed' || report.lastCycle?.status === 'interrupted') return 1
      const looks = report.alarms.length + report.rejections + report.outbox.deadLetters > 0
      return looks ? 4 : 0
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
      [
        'shared numbers',
        number(contacts.collisions),
        contacts.collisions > 0 ? color.cyan('heysync collisions') : '',
      ],
      ['waiting to be written', number(report.outbox.waiting)],
    ]),
    '',
  ]
  if (lastCycle) {
    lines.push(
      `last cycle  ${lastCycle.status}, ${lastCycle.trigger} at ${lastCycle.at}  ${color.dim(lastCycle.cycle)}`,
    )
    if (lastCycle.error) lines.push(`  ${color.red(lastCycle.error)}`)
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
