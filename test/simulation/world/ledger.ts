// Owns what was shown to heysync and is not known to be saved yet: a page, and a claim that these are all. Each counts
// once the transaction that would save it was committed.
import type { Account } from './account.ts'
import type { Disk } from './crash.ts'
import type { Knowledge } from './knowledge.ts'
import { claimedBy } from './lie.ts'
import type { System } from './people.ts'
import type { Listener, ShownPage } from './sources.ts'
import type { WorldTime } from './time.ts'

interface Claim {
  readonly system: System
  readonly ids: readonly string[]
  readonly commits: number
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
  #shown: ShownPage | null = null

  constructor(parts: LedgerParts) {
    this.#parts = parts
  }

  begins(system: System): void {
    this.settleClaims()
    this.#parts.knowledge.begins(system)
  }

  shows(system: System, page: ShownPage['page'], position: string): void {
    this.#shown = { system, page, position, commits: this.#parts.disk.commits }
  }

  told(system: System, page: ShownPage['page']): void {
    this.#shown = null
    this.settleClaims()
    this.#parts.knowledge.told(system, page)
  }

  claims(system: System, ids: readonly string[], proves: boolean): void {
    const { account, disk, liar, time } = this.#parts
    if (proves) this.#claims.push({ system, ids, commits: disk.commits })
    // Some of those whom a liar hides really left meanwhile.
    if (system === liar()) account.protectOnly(claimedBy(system, time.real.now()))
  }

  /** A claim of completeness holds when the closing transaction was committed. */
  settleClaims(): void {
    const { knowledge, disk, mayBeEmpty } = this.#parts
    for (const { system, ids, commits } of this.#claims)
      if (disk.commits > commits) knowledge.proved(system, ids, mayBeEmpty())
    this.#claims = []
  }

  /** Killed just after a page was saved: its checkpoint says so, and is no earlier pull's that came as far. */
  settleShown(checkpointOf: (system: System) => string | null): void {
    if (!this.#shown) return
    const { system, page, position, commits } = this.#shown
    this.#shown = null
    if (this.#parts.disk.commits > commits && checkpointOf(system) === position)
      this.#parts.knowledge.told(system, page)
  }
}
