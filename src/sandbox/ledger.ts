// Owns the request ledger: every API request with what became of it, newest last.
import { randomUUID } from 'node:crypto'
import type { FaultName } from './faults.ts'

/** More than this many are kept only for a while: the oldest go. */
const KEPT_REQUESTS = 250_000

export interface RequestEntry {
  /** When the request arrived, in milliseconds since 1970. */
  readonly at: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** The phone in the body, or of the contact that the path names; null when there is none. */
  phone: string | null
  /** Status that was answered; null when the answer was dropped, or is still to come. */
  status: number | null
  /** True when the request changed what the sandbox holds. */
  applied: boolean
  fault: FaultName | null
  readonly requestId: string
}

export interface Ledger {
  open(request: Pick<RequestEntry, 'at' | 'method' | 'path' | 'query'>): RequestEntry
  all(): readonly RequestEntry[]
  reset(): void
}

export function makeLedger(): Ledger {
  let entries: RequestEntry[] = []
  return {
    open(request) {
      const entry: RequestEntry = {
        ...request,
        phone: null,
        status: null,
        applied: false,
        fault: null,
        requestId: randomUUID(),
      }
      entries.push(entry)
      if (entries.length >= 2 * KEPT_REQUESTS) entries = entries.slice(-KEPT_REQUESTS)
      return entry
    },
    all: () => entries,
    reset() {
      entries = []
    },
  }
}
