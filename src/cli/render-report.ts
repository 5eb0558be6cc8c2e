// Owns how the end of a cycle looks: what was read, what was done, and the next step when there is one.
import type { Alarm, CycleReport, SourceFailure } from '../sync/report.ts'
import type { Colors } from './io.ts'
import { columns, many, number } from './table-text.ts'

export interface ReportContext {
  readonly color: Colors
  /** Everything that is rejected now, not only in this cycle. */
  readonly rejections: number
  readonly deadLetters: number
}

export function renderReport(report: CycleReport, context: ReportContext): string {
  const { color } = context
  const lines: string[] = []
  if (report.sources.length > 0) lines.push(columns(sourceRows(report, color)))
  for (const failure of report.failures) lines.push(...failureLines(failure, color))
  for (const warning of report.warnings) lines.push(`  ${color.yellow('!')} ${warning}`)
  for (const alarm of report.alarms) lines.push(...alarmLines(alarm, color))
  lines.push(statusLine(report, color), color.dim(`  cycle ${report.cycle}`), ...nextSteps(report, context))
  return lines.join('\n')
}

/** A source that could not be pulled, and what to do about it. */
export function failureLines({ source, message, hint }: SourceFailure, color: Colors): string[] {
  const first = `  ${color.red('✗')} ${source}  ${message}`
  return hint === null ? [first] : [first, `    ${hint}`]
}

/** An alarm, and how to say that all is as it should be. */
export function alarmLines({ message, cycle }: Alarm, color: Colors): string[] {
  return [
    `  ${color.red('alarm')}  ${message}`,
    `         all right? ${color.cyan(`heysync approve ${cycle}`)}`,
  ]
}

function sourceRows(report: CycleReport, color: Colors): string[][] {
  const head = ['source', 'read', 'unchanged', 'accepted', 'rejected', 'filtered', 'deleted', 'gone'].map(
    (word) => color.dim(word),
  )
  return [
    head,
    ...report.sources.map((source) => [
      source.id,
      ...[
        source.read,
        source.unchanged,
        source.accepted,
        source.rejected,
        source.filtered,
        source.deleted,
        source.gone,
      ].map(number),
    ]),
  ]
}

function statusLine(report: CycleReport, color: Colors): string {
  const { push, plan } = report
  const done =
    push.acked === 0
      ? 'nothing to write'
      : `${many(push.acked, 'change')} written with ${many(push.requests, 'request')} in ${push.seconds} s`
  const mark = { ok: color.green('✓'), held: color.magenta('●'), failed: color.red('✗') }[report.status]
  const held = plan.held > 0 ? `, ${color.magenta(`${number(plan.held)} held`)}` : ''
  const retrying = push.retrying > 0 ? `, ${color.yellow(`${number(push.retrying)} to be tried again`)}` : ''
  const dead = push.deadLettered > 0 ? `, ${color.red(many(push.deadLettered, 'dead letter'))}` : ''
  const deferred = push.deferred > 0 ? `, ${number(push.deferred)} left to the next cycle` : ''
  return `${mark} ${color.bold(report.status)}: ${done}${held}${retrying}${deferred}${dead}`
}

function nextSteps(report: CycleReport, { color, rejections, deadLetters }: ReportContext): string[] {
  const steps: string[][] = []
  if (report.plan.held > 0) {
    steps.push(
      ['heysync status', 'see what is held and why'],
      [`heysync approve ${report.cycle}`, 'release it'],
    )
  }
  if (rejections > 0)
    steps.push([
      'heysync rejections',
      `${many(rejections, 'record')} could not become contacts, with the reasons`,
    ])
  if (deadLetters > 0)
    steps.push(['heysync failures', `${many(deadLetters, 'change')} that Heymarket refused`])
  if (report.push.retrying > 0) steps.push(['heysync sync', 'tries again what did not get through'])
  return steps.length === 0
    ? []
    : [columns(steps.map(([command = '', what = '']) => [color.cyan(command), what]))]
}
