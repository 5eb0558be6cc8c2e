// Owns the guard: which part of a plan is held before its first write, for a person to approve. Pure.
import type { Dial, GuardConfig, SourceGuard } from '../../config/schema.ts'
import { besideOptOut, blanks, type Change, optsOut, viewHash } from '../diff/change.ts'

export type DialName = 'removals' | 'updates' | 'blanks' | 'optOuts' | 'unreadable' | 'scope'

export interface HeldChange {
  readonly change: Change
  readonly dials: readonly DialName[]
  /** One sentence with the numbers, e.g. `removals: 940 of 1880 contacts of clinic (dial: 10 % and at least 20)`. */
  readonly reason: string
}

export interface GuardInput {
  readonly dials: (sourceId: string) => GuardConfig
  /** Contacts of a source that Heymarket holds: what a ratio is measured against. Nobody needs to count further than `enough`. */
  readonly inHeymarket: (sourceId: string, enough: number) => number
  /** `view`: names what a person sees of the change. */
  readonly isApproved: (phone: string, view: () => Buffer) => boolean
  /** What an earlier cycle held, as it is in this plan too: it stays held until a person approves it. */
  readonly heldBefore: (
    phone: string,
    view: () => Buffer,
  ) => { dials: readonly DialName[]; reason: string } | null
  /** The operator says that the source may really have nobody any more. */
  readonly mayEmpty: (sourceId: string) => boolean
  /** Cycles in which rows of the source turned up that nobody can tell whose they are, and that are still there. */
  readonly unreadableSince: (sourceId: string) => ReadonlySet<string>
  /** Why somebody may only be hidden from a credential that sees less; null when there is no such doubt. */
  readonly scopeDoubt: (phone: string) => string | null
}

/** What becomes of one change: all of it in one of the two, or a part in each. */
export interface Verdict {
  readonly ahead: Change | null
  readonly held: HeldChange | null
}

/** First every change of the plan is counted, then each is judged. */
export interface Guard {
  count(change: Change): void
  verdict(change: Change): Verdict
}

/** The dials of a source: its own keys laid over those for all. */
export function dialsOfSource(all: GuardConfig, own: SourceGuard): GuardConfig {
  const laid = <D extends Dial>(dial: D, keys: object | undefined): D => ({ ...dial, ...keys })
  return {
    ...all,
    removals: laid(all.removals, own?.removals),
    updates: laid(all.updates, own?.updates),
    blanks: laid(all.blanks, own?.blanks),
    optOuts: laid(all.optOuts, own?.optOuts),
  }
}

/** From so many on, a source that wants nobody any more is not believed. */
const EVERYBODY_MIN = 3

/** True when `n` of `total` is more than the dial lets through. */
export function trips(dial: Dial, n: number, total: number): boolean {
  return (n > dial.ratio * total && n >= dial.min) || (dial.count !== undefined && n > dial.count)
}

/** Splits a plan into what goes ahead and what is held. Creating is never held. */
export function openGuard(input: GuardInput): Guard {
  const counts = new Map<string, Counts>()
  const bySource = new Map<string, { tripped: Map<DialName, string>; unreadable: ReadonlySet<string> }>()
  const isFree = (change: Change) =>
    change.kind === 'create' || input.isApproved(change.phone, () => viewHash(change))
  const ofSource = (sourceId: string) => {
    const known = bySource.get(sourceId)
    if (known !== undefined) return known
    const tripped = trippedDials(input, sourceId, counts.get(sourceId) ?? noCounts())
    const made = { tripped, unreadable: input.unreadableSince(sourceId) }
    bySource.set(sourceId, made)
    return made
  }
  return {
    count: (change) => {
      if (isFree(change)) return
      const own = counts.get(change.sourceId) ?? noCounts()
      for (const dial of dialsOf(input, change)) own[dial] += 1
      counts.set(change.sourceId, own)
    },
    verdict: (change) => {
      if (isFree(change)) return { ahead: change, held: null }
      const { tripped, unreadable } = ofSource(change.sourceId)
      const reasons = new Map<DialName, string>()
      for (const dial of dialsOf(input, change)) {
        const reason = tripped.get(dial)
        if (reason !== undefined) reasons.set(dial, reason)
      }
      const since = change.kind === 'remove' ? change.leftCycle : null
      const doubt = since === null ? null : input.scopeDoubt(change.phone)
      if (doubt !== null) reasons.set('scope', doubt)
      if (since !== null && unreadable.has(since)) {
        reasons.set('unreadable', `unreadable rows of ${change.sourceId} may be people who seem to have left`)
      }
      const before = reasons.size === 0 ? heldBefore(input, change) : null
      if (before !== null) for (const dial of before.dials) reasons.set(dial, before.reason)
      return split(change, reasons)
    },
  }
}

/** How many changes of a source each dial counts. */
type Counts = Record<Counted, number>
type Counted = (typeof COUNTED)[number]
const COUNTED = ['removals', 'updates', 'blanks', 'optOuts'] as const

function noCounts(): Counts {
  return { removals: 0, updates: 0, blanks: 0, optOuts: 0 }
}

/** Fewer of its kind make nobody surer of what was held. Unreadable rows are another matter: once they are gone, they are no reason. */
function heldBefore(
  input: GuardInput,
  change: Change,
): { dials: readonly DialName[]; reason: string } | null {
  const held = input.heldBefore(change.phone, () => viewHash(change))
  const dials = held?.dials.filter((dial) => dial !== 'unreadable') ?? []
  return held === null || dials.length === 0 ? null : { dials, reason: held.reason }
}

/** Which dials count a change. */
function dialsOf(input: GuardInput, change: Change): Counted[] {
  if (change.kind === 'remove') return ['removals']
  // Its removal comes in the next cycle, and it left with the others: that is when they are counted.
  if (change.kind === 'update' && change.leaving === true) return ['removals', 'optOuts']
  // A person saw and approved what was held; the opt-out that was to go ahead of it has not got through yet.
  if (optsOut(change) && input.isApproved(change.phone, () => viewHash(besideOptOut(change))))
    return ['optOuts']
  return [
    'updates',
    ...(blanks(change) ? (['blanks'] as const) : []),
    ...(optsOut(change) ? (['optOuts'] as const) : []),
  ]
}

function trippedDials(input: GuardInput, sourceId: string, counts: Counts): Map<DialName, string> {
  const tripped = new Map<DialName, string>()
  for (const name of COUNTED) {
    const dial = input.dials(sourceId)[name]
    const n = counts[name]
    const everybody = (total: number) =>
      name === 'removals' && n >= EVERYBODY_MIN && n >= total && !input.mayEmpty(sourceId)
    const few = n < dial.min && (dial.count === undefined || n <= dial.count)
    if (few && (name !== 'removals' || n < EVERYBODY_MIN)) continue
    // So many contacts, and neither their share nor their being all of them is of concern.
    const enough = Math.max(n, n / dial.ratio) + 1
    const some = input.inHeymarket(sourceId, enough)
    if (!everybody(some) && !trips(dial, n, some)) continue
    const total = input.inHeymarket(sourceId, Number.POSITIVE_INFINITY)
    const most = `${Math.round(dial.ratio * 1000) / 10} %${dial.count === undefined ? '' : ` or ${dial.count}`}`
    const why = everybody(total)
      ? `all ${n} contacts of ${sourceId} (not all at once, whatever the dial allows)`
      : `${n} of ${total} contacts of ${sourceId} (the dial allows ${most})`
    tripped.set(name, `${name}: ${why}`)
  }
  return tripped
}

function split(change: Change, reasons: ReadonlyMap<DialName, string>): Verdict {
  if (reasons.size === 0) return { ahead: change, held: null }
  const verdict = { dials: [...reasons.keys()], reason: [...new Set(reasons.values())].join('; ') }
  // An opt-out waits for nothing but its own dial (I3): it goes ahead alone while the rest of the change is held.
  if (change.kind !== 'remove' && optsOut(change) && !reasons.has('optOuts')) {
    if (change.fields.length === 1) return { ahead: change, held: null }
    const fields = change.fields.filter((field) => field.field === 'optedOut')
    return {
      ahead: { ...change, fields, partial: true },
      held: { change: besideOptOut(change), ...verdict },
    }
  }
  return { ahead: null, held: { change, ...verdict } }
}
