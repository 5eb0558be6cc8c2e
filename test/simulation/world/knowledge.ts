// Owns what heysync must know by now: each record as it was last told, who is wanted because of it, and who opted out.
// Half of the independent model: nothing here is the engine's.
import type { System, Version } from './people.ts'

interface Known {
  /** The version that was told last. */
  readonly version: Version
  /** The last version with a number, while it stays in force. */
  readonly good: Version | null
}

/** Who is wanted for a number. */
export interface Wanted {
  readonly system: System
  readonly first: string
  readonly last: string
  readonly email: string
  readonly plan: string
  readonly tags: readonly string[]
}

export class Knowledge {
  readonly #systems: readonly System[]
  readonly #fill: boolean
  readonly #known = new Map<string, Map<string, Known>>()
  readonly #shown = new Map<string, Set<string>>()
  readonly #numbers = new Map<string, Set<string>>()
  /** Numbers that some record or Heymarket itself called opted out, as heysync was told for certain. */
  readonly out = new Set<string>()
  /** Numbers that were ever called so by anybody. */
  readonly perhapsOut = new Set<string>()

  /** `fill`: the next claimant fills the blanks of the winner. */
  constructor(systems: readonly System[], fill: boolean) {
    this.#systems = systems
    this.#fill = fill
    this.forget()
  }

  /** The database is lost. */
  forget(): void {
    for (const { id } of this.#systems) {
      this.#known.set(id, new Map())
      this.#shown.set(id, new Set())
    }
    this.out.clear()
  }

  begins(system: System): void {
    this.#shown.get(system.id)?.clear()
  }

  told(system: System, page: readonly { id: string; version: Version }[]): void {
    for (const { id, version } of page) {
      this.#shown.get(system.id)?.add(id)
      const before = this.#knownOf(system).get(id)
      const goes = version.deleted || version.archived
      const good = goes ? null : version.phone === null ? (before?.good ?? null) : version
      this.#knownOf(system).set(id, { version, good })
      const numbers = this.#numbers.get(`${system.id} ${id}`) ?? new Set()
      this.#numbers.set(`${system.id} ${id}`, numbers)
      if (version.phone !== null) numbers.add(version.phone)
      if (!version.out) continue
      if (version.phone !== null) this.out.add(version.phone)
      // Where its number cannot be read, the one that it had may be meant.
      for (const number of numbers) this.perhapsOut.add(number)
    }
  }

  /** Takes a claim that these are all for a proof, where it is one. */
  proved(system: System, ids: readonly string[], allowEmpty: boolean): void {
    const shown = this.#shown.get(system.id) ?? new Set()
    const known = this.#knownOf(system)
    const held = [...known.values()].some(({ version }) => !version.deleted)
    if (ids.some((id) => !shown.has(id)) || (shown.size === 0 && held && !allowEmpty)) return
    for (const id of known.keys()) if (!shown.has(id)) known.delete(id)
  }

  /** Records that heysync does not know as their system shows them; those that silently went are `gone`. */
  notTold(
    system: System,
    shown: readonly { id: string; version: Version }[],
  ): { stale: string[]; gone: string[] } {
    const known = this.#knownOf(system)
    const ids = new Set(shown.map(({ id }) => id))
    const stale = shown.filter(({ id, version }) => known.get(id)?.version !== version).map(({ id }) => id)
    return {
      stale,
      gone: [...known].filter(([id, { version }]) => !ids.has(id) && !version.deleted).map(([id]) => id),
    }
  }

  /** Some record is taken for what it was, because it cannot be read now: only the database knows what it was. */
  remembers(): boolean {
    return [...this.#known.values()].some((known) =>
      [...known.values()].some(({ version, good }) => good !== null && good !== version),
    )
  }

  wanted(): Map<string, Wanted> {
    const claims = new Map<string, { system: System; id: string; version: Version }[]>()
    for (const system of this.#systems) {
      const ofSystem = [...this.#knownOf(system)].flatMap(([id, { version, good }]) =>
        good ? [{ system, id, version: good, changedAt: system.timed ? version.updatedAt : 0 }] : [],
      )
      // The newest first, then the smaller id; without times all are equally old.
      ofSystem.sort((a, b) => b.changedAt - a.changedAt || (a.id < b.id ? -1 : 1))
      for (const claim of ofSystem) {
        const phone = claim.version.phone ?? ''
        claims.set(phone, [...(claims.get(phone) ?? []), claim])
      }
    }
    return new Map([...claims].map(([phone, all]) => [phone, this.#resolved(all)]))
  }

  /** Numbers for which every claim is one of these records. */
  onlyFrom(system: System, ids: ReadonlySet<string>): string[] {
    const kept = new Set<string>()
    const mine = new Set<string>()
    for (const one of this.#systems) {
      for (const [id, { good }] of this.#knownOf(one)) {
        if (good?.phone) (one === system && ids.has(id) ? mine : kept).add(good.phone)
      }
    }
    return [...mine].filter((phone) => !kept.has(phone))
  }

  #resolved(claims: readonly { system: System; version: Version }[]): Wanted {
    const considered = this.#fill ? claims : claims.slice(0, 1)
    const first = <T>(of: (version: Version) => T, blank: (value: T) => boolean): T | undefined =>
      considered.map(({ version }) => of(version)).find((value) => !blank(value))
    const text = (of: (version: Version) => string) => first(of, (value) => value === '') ?? ''
    const [winner] = claims
    if (!winner) throw new Error('nobody claims the number')
    return {
      system: winner.system,
      first: text((one) => one.first),
      last: text((one) => one.last),
      email: text((one) => one.email),
      plan: text((one) => one.plan),
      tags:
        first(
          (one) => (one.vip ? ['VIP'] : []),
          (tags) => tags.length === 0,
        ) ?? [],
    }
  }

  #knownOf(system: System): Map<string, Known> {
    const known = this.#known.get(system.id)
    if (!known) throw new Error(`no system ${system.id}`)
    return known
  }
}
