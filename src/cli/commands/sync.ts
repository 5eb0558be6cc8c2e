// Owns `sync`: one cycle, from the sources into Heymarket.
import type { CycleRequest } from '../../sync/cycle.ts'
import { type Command, flag, SOURCE_OPTION, texts } from '../command.ts'
import { withApp } from '../open.ts'
import { finishCycle, watchCycle } from '../run-cycle.ts'
import { throughService } from '../through-service.ts'

export const sync: Command = {
  about:
    'Pulls what changed in the sources, compares it with what Heymarket holds, and writes only the differences. ' +
    'Running it again when nothing changed writes nothing. Exit code 3 means that a part is held for you to approve.',
  options: [
    SOURCE_OPTION,
    { flags: '--full', summary: 'pull everything and read all of Heymarket, as `resync` does' },
    {
      flags: '--allow-empty <id...>',
      summary: 'believe these sources when they say that they are empty now',
    },
  ],
  examples: [
    { line: 'heysync sync', what: 'all sources' },
    { line: 'heysync sync --source clinic --json', what: 'one source, with the counts for a script' },
  ],
  json: '`cycle`, `mode`, `status` (ok, held, failed), `sources[]` (counts per source; `read` is the sum of the five beside it), `failures[]`, `warnings[]`, `alarms[]`, `reconcile`, `plan`, `push`; field by field below',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const allowEmpty = texts(call, 'allowEmpty')
      app.sourceIds(allowEmpty)
      const mode: CycleRequest['mode'] = flag(call, 'full') ? 'full' : 'incremental'
      const request = {
        ...{ mode, trigger: 'sync', allowEmpty },
        sources: app.sourceIds(texts(call, 'source')),
      } as const
      const outcome =
        (await throughService(app, io, call, (service) => service.sync(request))) ??
        (await watchCycle(app, io, call, request))
      return finishCycle(app, io, call, outcome)
    }),
}
