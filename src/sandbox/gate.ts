// Owns what stands before and after a route: credentials, budget, faults, the ledger, and how an exchange ends.
// It knows no network: the server turns what it says into bytes on a connection, and a test may ask it directly.
import type { Clock } from '../lib/clock.ts'
import { ApiError } from './api-error.ts'
import type { Auth } from './auth.ts'
import type { Budget } from './budget.ts'
import type { Dice } from './dice.ts'
import type { FaultName } from './faults.ts'
import type { Ledger, RequestEntry } from './ledger.ts'
import { errorText, htmlError } from './print.ts'
import { runDue } from './schedule.ts'
import type { Answer, Call, Route, World } from './world.ts'

/** A request whose head has arrived. */
export interface Arrival {
  readonly method: string
  /** With the query. */
  readonly url: string
  readonly query: Readonly<Record<string, string>>
  readonly authorization: string | undefined
}

/** A request that is in the ledger. */
export interface Visit {
  readonly entry: RequestEntry
  readonly authorization: string | undefined
}

interface Answered extends Answer {
  readonly kind: 'answer'
  /** In seconds, for the header of that name. */
  readonly retryAfter?: number
}

/** How an exchange ends. */
export type Ending =
  | Answered
  /** Half of the answer arrives, then the connection ends. */
  | (Answer & { readonly kind: 'cut' })
  /** The connection ends without a word. */
  | { readonly kind: 'dropped' }

export interface Gate {
  /** Opens a ledger entry. */
  enter(arrival: Arrival): Visit
  /** Checks the credentials and takes from the budget; null when the request may go on. */
  admit(visit: Visit): Ending | null | Promise<Ending | null>
  /** Runs a route, with the faults that hit it. */
  run(route: Route, visit: Visit, call: Omit<Call, 'phone'>): Ending | Promise<Ending>
  /** An error in the dialect. */
  refuse(visit: Visit, status: number, message: string): Ending
}

export interface GateParts {
  readonly world: World
  /** The real time, which tokens, the limit and the ledger go by. */
  readonly clock: Clock
  readonly auth: Auth
  /** By the credential; of one for all where the limit is the team's. */
  readonly budgets: Readonly<Record<'team' | 'secret' | 'key', Budget>>
  readonly dice: Dice
  readonly ledger: Ledger
  /** Fires when the sandbox closes: answers that still wait are dropped. */
  readonly closing: AbortSignal
  readonly onRequest: ((entry: RequestEntry) => void) | undefined
  readonly onWrite: ((entry: RequestEntry, body: unknown) => unknown) | undefined
}

const UNAUTHORIZED = 'unauthorized: the credential is missing, wrong or expired'
const RATE_LIMITED = 'rate limit exceeded'

export function makeGate(parts: GateParts): Gate {
  const { world, clock, auth, budgets, dice, ledger, closing, onRequest, onWrite } = parts
  const { settings } = world

  function finish(entry: RequestEntry, status: number | null) {
    entry.status = status
    onRequest?.(entry)
  }
  function send({ entry }: Visit, answer: Answer): Answered {
    finish(entry, answer.status)
    return { kind: 'answer', ...answer }
  }
  function refuse(visit: Visit, status: number, message: string): Answered {
    return send(visit, { status, ...errorText(status, message, settings.dialects) })
  }
  function rateLimited(visit: Visit, waitMs: number): Ending {
    const ending = refuse(visit, 429, RATE_LIMITED)
    if (settings.dialects.retryAfter !== 'seconds') return ending
    return { ...ending, retryAfter: Math.max(1, Math.ceil(waitMs / 1_000)) }
  }

  function budgetOf(visit: Visit): Budget {
    const perKey = settings.dialects.rateScope === 'key'
    return budgets[perKey ? auth.holderOf(visit.authorization) : 'team']
  }
  function spend(visit: Visit): Ending | null {
    const { at } = visit.entry
    const budget = budgetOf(visit)
    const waitMs = budget.waitMs(at, settings.requestsPerMinute, settings.dialects.rateWindow)
    if (waitMs > 0) return rateLimited(visit, waitMs)
    budget.take(at)
    return null
  }

  /** Faults that strike before the route runs; null when this one does not. */
  function strikeBefore(fault: FaultName | null, visit: Visit): Ending | null {
    switch (fault) {
      case 'lostRequest':
        return drop(visit)
      case 'error500Before':
        return refuse(visit, 500, 'internal error')
      case 'rateLimited':
        budgetOf(visit).giveBack(visit.entry.at)
        return rateLimited(visit, 1_000)
      case 'unauthorized':
        return refuse(visit, 401, UNAUTHORIZED)
      case 'forbidden':
        return refuse(visit, 403, 'forbidden: no access to this team')
      case 'badGateway':
        return send(visit, { status: 502, ...htmlError(502, 'Bad Gateway') })
      default:
        return null
    }
  }
  function drop({ entry }: Visit): Ending {
    finish(entry, null)
    return { kind: 'dropped' }
  }
  function deliver(fault: FaultName | null, visit: Visit, answer: Answer): Ending {
    if (fault === 'lostAnswer') return drop(visit)
    if (fault === 'error500After') return refuse(visit, 500, 'internal error')
    if (fault !== 'truncated') return send(visit, answer)
    finish(visit.entry, answer.status)
    return { kind: 'cut', ...answer }
  }

  function apply(route: Route, { entry }: Visit, given: Omit<Call, 'phone'>): Answer {
    const call: Call = { ...given, phone: null }
    try {
      runDue(world)
      const answer = route.handle(world, call)
      entry.applied = route.write
      if (route.write) onWrite?.(entry, call.body)
      return answer
    } catch (thrown) {
      const error = thrown instanceof ApiError ? thrown : new ApiError(500, String(thrown))
      return { status: error.status, ...errorText(error.status, error.message, settings.dialects) }
    } finally {
      entry.phone = call.phone ?? phoneIn(call.body)
    }
  }

  return {
    refuse,
    enter({ method, url, query, authorization }) {
      const path = url.split('?', 1)[0] ?? url
      return { entry: ledger.open({ at: clock.now(), method, path, query: { ...query } }), authorization }
    },
    admit(visit) {
      const good = auth.check(visit.authorization, visit.entry.at, settings.dialects)
      if (good === true) return spend(visit)
      return Promise.resolve(good).then((checked) =>
        checked ? spend(visit) : refuse(visit, 401, UNAUTHORIZED),
      )
    },
    run(route, visit, call) {
      const fault = dice.pick(settings.faults, route.write)
      visit.entry.fault = fault
      visit.entry.phone = phoneIn(call.body)
      const struck = strikeBefore(fault, visit)
      if (struck !== null) return struck
      const answer = apply(route, visit, call)
      const delayMs = dice.delayMs(settings.faults, route.write)
      if (delayMs === 0) return deliver(fault, visit, answer)
      return clock.sleep(delayMs, closing).then(
        () => deliver(fault, visit, answer),
        () => drop(visit),
      )
    },
  }
}

function phoneIn(body: unknown): string | null {
  const phone = (body as { phone?: unknown } | null | undefined)?.phone
  return typeof phone === 'string' ? phone : null
}
