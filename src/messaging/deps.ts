// Owns what everything that sends a message is given: the store of intents, the client, time, and who opted out.
import type { HeymarketClient } from '../heymarket/client.ts'
import type { Clock } from '../lib/clock.ts'
import type { Mirror } from '../sync/mirror/mirror.ts'
import type { IntentStore } from './intents.ts'
import type { SeenMessages } from './seen-messages.ts'

export interface MessagingDeps {
  readonly intents: IntentStore
  /** What webhooks told. */
  readonly seen: SeenMessages
  readonly client: HeymarketClient
  readonly mirror: Mirror
  readonly clock: Clock
  readonly signal: AbortSignal
  /** How long the history is looked through for a message whose answer was lost, before it counts as not sent. Milliseconds. */
  readonly settleMs: number
  /** Says what is going on, for a person who waits. */
  readonly tell: (line: string) => void
}
