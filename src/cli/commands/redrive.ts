// Owns `redrive`: dead letters put back and tried again at once, all of them or those that a rule picks.

import type { ExitCode } from '../../lib/errors.ts'
import { readBareE164 } from '../../lib/phone.ts'
import { memberFailure } from '../../sync/lists/failed-members.ts'
import { groupByCause } from '../../sync/outbox/causes.ts'
import { type FailedChange, failureOf } from '../../sync/outbox/failure.ts'
import { revive } from '../../sync/outbox/revive.ts'
import { failuresWhere } from '../../sync/outbox/where.ts'
import { type Call, type Command, flag, text } from '../command.ts'
import type { Io } from '../io.ts'
import { withApp } from '../open.ts'
import { finishCycle, watchCycle } from '../run-cycle.ts'
import { columns, many, number } from '../table-text.ts'
import { throughService } from '../through-service.ts'

export const redrive: Command = {
  about:
    'Puts changes that Heymarket refused back into the outbox and pushes them. Use it after mending the cause. A rule speaks of ' +
    '`failure`: its `code`, `cause`, `message`, `kind`, `phone`, `field`, `list`, `source`, `record`, `attempts` and `since`, as ' +
    '`failures --json` shows them. Where nothing matches, nothing is sent, and the causes that there are are printed.',
  args: [{ name: 'phone', summary: 'only this number', required: false }],
  options: [{ flags: '--where <CEL>', summary: 'only the dead letters that this rule picks' }],
  examples: [
    { line: 'heysync redrive', what: 'all dead letters' },
    { line: `heysync redrive --where 'failure.code == "ERR_NOT_STORED"'`, what: 'those of one code' },
    {
      line: `heysync redrive --where 'failure.field == "tags" && failure.source == "clinic"'`,
      what: 'those of one field and source',
    },
  ],
  json: 'as `sync`; where nothing matches `cycle` (null) and `causes[]` (`code`, `cause`, `changes`, `redrive`)',
  run: (call, io) => {
    const picks = picker(call)
    return withApp(call, io, async (app) => {
      const { outbox, mirror, lookups } = app.engine
      const dead = () => [
        ...outbox.inState('dead').map((operation) => ({ operation, failure: failureOf(operation) })),
        ...mirror.lists.refused().map((member) => ({ member, failure: memberFailure(member) })),
      ]
      const picked = () => dead().filter(({ failure }) => picks(failure))
      const all = dead()
      if (!all.some(({ failure }) => picks(failure)))
        return nothingMatches(
          call,
          io,
          all.map(({ failure }) => failure),
        )
      // A rule is not for others to work out: then this process does it by itself, as soon as the service gives way.
      if (text(call, 'where') === undefined) {
        const phone = call.args[0] === undefined ? {} : { phone: readBareE164(call.args[0]) ?? call.args[0] }
        const asked = await throughService(app, io, call, (service) => service.redrive(phone))
        if (asked !== null) return finishCycle(app, io, call, asked)
      }
      const request = { mode: 'incremental' as const, trigger: 'redrive', sources: [], allowEmpty: [] }
      const outcome = await watchCycle(app, io, call, request, () => {
        const [chosen, count] = [picked(), dead().length]
        revive(
          mirror,
          outbox,
          chosen.flatMap((one) => ('operation' in one ? [one.operation] : [])),
        )
        mirror.transaction(() =>
          mirror.lists.retry(chosen.flatMap((one) => ('member' in one ? [one.member] : []))),
        )
        // What was mended may be a tag or a field: its id is asked for again.
        lookups.forget()
        io.say(
          chosen.length === count
            ? `${many(count, 'dead letter')} put back.`
            : `${number(chosen.length)} of ${many(count, 'dead letter')} put back.`,
        )
      })
      return finishCycle(app, io, call, outcome)
    })
  },
}

/** Errors: ERR_EXPRESSION, ERR_USAGE. */
function picker(call: Call): (failure: FailedChange) => boolean {
  const asked = call.args[0]
  const phone = asked === undefined ? undefined : (readBareE164(asked) ?? asked)
  const rule = text(call, 'where')
  const where = rule === undefined ? () => true : failuresWhere(rule, '--where')
  return (failure) => (phone === undefined || failure.phone === phone) && where(failure)
}

function nothingMatches(call: Call, io: Io, dead: readonly FailedChange[]): ExitCode {
  const causes = groupByCause(dead)
  if (flag(call, 'json')) {
    const rows = causes.map(({ code, cause, failures, redrive }) => ({
      code,
      cause,
      changes: failures.length,
      redrive,
    }))
    io.data(`${JSON.stringify({ cycle: null, causes: rows }, null, 2)}\n`)
    return 0
  }
  if (dead.length === 0) {
    io.data('There are no dead letters to try again.\n')
    return 0
  }
  const rows = causes.map(({ code, cause, failures }) => [number(failures.length), code ?? '', cause ?? ''])
  io.data(
    `None of ${many(dead.length, 'dead letter')} matches. There are:\n${columns(rows, '  ', io.columns)}\n`,
  )
  io.say(`${io.color.cyan('heysync failures')}  shows them with the way out`)
  return 0
}
