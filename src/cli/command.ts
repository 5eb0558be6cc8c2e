// Owns what a command is: its words, its options, its examples and what it runs. Help and docs come from these.
import type { ExitCode } from '../lib/errors.ts'
import type { Io } from './io.ts'

export interface OptionSpec {
  /** As commander writes them, e.g. `--source <id>`; `...` after the name lets it be repeated. */
  readonly flags: string
  readonly summary: string
}

export interface ArgumentSpec {
  readonly name: string
  readonly summary: string
  readonly required: boolean
}

/** Parsed words of one call. Options are named as commander names them (`--allow-empty` is `allowEmpty`). */
export interface Call {
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
}

/** What the help of the program says of a command, and the way to all else of it. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Loads its code and all that this needs: only for the command that was typed, and for the docs. */
  load(): Promise<Command>
}

export interface Command {
  /** Two or three sentences for help and docs. */
  readonly about: string
  readonly args?: readonly ArgumentSpec[]
  readonly options?: readonly OptionSpec[]
  readonly examples: readonly { readonly line: string; readonly what: string }[]
  /** Prints data, so it takes --json; the documented fields. */
  readonly json?: string
  /** Resolves to the exit code; throws a HeysyncError for anything that went wrong. */
  run(call: Call, io: Io): Promise<ExitCode>
}

export const SOURCE_OPTION: OptionSpec = { flags: '--source <id...>', summary: 'only these sources' }

export function flag(call: Call, name: string): boolean {
  return call.options[name] === true
}

export function text(call: Call, name: string): string | undefined {
  const value = call.options[name]
  return typeof value === 'string' ? value : undefined
}

export function texts(call: Call, name: string): string[] {
  const value = call.options[name]
  if (Array.isArray(value)) return value.map(String)
  return typeof value === 'string' ? [value] : []
}
