// Owns what the end of a cycle says about the service: which problem there is, what it stops, and what is over.
import type { App } from '../app.ts'
import type { ErrorCode, HeysyncError } from '../lib/errors.ts'
import type { CycleReport } from '../sync/report.ts'
import type { Patience, Problems } from './problems.ts'
import type { TurnEnd } from './turn.ts'

/** What stops all cycles until it is over. */
export const WORK = 'work'
const HELD = 'held'

const MINUTE_MS = 60_000
/** A credential may be put right at any time; nobody wants it tried hundreds of times. */
const REFUSED: Patience = { firstMs: MINUTE_MS, mostMs: 15 * MINUTE_MS }
/** Looking costs nothing there. */
const DISK: Patience = { firstMs: 10_000, mostMs: MINUTE_MS }
/** A vendor may lock an account that signs in wrongly again and again. */
const SOURCE_REFUSED: Patience = { firstMs: 5 * MINUTE_MS, mostMs: 60 * MINUTE_MS }

/**
 * While Heymarket refuses the credential, or the disk is full, nothing is read either: what changes in the sources meanwhile is
 * found by the first cycle after it, and until then each reading would only cost the sources requests.
 */
const STOPS: Partial<Record<ErrorCode, { patience: Patience; says: string }>> = {
  ERR_HEYMARKET_UNAUTHORIZED: {
    patience: REFUSED,
    says: 'Nothing is read or written until Heymarket takes the credential again; it is tried by itself.',
  },
  ERR_HEYMARKET_FORBIDDEN: {
    patience: REFUSED,
    says: 'Nothing is read or written until Heymarket gives access again; it is tried by itself.',
  },
  ERR_DATABASE_FULL: {
    patience: DISK,
    says: 'Nothing is read or written until there is space; it goes on by itself.',
  },
  ERR_DATABASE_IO: {
    patience: DISK,
    says: 'Nothing is read or written until the file can be used again; it goes on by itself.',
  },
}

export function sourceName(id: string): string {
  return `source ${id}`
}

/** Returns true when all work has to wait. */
export function noteEnd(problems: Problems, app: App, { report, error }: TurnEnd): boolean {
  for (const { id, part } of report?.sources ?? []) if (!part) problems.clear(sourceName(id))
  for (const { source, code, message, hint } of report?.failures ?? []) {
    // Not the source's fault: below it is said of all work.
    if (code.startsWith('ERR_DATABASE_')) continue
    const patience = code === 'ERR_SOURCE_UNAUTHORIZED' ? SOURCE_REFUSED : undefined
    problems.raise(sourceName(source), { code, message, hint }, patience)
  }
  const stop = stopOf(report, error)
  if (stop === null) {
    if (error?.code !== 'ERR_ABORTED') problems.clear(WORK)
  } else {
    const { patience, says } = STOPS[stop.code] ?? {}
    const message = says === undefined ? stop.message : `${stop.message} ${says}`
    problems.raise(WORK, { code: stop.code, message, hint: stop.hint }, patience)
  }
  if (error === null) noteHeld(problems, app)
  return stop !== null && STOPS[stop.code] !== undefined
}

interface Stop {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string | null
}

/** What is the matter with more than a source; null when nothing is, or it was only stopped. */
function stopOf(report: CycleReport | null, error: HeysyncError | null): Stop | null {
  const ofDisk = report?.failures.find(({ code }) => code.startsWith('ERR_DATABASE_'))
  if (ofDisk) return ofDisk
  if (error === null || error.code === 'ERR_ABORTED') return null
  // With one source, or where all fail, the cycle fails by what is known of the source already.
  if (report?.failures.some(({ code, message }) => code === error.code && message === error.message))
    return null
  return { code: error.code, message: error.message, hint: error.hint ?? null }
}

/** What waits for a person, until it is released or gone. */
export function noteHeld(problems: Problems, { engine }: App): void {
  const contacts = engine.held.all()
  const members = engine.heldMembers.all()
  const changes = members.reduce((sum, one) => sum + one.changes, contacts.length)
  const cycle = contacts[0]?.cycle_id ?? members[0]?.cycle_id
  if (cycle === undefined) {
    problems.clear(HELD)
    return
  }
  problems.raise(HELD, {
    code: 'HELD',
    message: `${changes} ${changes === 1 ? 'change is' : 'changes are'} held by the guard until you have looked at them.`,
    hint: `heysync status shows them, heysync approve ${cycle} releases them.`,
  })
}
