// Owns `approve`: what a cycle held is released, and pushed at once.
import { HeysyncError } from '../../lib/errors.ts'
import type { Command } from '../command.ts'
import { withApp } from '../open.ts'
import { finishCycle, watchCycle } from '../run-cycle.ts'
import { many } from '../table-text.ts'
import { throughService } from '../through-service.ts'

export const approve: Command = {
  about:
    'Releases exactly the changes that this cycle held, and pushes them; closes the alarms that it showed. A change that is no longer what it was then ' +
    '(the record came back, somebody edited the contact) is not released with the others.',
  args: [{ name: 'cycle', summary: 'the id that `sync` and `status` print', required: true }],
  examples: [{ line: 'heysync approve 01JD0A8Q5T3W6Y9ZB2C4E6G8HK', what: 'what that cycle held' }],
  json: 'as `sync`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const id = call.args[0] ?? ''
      const { cycles, held, heldMembers } = app.engine
      if (!cycles.find(id)) {
        const waiting = held.all()[0] ?? heldMembers.all()[0]
        throw new HeysyncError('ERR_CYCLE_UNKNOWN', {
          message: `There is no cycle ${id}.`,
          hint: waiting
            ? `What waits now was held by: heysync approve ${waiting.cycle_id}`
            : 'Nothing is held. `heysync status` shows the last cycle.',
        })
      }
      const request = { mode: 'incremental' as const, trigger: 'approve', sources: [], allowEmpty: [] }
      const asked = await throughService(app, io, call, (service) => service.approve(id))
      if (asked !== null) return finishCycle(app, io, call, asked)
      const outcome = await watchCycle(app, io, call, request, () => {
        const now = io.clock.now()
        const released = app.engine.mirror.transaction(
          () => held.approve(id, now) + heldMembers.approve(id, now),
        )
        io.say(
          released === 0
            ? `Cycle ${id} held nothing.`
            : `${many(released, 'change')} of cycle ${id} released.`,
        )
        const accepted = app.engine.mirror.alarms.accept(id)
        if (accepted > 0) io.say(`${many(accepted, 'alarm')} closed.`)
      })
      return finishCycle(app, io, call, outcome)
    }),
}
