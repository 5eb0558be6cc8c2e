// Owns `support-bundle`: an archive for whoever helps, without secrets and without people.
import { totalmem } from 'node:os'
import { resolve } from 'node:path'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { programVersion } from '../../lib/version.ts'
import { writeArchive } from '../../support/archive.ts'
import { supportBundle } from '../../support/bundle.ts'
import { type Command, flag } from '../command.ts'
import { withApp } from '../open.ts'

export const supportBundleCommand: Command = {
  about:
    'A tar.gz with the config (secrets masked), counts, the last cycles with their errors, and the sizes of the tables. It holds nobody’s name, number, address or message; ' +
    'it is plain text, so look through it before you send it.',
  args: [{ name: 'file', summary: 'where to; default: heysync-support-<time>.tar.gz here', required: false }],
  examples: [{ line: 'heysync support-bundle', what: 'then send the file to whoever helps' }],
  json: '`path`, `files[]`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const now = io.clock.now()
      const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
      const folder = `heysync-support-${stamp}`
      const path = resolve(io.cwd, call.args[0] ?? `${folder}.tar.gz`)
      const machine = {
        version: programVersion(),
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        memoryMb: Math.round(totalmem() / 1e6),
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      }
      const bundle = supportBundle(app, machine, now)
      await writeArchive(bundle, folder, path, new Date(now)).catch((cause: Error) => {
        throw new HeysyncError('ERR_USAGE', {
          message: `${path} cannot be written: ${cause.message}.`,
          hint: 'Name a file that is not there yet, in a folder that you may write to.',
          cause,
        })
      })
      const files = [...bundle.keys()]
      if (flag(call, 'json')) io.data(`${JSON.stringify({ path, files }, null, 2)}\n`)
      else io.data(`${path}\n`)
      io.say(`Holds no secret and nobody's data. Look through it before you send it: tar xzf ${path}`)
      return 0 as ExitCode
    }),
}
