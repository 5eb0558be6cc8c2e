// Owns what was shown to heysync and is not known to be saved yet: a page, and a claim that these are all. Each counts
// once the transaction that would save it was committed.
import type { Account } from './account.ts'
import type { Disk } from './crash.ts'
import type { Knowledge } from './knowledge.ts'
import { claimedBy } from './lie.ts'
import type { System } from './people.ts'
import type { Checkpoint, Listener, ShownPage } from './sources.ts'
import type { WorldTime } from './time.ts'

interface Claim {
  readonly system: System
  readonly ids: readonly string[]
  /** The pull that last proved what is absent, by then. */
  readonly proved: number | null
}

interface LedgerParts {
  readonly knowledge: Knowledge
  readonly account: Account
  readonly disk: Disk
  readonly time: WorldTime
  /** Who lies just now. */
  readonly liar: () => System | null
  /** The operator says that a source may be empty. */
  readonly mayBeEmpty: () => boolean
}

export class Ledger implements Listener {
  readonly #parts: LedgerParts
  #claims: Claim[] = []
  readonly #shown = new Map<string, ShownPage>()

  constructor(parts: LedgerParts) {
    this.#parts = parts
  }

  begins(system: System): void {
    this.settleClaims()
    this.#parts.knowledge.begins(system)
  }

  shows(system: System, page: ShownPage['page'], position: string): void {
    this.#shown.set(system.id, { system, page, position, before: this.#checkpointOf(system) })
  }

  told(system: System, page: ShownPage['page']): void {
    this.#shown.delete(system.id)
    this.settleClaims()
    this.#parts.knowledge.told(system, page)
  }

  claims(system: System, ids: readonly string[], proves: boolean): void {
    const { account, liar, time } = this.#parts
    if (proves) this.#claims.push({ system, ids, proved: this.#provedBy(system) })
    // Some of those whom a liar hides really left meanwhile.
    if (system === liar()) account.protectOnly(claimedBy(system, time.real.now()))
  }

  /** A claim of completeness holds once its pull is the last that proved something; till then it may still come to that. */
  settleClaims(): void {
    const { knowledge, mayBeEmpty } = this.#parts
    this.#claims = this.#claims.filter(({ system, ids, proved }) => {
      if (this.#provedBy(system) === proved) return true
      knowledge.proved(system, ids, mayBeEmpty())
      return false
    })
  }

  /** The cycle is over: what was not saved by now will not be. Killed just after a page was saved, its checkpoint says so. */
  settleAll(): void {
    this.settleClaims()
    this.#claims = []
    for (const { system, page, position, before } of this.#shown.values()) {
      const now = this.#checkpointOf(system)
      const saved = now?.position === position && (now.pull !== before?.pull || before.position !== position)
      if (saved) this.#parts.knowledge.told(system, page)
    }
    this.#shown.clear()
  }

  #checkpointOf(system: System): Checkpoint | undefined {
    const find = 'SELECT pull_seq AS pull, pull_position AS position FROM source WHERE id = ?'
    return this.#parts.disk.real.prepare<[string], Checkpoint>(find).get(system.id)
  }

  #provedBy(system: System): number | null {
    const find = 'SELECT completed_seq FROM source WHERE id = ?'
    return this.#parts.disk.real.prepare<[string], number>(find).pluck().get(system.id) ?? null
  }
}
