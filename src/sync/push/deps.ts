// Owns the list of what pushing works with.
import type { HeymarketClient } from '../../heymarket/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { DiffSettings } from '../diff/settings.ts'
import type { HeldStore } from '../guard/held-store.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Outbox } from '../outbox/outbox.ts'

export interface PushDeps {
  readonly mirror: Mirror
  readonly outbox: Outbox
  readonly held: HeldStore
  readonly client: HeymarketClient
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  readonly settings: DiffSettings
  readonly cycleId: string
  /** Not all of Heymarket was seen: look for a number before creating it. */
  readonly lookFirst: boolean
  /** One contact per request, many, or whatever the account takes. */
  readonly writes: 'auto' | 'bulk' | 'single'
}
