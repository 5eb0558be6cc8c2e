// Owns `why`: the whole story of one person.

import type { ExitCode } from '../../lib/errors.ts'
import { readingsOf } from '../../sync/normalize/typed-phone.ts'
import { why as findOut, type WhyAnswer } from '../../sync/why.ts'
import { type Command, flag } from '../command.ts'
import type { Io } from '../io.ts'
import { withApp } from '../open.ts'
import { columns, many, wrap } from '../table-text.ts'

export const why: Command = {
  about:
    'Takes a phone number in any spelling, a record id, or a value that was rejected. Shows the records that claim the ' +
    'number, what the contact looks like and where each value came from, what Heymarket holds, consent, and what waits.',
  args: [{ name: 'phone', summary: 'phone number, record id or rejected value', required: true }],
  examples: [
    { line: 'heysync why 14155552671', what: 'by number' },
    { line: 'heysync why P-1042', what: 'by record id' },
  ],
  json: '`asked`, `phone`, `verdict`, `records[]` (with `way`: how it left, or null, and the `lists` of its source that it is on), `rejections[]`, `contact`, `heymarket`, `erased` (`at`, `reason`; null when they were not), `consent`, `lists`, `drift[]` (`field`, `expected`, `found`, `outcome` kept or restored, `since`), `cutTags[]`, `operation`, `held`, `undone[]` (`field`, `value`, `cycle`, `at`), `attempts[]`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const { config } = app.loaded
      const answer = findOut(app.db, config, call.args.join(' '), (text) =>
        readingsOf(text, config.defaultCountry),
      )
      io.data(flag(call, 'json') ? `${JSON.stringify(answer, null, 2)}\n` : `${renderWhy(answer, io)}\n`)
      return 0 as ExitCode
    }),
}

function renderWhy(answer: WhyAnswer, { color, columns: width }: Pick<Io, 'color' | 'columns'>): string {
  const lines = [wrap(`${color.bold(answer.phone ?? answer.asked)}  ${answer.verdict}`, width)]
  const section = (title: string, rows: readonly (readonly string[])[]) => {
    if (rows.length > 0) lines.push('', color.dim(title), columns(rows))
  }
  section(
    'records',
    answer.records.map((row) => [
      row.wins ? color.green('●') : ' ',
      `${row.source}/${row.record}`,
      row.mergedInto === null ? (row.way ?? row.state) : `merged into record ${row.mergedInto}`,
      row.place ?? '',
      row.updatedAt ?? '',
      row.phones.length > 1 ? row.phones.join(', ') : '',
      row.notes.map((note) => `${note.field}: ${note.message}`).join('; '),
    ]),
  )
  section(
    'on lists of the sources',
    answer.records
      .filter((row) => row.lists.length > 0)
      .map((row) => [`${row.source}/${row.record}`, row.lists.join(', ')]),
  )
  section(
    'rejections',
    answer.rejections.map((row) => [
      row.place ?? row.source,
      row.code,
      JSON.stringify(row.value),
      row.message,
    ]),
  )
  section(
    'as the sources want it',
    (answer.contact?.fields ?? []).map((row) => [
      row.field,
      JSON.stringify(row.value),
      color.dim(`from ${row.from}`),
    ]),
  )
  if (answer.heymarket) {
    const { link, ...shown } = answer.heymarket
    section(
      `in Heymarket${link ? ` (${link} by heysync)` : ''}`,
      Object.entries(shown)
        .filter(
          ([, value]) =>
            value !== '' &&
            value !== null &&
            JSON.stringify(value) !== '{}' &&
            JSON.stringify(value) !== '[]',
        )
        .map(([field, value]) => [field, typeof value === 'string' ? value : JSON.stringify(value)]),
    )
  }
  section(
    'changed in Heymarket',
    answer.drift.map((row) => [
      row.field,
      `${row.expected === null ? 'not known before' : JSON.stringify(row.expected)} → ${JSON.stringify(row.found)}`,
      row.outcome === 'kept' ? 'kept' : 'to be restored',
      color.dim(`since ${row.since}`),
    ]),
  )
  section('tags without room', answer.cutTags.length > 0 ? [[answer.cutTags.join(', ')]] : [])
  section('consent', [
    [answer.consent.optedOut ? color.red('opted out') : 'no opt-out known'],
    ...answer.consent.history.map((event) => [event.at, event.state, event.origin, event.evidence]),
  ])
  if (answer.operation) {
    const { kind, state, attempts, error } = answer.operation
    section('in the outbox', [[kind, state, many(attempts, 'attempt'), error ?? '']])
  }
  section(
    'undone, and held back until the source says something else',
    answer.undone.map(({ field, value, cycle, at }) => [
      field,
      JSON.stringify(value),
      color.dim(`undo ${cycle} at ${at}`),
    ]),
  )
  section(
    'last attempts',
    answer.attempts.map((row) => [row.at, row.kind, row.outcome, row.error ?? '', row.requestId ?? '']),
  )
  return lines.join('\n')
}
