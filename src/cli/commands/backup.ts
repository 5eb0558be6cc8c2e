// Owns `backup`: a copy of the database that can be restored, made while the service runs.
import { resolve } from 'node:path'
import { backup as writeBackup } from '../../backup/backup.ts'
import type { ExitCode } from '../../lib/errors.ts'
import { type Command, flag } from '../command.ts'
import { withApp } from '../open.ts'
import { columns } from '../table-text.ts'

export const backup: Command = {
  about:
    'The copy is of one instant, compact, and checked before it takes its name; a run that fails leaves no half file. Keep it where only you can read it: it ' +
    'holds what the database holds of people. `restore` puts it back.',
  args: [{ name: 'file', summary: 'where to', required: true }],
  options: [{ flags: '--replace', summary: 'the file may be there already' }],
  examples: [
    { line: 'heysync backup heysync-$(date +%F).db', what: 'one a day' },
    { line: 'heysync backup /backups/heysync.db --replace', what: 'the newest only' },
  ],
  json: '`path`, `bytes`, `contacts`, `optedOut`, `lastCycleAt`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const done = writeBackup(app.db, resolve(io.cwd, call.args[0] ?? ''), {
        replace: flag(call, 'replace'),
      })
      if (flag(call, 'json')) io.data(`${JSON.stringify(done, null, 2)}\n`)
      else {
        io.data(
          `${columns([
            ['backup', done.path],
            ['size', `${(done.bytes / 1e6).toFixed(1)} MB`],
            ['contacts', String(done.contacts)],
            ['opted out', String(done.optedOut)],
            ['last cycle', done.lastCycleAt ?? 'none'],
          ])}\n`,
        )
        io.say(`${io.color.cyan(`heysync restore ${done.path}`)}  puts it back`)
      }
      return 0 as ExitCode
    }),
}
