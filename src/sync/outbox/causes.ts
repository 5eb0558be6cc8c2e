// Owns the grouping of failures by cause, and the command that puts the dead letters of one cause back. Pure.
import { contentHash } from '../../lib/hash.ts'
import type { FailedChange } from './failure.ts'

export interface Cause {
  /** Stays the same for as long as it is the same cause, also across restarts. */
  readonly id: string
  readonly state: FailedChange['state']
  readonly code: FailedChange['code']
  readonly cause: string | null
  /** Oldest first; at least one. */
  readonly failures: readonly [FailedChange, ...FailedChange[]]
  /** Puts back exactly these, where they are dead letters. */
  readonly redrive: string
}

/** Dead letters before what is tried again, the larger group first. */
export function groupByCause(failures: readonly FailedChange[]): Cause[] {
  const groups = new Map<string, [FailedChange, ...FailedChange[]]>()
  for (const one of [...failures].sort((a, b) => a.since - b.since)) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  const all = [...groups.values()]
  const order = (group: readonly FailedChange[]) => (group[0]?.state === 'dead' ? 0 : 1)
  return all
    .sort((a, b) => order(a) - order(b) || b.length - a.length)
    .map((group) => {
      const [{ state, code, cause }] = group
      return {
        id: causeId(group[0]),
        state,
        code,
        cause,
        failures: group,
        redrive: redriveCommand(group, all),
      }
    })
}

function keyOf({ state, code, cause, list }: FailedChange): string {
  return JSON.stringify([state, code, cause, list])
}

/** Of the cause that a failure belongs to. */
export function causeId(failure: FailedChange): string {
  return contentHash(keyOf(failure)).toString('hex').slice(0, 16)
}

function redriveCommand(
  group: readonly [FailedChange, ...FailedChange[]],
  all: readonly (readonly [FailedChange, ...FailedChange[]])[],
): string {
  const [{ phone, code, cause }] = group
  const dead = all.filter(([first]) => first.state === 'dead')
  if (group.length === 1) return `heysync redrive ${phone}`
  if (dead.length === 1) return 'heysync redrive'
  const sameCode = dead.filter(([first]) => first.code === code)
  const [key, value] = sameCode.length === 1 ? ['code', code] : ['cause', cause]
  return `heysync redrive --where ${shellQuoted(`failure.${key} == ${JSON.stringify(value ?? '')}`)}`
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
