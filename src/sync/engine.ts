// Owns the list of what a cycle works with: everything from outside comes in through this one value.

import type { GuardConfig, OnPhoneChange } from '../config/schema.ts'
import type { ConnectorContext } from '../connector/contract.ts'
import type { HeymarketClient } from '../heymarket/client.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { NamedInConfig } from './account.ts'
import type { CycleStore } from './cycles.ts'
import type { LookupCache } from './diff/lookups.ts'
import type { FieldPolicies } from './diff/policy.ts'
import type { DraftStore } from './guard/draft.ts'
import type { HeldMemberStore } from './guard/held-members.ts'
import type { HeldStore } from './guard/held-store.ts'
import type { ListRule } from './lists/rule.ts'
import type { Mirror } from './mirror/mirror.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { RowStore } from './plan/row-store.ts'
import type { Source } from './pull/pull.ts'
import type { Removal } from './removal.ts'
import type { ResolvePolicy } from './resolve/resolve.ts'

export interface Engine {
  readonly mirror: Mirror
  readonly outbox: Outbox
  readonly drafts: DraftStore
  /** Of the plan that is made into a file, or applied. */
  readonly planRows: RowStore
  readonly held: HeldStore
  readonly heldMembers: HeldMemberStore
  readonly cycles: CycleStore
  readonly client: HeymarketClient
  readonly lookups: LookupCache
  /** In order of priority. */
  readonly sources: readonly Source[]
  readonly named: NamedInConfig
  /** Lists kept by rule. */
  readonly lists: readonly ListRule[]
  readonly resolvePolicy: ResolvePolicy
  readonly tagPolicy: 'add' | 'replace'
  readonly tagPriority: readonly string[]
  readonly policies: FieldPolicies
  readonly removal: (sourceId: string) => Removal
  readonly onPhoneChange: (sourceId: string) => OnPhoneChange
  /** Of a source, with its own keys laid over those for all; `listRemovals` is the same everywhere. */
  readonly guard: (sourceId: string | null) => GuardConfig
  readonly concurrency: number
  /** Sources that are pulled at the same time. */
  readonly pullConcurrency: number
  readonly writes: 'auto' | 'bulk' | 'single'
  /** How long before-images are kept, in days. */
  readonly undoKeepDays: number
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  readonly log: Logger
  /** `looks`: nothing that is read is saved, so it leaves no mark either. */
  readonly connectorContext: (sourceId: string, how?: { readonly looks: boolean }) => ConnectorContext
  /** Requests that this process has sent so far. */
  readonly requestCount: () => number
}
