// Owns `failures`: dead letters and what waits to be tried again, grouped by cause.

import { toIso } from '../../lib/clock.ts'
import { ERROR_TABLE, type ExitCode } from '../../lib/errors.ts'

import type { Operation } from '../../sync/outbox/outbox.ts'
import { type Command, flag } from '../command.ts'
import { withApp } from '../open.ts'
import { clip, columns, many } from '../table-text.ts'

export const failures: Command = {
  name: 'failures',
  summary: 'list the changes that did not get through to Heymarket, and why',
  about:
    'Dead letters are changes that Heymarket refused: they are tried again when the record changes, or by `redrive`. ' +
    'What only waits for its next try is listed too.',
  options: [{ flags: '--all', summary: 'show every change instead of a few of each cause' }],
  examples: [{ line: 'heysync failures', what: 'grouped by cause' }],
  json: 'a list of `phone`, `kind`, `state`, `code`, `message`, `requestId`, `attempts`, `source`, `since`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const { outbox } = app.engine
      const operations = [
        ...outbox.inState('dead'),
        ...outbox.inState('unsettled'),
        ...outbox.inState('pending'),
        ...outbox.inState('in_flight'),
      ]
      if (flag(call, 'json')) {
        io.data(`${JSON.stringify(operations.map(failureJson), null, 2)}\n`)
        return 0 as ExitCode
      }
      if (operations.length === 0) {
        io.data('Nothing failed: every change got through.\n')
        return 0 as ExitCode
      }
      const groups = new Map<string, Operation[]>()
      for (const operation of operations) {
        const cause = operation.state === 'dead' ? (operation.error_code ?? 'dead letter') : 'waiting'
        groups.set(cause, [...(groups.get(cause) ?? []), operation])
      }
      for (const [cause, group] of groups) {
        const meaning =
          cause in ERROR_TABLE
            ? ERROR_TABLE[cause as keyof typeof ERROR_TABLE].meaning
            : 'Not sent yet, or to be tried again by the next sync.'
        io.data(`${io.color.bold(cause)}  ${group.length}  ${io.color.dim(meaning)}\n`)
        const shown = group.slice(0, flag(call, 'all') ? undefined : 5)
        const lines = shown.map((one) => [
          one.phone,
          one.kind,
          many(one.attempts, 'attempt'),
          clip(one.error ?? '', Math.max(30, io.columns - 46)),
        ])
        io.data(`${columns(lines)}\n`)
        if (group.length > shown.length)
          io.data(io.color.dim(`  … and ${group.length - shown.length} more (--all shows them)\n`))
        io.data('\n')
      }
      if (outbox.counts().dead > 0)
        io.say(`${io.color.cyan('heysync redrive')}  tries the dead letters again`)
      return 0 as ExitCode
    }),
}

function failureJson(one: Operation) {
  return {
    phone: one.phone,
    kind: one.kind,
    state: one.state === 'dead' ? 'dead' : 'retrying',
    code: one.error_code,
    message: one.error,
    requestId: one.request_id,
    attempts: one.attempts,
    source: one.source_id,
    since: toIso(one.created_at),
  }
}
