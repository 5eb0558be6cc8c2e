// Owns running a command inside the demo: typed for all to see, run as the command line runs it, maybe cut short.
import type { ExitCode } from '../../lib/errors.ts'
import type { Command } from '../command.ts'
import type { Io } from '../io.ts'
import { many } from '../table-text.ts'
import type { Voice } from './voice.ts'

/** Ends the demo early: a command ended with an exit code that the story does not expect. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly exitCode: ExitCode

  constructor(line: string, exitCode: ExitCode) {
    super(`\`${line}\` ended with exit code ${exitCode}.`)
    this.exitCode = exitCode
  }
}

export interface Typed {
  /** As one would type it. */
  readonly line: string
  readonly command: Command
  readonly args?: readonly string[]
  readonly options?: Readonly<Record<string, unknown>>
  /** Show no more lines than this. */
  readonly most?: number
}

/** Runs a command. Errors: whatever it throws, and CommandFailed when it does not end with 0. */
export async function run(io: Io, voice: Voice, typed: Typed): Promise<void> {
  const { line, command, args = [], options = {}, most } = typed
  await voice.prompt(line)
  const exitCode =
    most === undefined
      ? await command.run({ args, options }, io)
      : await excerpt(io, most, (quiet) => command.run({ args, options }, quiet))
  io.signal.throwIfAborted()
  if (exitCode !== 0) throw new CommandFailed(line, exitCode)
}

/** Keeps back what a command prints, shows its first lines, and says how many more there are. */
async function excerpt<T>(io: Io, most: number, work: (quiet: Io) => Promise<T>): Promise<T> {
  let text = ''
  const result = await work({
    ...io,
    data: (more) => {
      text += more
    },
    say: (more) => {
      text += `${more}\n`
    },
  })
  const lines = text.trimEnd().split('\n')
  const rest = lines.length - most
  io.data(`${lines.slice(0, rest > 0 ? most : undefined).join('\n')}\n`)
  if (rest > 0) io.data(`${io.color.dim(`… and ${many(rest, 'more line', 'more lines')} like these`)}\n`)
  return result
}
