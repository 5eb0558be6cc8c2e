// Owns switch tables: named settings with their allowed values, as text from the command line or JSON from the network.
// Dialects and faults are both such tables; parsing, checking and the tables in the docs are the same for both.
import { HeysyncError } from '../lib/errors.ts'
import { nearest } from '../lib/suggest.ts'

/** One of a few words; the first is the default. */
export interface ChoiceSwitch {
  readonly values: readonly [string, ...string[]]
  readonly sentence: string
  /** Where the API notes leave this open: a question number or a section. */
  readonly open: string
}

/** A number in a range. */
export interface NumberSwitch {
  readonly min: number
  readonly max: number
  readonly whole: boolean
  readonly default: number
  readonly sentence: string
  readonly open: string
}

/** A choice of words; the first is the default. `open` is where the API notes leave it open. */
export const words = <const V extends readonly [string, ...string[]]>(
  values: V,
  open: string,
  sentence: string,
) => ({ values, open, sentence })
/** A whole number in a range. */
export const whole = (fallback: number, min: number, max: number, open: string, sentence: string) => ({
  default: fallback,
  min,
  max,
  whole: true,
  open,
  sentence,
})

export type SwitchTable = Readonly<Record<string, ChoiceSwitch | NumberSwitch>>

export type Settings<T extends SwitchTable> = {
  -readonly [Name in keyof T]: T[Name] extends { readonly values: readonly (infer Value)[] } ? Value : number
}

/** What the messages call a setting of a table. */
export type SwitchKind = 'dialect' | 'fault'

/** Every setting at its default. */
export function defaultsOf<T extends SwitchTable>(table: T): Settings<T> {
  const pairs = Object.entries(table).map(([name, one]) => [
    name,
    'values' in one ? one.values[0] : one.default,
  ])
  return Object.fromEntries(pairs) as Settings<T>
}

/**
 * Reads `name=value`, as `--dialect` and `--fault` take it.
 * Throws ERR_USAGE that names the nearest name, or the allowed values.
 */
export function parseSwitch<T extends SwitchTable>(
  kind: SwitchKind,
  table: T,
  text: string,
): Partial<Settings<T>> {
  const at = text.indexOf('=')
  const name = (at < 0 ? text : text.slice(0, at)).trim()
  if (at < 0 && Object.hasOwn(table, name)) {
    throw new HeysyncError('ERR_USAGE', {
      message: `The ${kind} "${name}" has no value.`,
      hint: `Write --${kind} ${name}=VALUE; allowed: ${allowed(table[name])}.`,
    })
  }
  return checkSettings(kind, table, { [name]: text.slice(at + 1).trim() })
}

/** Checks a change given as an object; numbers may be text. Throws ERR_USAGE like `parseSwitch`. */
export function checkSettings<T extends SwitchTable>(
  kind: SwitchKind,
  table: T,
  change: Readonly<Record<string, unknown>>,
): Partial<Settings<T>> {
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue
    const one = Object.hasOwn(table, name) ? table[name] : undefined
    if (one === undefined) throw unknownName(kind, table, name)
    result[name] = readValue(kind, name, one, value)
  }
  return result as Partial<Settings<T>>
}

function readValue(
  kind: SwitchKind,
  name: string,
  one: ChoiceSwitch | NumberSwitch,
  value: unknown,
): string | number {
  const text = String(value).trim()
  if ('values' in one) {
    if (one.values.includes(text)) return text
  } else {
    const number = text === '' ? Number.NaN : Number(text)
    if (number >= one.min && number <= one.max && (!one.whole || Number.isInteger(number))) return number
  }
  throw new HeysyncError('ERR_USAGE', {
    message: `The ${kind} "${name}" cannot be "${text}".`,
    hint: `Allowed: ${allowed(one)}.`,
  })
}

function unknownName(kind: SwitchKind, table: SwitchTable, name: string): HeysyncError {
  const names = Object.keys(table)
  const near = nearest(name, names)
  return new HeysyncError('ERR_USAGE', {
    message: `There is no ${kind} "${name}".`,
    hint:
      near === null
        ? `There are: ${names.join(', ')}.`
        : `Did you mean "${near}"? Allowed there: ${allowed(table[near])}. All ${kind}s: docs/sandbox.md.`,
  })
}

function allowed(one: ChoiceSwitch | NumberSwitch | undefined): string {
  if (one === undefined) return 'nothing'
  if ('values' in one) return one.values.join(', ')
  return `${one.whole ? 'a whole number' : 'a number'} from ${one.min} to ${one.max}`
}

/** The table as Markdown, for docs/sandbox.md. */
export function tableMarkdown(title: string, table: SwitchTable): string {
  const rows = Object.entries(table).map(([name, one]) => {
    const values =
      'values' in one
        ? one.values.map((value, index) => (index === 0 ? `**${value}**` : value)).join(', ')
        : `${one.min} to ${one.max} (**${one.default}**)`
    return `| \`${name}\` | ${values} | ${one.sentence} |`
  })
  return [`| ${title} | values (default in bold) | meaning |`, '|---|---|---|', ...rows].join('\n')
}
