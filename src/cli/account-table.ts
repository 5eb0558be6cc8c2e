// Owns how the commands print what the account has: a table for a person, a list for a script, the next step when empty.
import { type Call, flag } from './command.ts'
import type { Io } from './io.ts'
import { columns } from './table-text.ts'

export interface Shown {
  /** For --json. */
  readonly json: readonly unknown[]
  /** Cells, the id last. */
  readonly rows: readonly (readonly string[])[]
  /** Said when there are none. */
  readonly none: string
  /** What to do next, as a command and what it does. */
  readonly next: readonly [command: string, what: string]
}

export function printAccount(call: Call, io: Io, { json, rows, none, next }: Shown): void {
  if (flag(call, 'json')) io.data(`${JSON.stringify(json, null, 2)}\n`)
  else io.data(rows.length === 0 ? `${none}\n` : `${columns(rows, '', io.columns)}\n`)
  if (!flag(call, 'json')) io.say(`${io.color.cyan(next[0])}  ${next[1]}`)
}
