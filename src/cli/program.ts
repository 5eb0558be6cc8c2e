// Owns the command line: the table turned into words, help and errors that say what to do next.
import { Command as Commander, CommanderError } from 'commander'
import { asHeysyncError, type ExitCode, HeysyncError } from '../lib/errors.ts'
import { redact } from '../lib/redact.ts'
import type { Command } from './command.ts'
import type { Io } from './io.ts'
import { commands } from './table.ts'

/** Runs one command line (without `node` and the program's name) and returns its exit code. Never throws. */
export async function runProgram(argv: readonly string[], version: string, io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const json = argv.includes('--json')
  const program = new Commander('heysync')
    .description("Keeps a Heymarket account's contacts equal to what your CRM, database or spreadsheet says.")
    .version(version)
    .option('-c, --config <file>', 'config file (default: $HEYSYNC_CONFIG, else ./heysync.yaml)')
    .option('-v, --verbose', 'say every request')
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({
      writeOut: (text) => io.data(text),
      writeErr: (text) => io.say(text.trimEnd()),
      // Said below, in the words and the form of every other error.
      outputError: () => {},
    })
    .addHelpText(
      'after',
      `\nFirst steps:\n  heysync demo                          see it work, without an account\n  heysync init && heysync check && heysync plan && heysync sync\n`,
    )
  try {
    for (const entry of commands) {
      const sub = program.command(entry.name).summary(entry.summary)
      // Commander can only run, or help with, a command that was typed. The others are names for the list and for suggestions.
      if (!argv.includes(entry.name)) continue
      const command = await entry.load()
      toCommander(sub, command)
      sub.action(async () => {
        exitCode = await command.run({ args: sub.args, options: { ...program.opts(), ...sub.opts() } }, io)
      })
    }
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return 0
      // Without any command the help was shown already.
      return thrown.code === 'commander.help' ? 2 : sayError(usageError(thrown, argv), json, io)
    }
    if (io.signal.aborted) {
      io.say('Stopped. Nothing is lost: the next run goes on from what was saved.')
      return 1
    }
    return sayError(asHeysyncError(thrown), json, io)
  }
}

/** The words, arguments and options of a command. */
export function toCommander(sub: Commander, command: Command): void {
  sub.description(command.about)
  for (const { name, summary, required } of command.args ?? [])
    sub.argument(required ? `<${name}>` : `[${name}]`, summary)
  for (const { flags, summary } of command.options ?? []) sub.option(flags, summary)
  if (command.json !== undefined) sub.option('--json', 'print data for a script')
  sub.option('-c, --config <file>', 'config file')
  const examples = command.examples.map(({ line, what }) => `  ${line}\n      ${what}`).join('\n')
  sub.addHelpText('after', `\nExamples:\n${examples}\n`)
  sub.exitOverride().showSuggestionAfterError()
}

function usageError({ message }: CommanderError, argv: readonly string[]): HeysyncError {
  const [said = '', guess] = message.replace(/^error: /, '').split('\n')
  const command = commands.find(({ name }) => argv.includes(name))
  const help = `heysync ${command ? `${command.name} ` : ''}--help`
  return new HeysyncError('ERR_USAGE', {
    message: `${said.charAt(0).toUpperCase()}${said.slice(1).replace(/[.]?$/, '.')}`,
    hint: guess ? `${guess.replace(/[()]/g, '')} ${help} shows all there is.` : help,
  })
}

/** What happened, where, and what to do next. */
function sayError(error: HeysyncError, json: boolean, io: Io): ExitCode {
  const { color } = io
  const place = error.place !== undefined && !error.message.includes(error.place) ? `${error.place}: ` : ''
  const message = redact(`${place}${error.message}`)
  if (json)
    io.data(
      `${JSON.stringify({ error: { code: error.code, message, hint: error.hint ?? null } }, null, 2)}\n`,
    )
  io.say(`${color.red(color.bold('Error'))} ${color.dim(error.code)} ${message}`)
  if (error.hint !== undefined) io.say(`${color.cyan('Try')}   ${error.hint}`)
  if (error.code === 'ERR_INTERNAL' && error.cause instanceof Error)
    io.say(color.dim(redact(error.cause.stack ?? '')))
  return error.exitCode
}
