// Owns `failures`: dead letters and what waits to be tried again, grouped by cause, each with the way out.

import type { App } from '../../app.ts'
import { toIso } from '../../lib/clock.ts'
import type { ExitCode } from '../../lib/errors.ts'
import { memberFailure } from '../../sync/lists/failed-members.ts'
import { type Cause, groupByCause } from '../../sync/outbox/causes.ts'
import { type FailedChange, failureOf } from '../../sync/outbox/failure.ts'
import { type KeyText, plainKey, wayOutText } from '../../sync/outbox/way-out.ts'
import { type Command, flag } from '../command.ts'
import { withApp } from '../open.ts'
import { renderFailures } from '../render-failures.ts'

export const failures: Command = {
  about:
    'Grouped by cause: what Heymarket said, without the numbers and values of the single contact. Each with an example and ' +
    'the way out. Dead letters are changes that Heymarket refused: they are tried again once when the record, the mapping or ' +
    "the account's fields, tags or team change, or by `redrive`. What only waits for its next try is listed too.",
  options: [{ flags: '--all', summary: 'show every change instead of one of each cause' }],
  examples: [
    { line: 'heysync failures', what: 'grouped by cause' },
    { line: 'heysync failures --json', what: 'all of them, for a script' },
  ],
  json: 'a list of `phone`, `kind`, `state` (`dead` or `retrying`), `code`, `cause`, `message`, `field`, `list` (the title, where a list refused somebody), `requestId`, `attempts`, `source`, `record`, `since`, `wayOut`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const { outbox, mirror } = app.engine
      const states = ['dead', 'unsettled', 'pending', 'in_flight'] as const
      const contacts = states.flatMap((state) => outbox.inState(state)).map(failureOf)
      const causes = groupByCause([...contacts, ...mirror.lists.refused().map(memberFailure)])
      if (flag(call, 'json')) {
        const rows = causes.flatMap((cause) => cause.failures.map((one) => failureJson(one, cause)))
        io.data(`${JSON.stringify(rows, null, 2)}\n`)
      } else if (causes.length === 0) {
        io.data('Nothing failed: every change got through.\n')
      } else {
        const view = { columns: io.columns, color: io.color, keyText: keyIn(app), all: flag(call, 'all') }
        io.data(`${renderFailures(causes, view)}\n`)
      }
      return 0 as ExitCode
    }),
}

/** A key of the mapping with its line in the config. */
function keyIn({ loaded }: App): KeyText {
  return (source, path) => {
    const index = loaded.config.sources.findIndex(({ id }) => id === source)
    const words = plainKey(source, path)
    return index === -1 ? words : `${words} (${loaded.placeOf(['sources', index, ...path])})`
  }
}

function failureJson(one: FailedChange, cause: Cause) {
  return {
    phone: one.phone,
    kind: one.kind,
    state: one.state,
    code: one.code,
    cause: one.cause,
    message: one.message,
    field: one.field,
    list: one.list,
    requestId: one.requestId,
    attempts: one.attempts,
    source: one.source,
    record: one.record,
    since: toIso(one.since),
    wayOut: wayOutText(cause),
  }
}
