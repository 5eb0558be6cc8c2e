// Owns `demo`: the whole of heysync on a bundled file and a sandbox, in a folder that is gone afterwards.

import { join } from 'node:path'
import type { ExitCode } from '../../lib/errors.ts'
import { type Command, flag } from '../command.ts'
import { CommandFailed } from '../demo/shell.ts'
import { openStage } from '../demo/stage.ts'
import { CHAPTER_COUNT, tellStory } from '../demo/story.ts'
import { voice } from '../demo/voice.ts'
import type { Io } from '../io.ts'
import { columns } from '../table-text.ts'

export const demo: Command = {
  about:
    'Syncs a bundled messy file of 1,000 people into a sandbox on this machine, syncs it again, edits it, and shows what ' +
    'could not be used and why. Needs no account and no set-up, and leaves nothing behind.',
  options: [
    { flags: '--keep', summary: 'keep the folder with the file, the config and the databases' },
    { flags: '--fast', summary: 'do not pause for reading' },
  ],
  examples: [
    { line: 'heysync demo', what: 'half a minute, nothing left behind' },
    { line: 'heysync demo --keep', what: 'and then go on from there by hand' },
  ],
  run: async (call, io) => {
    const stage = await openStage(io)
    const kept = flag(call, 'keep') ? stage.folder : null
    const told = tellStory(stage, voice(stage.io, CHAPTER_COUNT, flag(call, 'fast')))
    try {
      await told.finally(() => stage.close(kept !== null))
    } catch (thrown) {
      if (io.signal.aborted) return stopped(io, kept)
      if (thrown instanceof CommandFailed) return failed(io, thrown)
      throw thrown
    }
    sayWhatNext(io, kept)
    return 0
  },
}

function stopped(io: Io, kept: string | null): ExitCode {
  io.say(`\nStopped; ${kept === null ? 'nothing is left behind' : `everything is kept in ${kept}`}.`)
  return 1
}

function failed(io: Io, { message, exitCode }: CommandFailed): ExitCode {
  io.say(`${io.color.red('The demo stops here:')} ${message} Please report this, with what is printed above.`)
  return exitCode
}

function sayWhatNext(io: Io, kept: string | null): void {
  const { color } = io
  const say = (title: string, steps: readonly (readonly [string, string])[]) => {
    const rows = steps.map(([command, what]) => [color.cyan(command), color.dim(what)])
    io.data(`\n${title}\n${columns(rows)}\n`)
  }
  io.data(`\n${color.bold('Your turn')}\n`)
  if (kept !== null) {
    say(`This demo is kept in ${kept}. Edit its contacts.csv, and:`, [
      [`npx heysync sandbox --data ${join(kept, 'sandbox.db')}`, 'in one terminal'],
      [`npx heysync sync --config ${join(kept, 'heysync.yaml')}`, 'in another'],
    ])
  }
  say('A file of your own, and no account yet:', [
    ['npx heysync sandbox', 'in one terminal: plays Heymarket'],
    ['npx heysync init --sandbox --csv your.csv --country US', 'then: maps its columns'],
    ['npx heysync check && npx heysync plan', 'tries everything, writes nothing'],
    ['npx heysync sync', 'does it'],
  ])
  say('Your Heymarket account:', [
    ['export HEYMARKET_SECRET_ID=… HEYMARKET_SECRET_KEY=…', 'Settings, Integrations'],
    ['npx heysync init --csv your.csv --country US', 'then check, plan, sync'],
  ])
}
