// Owns `resync`: a full pull of the sources and a full reconcile, then one plan.
import { type Command, SOURCE_OPTION, texts } from '../command.ts'
import { withApp } from '../open.ts'
import { finishCycle, watchCycle } from '../run-cycle.ts'
import { throughService } from '../through-service.ts'

export const resync: Command = {
  about:
    'Reads every record of the sources and every contact of the account, however long ago they changed, and then writes ' +
    'only the differences. Use it after somebody changed much in Heymarket by hand, or when you want to be sure. ' +
    'Stopped or killed, it goes on where it was when you run it again.',
  options: [SOURCE_OPTION],
  examples: [{ line: 'heysync resync', what: 'all sources' }],
  json: 'as `sync`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const sources = app.sourceIds(texts(call, 'source'))
      const request = { mode: 'full', trigger: 'resync', sources, allowEmpty: [] } as const
      const outcome =
        (await throughService(app, io, call, (service) => service.sync(request))) ??
        (await watchCycle(app, io, call, request))
      return finishCycle(app, io, call, outcome)
    }),
}
