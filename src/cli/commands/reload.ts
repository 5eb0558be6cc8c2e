// Owns `reload`: the running service reads its config again.
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { NoAnswer } from '../../service/ask.ts'
import { readLease } from '../../service/lease.ts'
import { type Command, flag } from '../command.ts'
import { withApp } from '../open.ts'
import { runningService } from '../through-service.ts'

export const reload: Command = {
  about:
    'The service takes the new config between two cycles and says what changed. A broken one is refused, and what ran before ' +
    'runs on. `database` and `log.level` need a restart. SIGHUP does the same.',
  examples: [{ line: 'heysync reload', what: 'after editing heysync.yaml' }],
  json: '`changed[]` (keys, each with what it was and is) and `warnings[]`',
  run: (call, io) =>
    withApp(call, io, async (app): Promise<ExitCode> => {
      const running = runningService(app, io)
      const told = await running?.service.reload().catch((thrown) => {
        if (!(thrown instanceof NoAnswer)) throw thrown
        return undefined
      })
      if (told === undefined) throw notRunning(readLease(app.db, app.loaded.databasePath)?.pid)
      if (flag(call, 'json')) {
        io.data(`${JSON.stringify(told, null, 2)}\n`)
        return 0
      }
      for (const warning of told.warnings) io.say(`${io.color.yellow('warning')} ${warning}`)
      io.data(told.changed.length === 0 ? 'Nothing changed.\n' : `${told.changed.join('\n')}\n`)
      return 0
    }),
}

function notRunning(pid: number | undefined): HeysyncError {
  return new HeysyncError('ERR_SERVICE_NOT_RUNNING', {
    message:
      pid === undefined
        ? 'No heysync run works on this database.'
        : `heysync run (process ${pid}) works on this database and does not answer.`,
    hint:
      pid === undefined ? 'heysync run reads the config when it starts.' : `kill -HUP ${pid} asks it too.`,
  })
}
