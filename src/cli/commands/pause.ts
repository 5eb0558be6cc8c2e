// Owns `pause` and `resume`: whether the service pulls a source by its schedules.

import type { ExitCode } from '../../lib/errors.ts'
import { NoAnswer } from '../../service/ask.ts'
import { pausedSources } from '../../service/paused.ts'
import { type Command, flag } from '../command.ts'
import { withApp } from '../open.ts'
import { runningService } from '../through-service.ts'

export const pause: Command = {
  about:
    'The service does not pull it any more until `resume`, also after a restart; without a source, none of them. What is in the outbox already is still written, and ' +
    '`sync` and `resync` by hand still pull it.',
  args: [{ name: 'source', summary: 'only this one', required: false }],
  examples: [
    { line: 'heysync pause clinic', what: 'while somebody works on that source' },
    { line: 'heysync pause', what: 'all sources' },
  ],
  json: '`paused[]`: the ids of the sources that are paused now',
  run: (call, io) => setPaused('pause', call, io),
}

export const resume: Command = {
  about: 'The service pulls it once at once, and then by its schedules again; without a source, all of them.',
  args: [{ name: 'source', summary: 'only this one', required: false }],
  examples: [{ line: 'heysync resume clinic', what: 'when the work on that source is done' }],
  json: 'as `pause`',
  run: (call, io) => setPaused('resume', call, io),
}

async function setPaused(
  what: 'pause' | 'resume',
  ...[call, io]: Parameters<Command['run']>
): Promise<ExitCode> {
  return withApp(call, io, async (app): Promise<ExitCode> => {
    const [source = null] = call.args
    const ids = app.sourceIds(source === null ? [] : [source])
    const asked = await runningService(app, io)
      ?.service[what](source)
      .catch((thrown) => {
        if (!(thrown instanceof NoAnswer)) throw thrown
        return undefined
      })
    // Where nobody can be told, it is written down: the service looks there each time.
    const paused =
      asked ??
      pausedSources(
        () => app.engine.mirror.meta,
        () => {},
      )[what](ids)
    const text = paused.length === 0 ? 'No source is paused.' : `Paused: ${paused.join(', ')}.`
    io.data(flag(call, 'json') ? `${JSON.stringify({ paused }, null, 2)}\n` : `${text}\n`)
    return 0
  })
}
