// Owns `redrive`: dead letters put back and tried again at once.

import { readBareE164 } from '../../lib/phone.ts'
import type { Command } from '../command.ts'
import { withApp } from '../open.ts'
import { finishCycle, watchCycle } from '../run-cycle.ts'
import { many } from '../table-text.ts'

export const redrive: Command = {
  name: 'redrive',
  summary: 'try the dead letters again',
  about:
    'Puts changes that Heymarket refused back into the outbox and pushes them. Use it after mending the cause.',
  args: [{ name: 'phone', summary: 'only this number', required: false }],
  examples: [{ line: 'heysync redrive', what: 'all dead letters' }],
  json: 'as `sync`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const { outbox, mirror } = app.engine
      const asked = call.args[0]
      const phone = asked === undefined ? null : (readBareE164(asked) ?? asked)
      const request = { mode: 'incremental' as const, trigger: 'redrive', sources: [], allowEmpty: [] }
      const outcome = await watchCycle(app, io, call, request, () => {
        const dead = outbox.inState('dead').filter((one) => phone === null || one.phone === phone)
        mirror.transaction(() => {
          for (const one of dead) {
            mirror.contacts.unsettle(one.phone)
            mirror.contacts.pushed(one.phone, null)
          }
          outbox.redrive(phone)
        })
        io.say(
          dead.length === 0
            ? 'There are no dead letters to try again.'
            : `${many(dead.length, 'dead letter')} put back.`,
        )
      })
      return finishCycle(app, io, call, outcome)
    }),
}
