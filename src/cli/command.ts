// Owns what a command is: its words, its options, its examples and what it runs. Help, docs and completion come from these.
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

export interface Command {
  readonly name: string
  readonly summary: string
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
