// Owns `restore`: a backup takes the place of the database.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { inspectBackup } from '../../backup/inspect.ts'
import { restore as putBack, type Restored } from '../../backup/restore.ts'
import { acquireLock, acquireService } from '../../db/lock.ts'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { type Command, flag } from '../command.ts'
import type { Io } from '../io.ts'
import { confirmed, YES } from '../message-options.ts'
import { loadFor } from '../open.ts'
import { columns, many } from '../table-text.ts'

export const restore: Command = {
  about:
    'Stop the service first. The database that is there is kept beside the new one. Opt-outs, and people who were erased, since the backup are carried over ' +
    'from it; everything else is read again from both sides by the next sync.',
  args: [{ name: 'file', summary: 'written by `heysync backup`', required: true }],
  options: [YES],
  examples: [{ line: 'heysync restore heysync-2026-11-20.db', what: 'asks first' }],
  json: '`contacts`, `optedOut`, `lastCycleAt`, `carriedOver` (`consent`, `erased`, `sameMarks`; null where there was no database to read), `kept` (path of what was there)',
  run: async (call, io) => {
    const loaded = await loadFor(call, io)
    const path = resolve(io.cwd, call.args[0] ?? '')
    const facts = inspectBackup(path)
    const there = existsSync(loaded.databasePath)
    const question = `Put ${path} (${many(facts.contacts, 'contact')}, last cycle ${facts.lastCycleAt ?? 'never'}) in the place of ${loaded.databasePath}?`
    if (there && !(await confirmed(call, io, question))) return 0
    const service = acquireService(loaded.databasePath)
    if (service === null) {
      throw new HeysyncError('ERR_SERVICE_RUNNING', {
        message: `heysync run works on ${loaded.databasePath}.`,
        hint: 'Stop it, restore, and start it again. Nothing was changed.',
      })
    }
    const lock = await acquireLock(loaded.databasePath, {
      holder: `heysync restore (process ${process.pid})`,
      waitMs: 0,
      clock: io.clock,
      signal: io.signal,
    }).catch((error) => {
      service.release()
      throw error
    })
    try {
      const stamp = new Date(io.clock.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
      const done = putBack(path, loaded.databasePath, stamp)
      if (flag(call, 'json')) io.data(`${JSON.stringify(done, null, 2)}\n`)
      else print(io, done)
      if (done.carriedOver !== null && done.carriedOver.erased > 0)
        io.say(
          `${io.color.yellow('warning')} ${path} still holds ${many(done.carriedOver.erased, 'person', 'people')} who were erased since; delete it when you no longer need it.`,
        )
      return 0 as ExitCode
    } finally {
      lock.release()
      service.release()
    }
  },
}

function print(io: Io, { contacts, optedOut, lastCycleAt, carriedOver, kept }: Restored): void {
  const carried =
    carriedOver === null
      ? 'nothing: there was no database that could be read'
      : `${many(carriedOver.consent, 'step')} of consent, ${many(carriedOver.erased, 'person', 'people')} erased since`
  io.data(
    `${columns([
      ['contacts', String(contacts)],
      ['opted out', String(optedOut)],
      ['last cycle', lastCycleAt ?? 'none'],
      ['carried over', carried],
      ['kept', kept ?? 'there was no database'],
    ])}\n`,
  )
  if (carriedOver?.sameMarks === false)
    io.say(
      `${io.color.yellow('warning')} the backup is of another database, so people who were erased from the one that was there are not known in it. Erase them again.`,
    )
  io.say(`${io.color.cyan('heysync plan')}  shows what the next sync would do`)
}
