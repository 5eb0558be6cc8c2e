// Owns what the daemon's thread and the front's thread say to each other.
import type { ErrorCode } from '../../lib/errors.ts'
import { asHeysyncError, HeysyncError } from '../../lib/errors.ts'
import type { Control, DaemonState, ServiceEvent } from '../control.ts'
import type { ConfigPart, FrontLog, FrontOptions } from './options.ts'

/** From the daemon to the front. */
export type Order =
  /** The first one, and what everything else waits for. */
  | { readonly kind: 'start'; readonly options: FrontOptions }
  | { readonly kind: 'tell'; readonly event: ServiceEvent }
  | { readonly kind: 'state'; readonly state: DaemonState }
  | { readonly kind: 'configure'; readonly part: ConfigPart }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: SentError }
  | { readonly kind: 'close' }

/** From the front to the daemon. */
export type Report =
  | { readonly kind: 'open'; readonly url: string }
  | { readonly kind: 'failed'; readonly error: SentError }
  | {
      readonly kind: 'ask'
      readonly id: number
      readonly what: keyof Control
      readonly args: readonly unknown[]
    }
  | { readonly kind: 'webhook' }
  | { readonly kind: 'log'; readonly line: Parameters<FrontLog> }

/** An error loses its class on the way. */
export interface SentError {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string | undefined
}

export function sentError(thrown: unknown): SentError {
  const { code, message, hint } = asHeysyncError(thrown)
  return { code, message, hint }
}

export function receivedError({ code, message, hint }: SentError): HeysyncError {
  return new HeysyncError(code, { message, ...(hint === undefined ? {} : { hint }) })
}
