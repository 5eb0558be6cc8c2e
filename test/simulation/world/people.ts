// Owns the business: what its systems hold about people, version after version, and what happens to it from day to day.
import type { RemovalRung } from '../../../src/config/schema.ts'
import type { Chance } from './chance.ts'

/** One version of a record. Instants are true time, in milliseconds. */
export interface Version {
  /** Bare E.164; null where what the record holds is no number. */
  readonly phone: string | null
  readonly first: string
  readonly last: string
  readonly email: string
  readonly plan: string
  readonly vip: boolean
  readonly out: boolean
  readonly archived: boolean
  readonly deleted: boolean
  readonly updatedAt: number
  /** Before this instant the source still shows the version before. */
  readonly visibleAt: number
}

export interface Entry {
  readonly id: string
  /** Newest last. */
  versions: Version[]
}

/** One system of the business. */
export interface System {
  readonly id: string
  readonly incremental: 'watermark' | 'none'
  readonly resumable: boolean
  /** It shows tombstones of what was deleted; else a deleted record is just not there any more. */
  readonly deletes: boolean
  /** It knows how many records it has. */
  readonly counts: boolean
  /** Without times all versions are equally old. */
  readonly timed: boolean
  /** Times are given out in steps of this many milliseconds. */
  readonly tickMs: number
  readonly pageSize: number
  readonly onRemoved: RemovalRung
  readonly entries: Map<string, Entry>
  /** Records that it does not show just now, though they are there. */
  hidden: ReadonlySet<string>
  nextId: number
}

export interface Business {
  readonly systems: readonly System[]
  /** Numbers that people have; few, so that they are shared. */
  readonly phones: readonly string[]
}

/** Later than any version becomes visible, in milliseconds; below the overlap with what times are rounded by. */
const LATEST_MS = 120_000

export const phoneOf = (index: number): string => String(14_152_000_000 + index)

export function openBusiness(chance: Chance, now: number, mostPeople: number): Business {
  const people = 3 + chance.roll(mostPeople - 2)
  const phones = Array.from({ length: people + 2 }, (_, index) => phoneOf(index))
  const systems = Array.from({ length: 1 + chance.roll(3) }, (_, index): System => {
    const watermark = chance.odds(0.7)
    return {
      id: `s${index}`,
      incremental: watermark ? 'watermark' : 'none',
      resumable: chance.odds(0.4),
      deletes: chance.odds(0.5),
      counts: chance.odds(0.5),
      timed: watermark || chance.odds(0.5),
      tickMs: chance.pick([1, 1000, 60_000]),
      pageSize: 1 + chance.roll(4),
      onRemoved: chance.pick(['keep', 'tag', 'removeFromLists', 'clear', 'delete']),
      entries: new Map(),
      hidden: new Set(),
      nextId: 1,
    }
  })
  const business = { systems, phones }
  for (let n = 0; n < people; n++) add(business, chance, now - 3_600_000)
  return business
}

/** What a system shows now: the newest visible version of each record, tombstones too, by id. */
export function visible(system: System, now: number): { id: string; version: Version }[] {
  const shown = []
  for (const { id, versions } of system.entries.values()) {
    const version = versions.findLast((one) => one.visibleAt <= now)
    if (version === undefined || system.hidden.has(id)) continue
    if (version.deleted && !system.deletes) continue
    shown.push({ id, version })
  }
  return shown.sort((a, b) => (a.id < b.id ? -1 : 1))
}

function add(business: Business, chance: Chance, now: number): void {
  const system = chance.maybe(business.systems)
  if (!system) return
  const id = `r${String(system.nextId++).padStart(2, '0')}`
  const entry: Entry = { id, versions: [] }
  system.entries.set(id, entry)
  const n = chance.roll(90)
  save(system, entry, chance, now, {
    phone: chance.maybe(business.phones) ?? null,
    first: `First${n}`,
    last: `Last${n}`,
    email: chance.odds(0.7) ? `p${n}@example.com` : '',
    plan: chance.odds(0.7) ? `Plan ${n % 4}` : '',
    vip: chance.odds(0.3),
    out: chance.odds(0.1),
    archived: false,
    deleted: false,
  })
}

type Content = Omit<Version, 'updatedAt' | 'visibleAt'>

function save(system: System, entry: Entry, chance: Chance, now: number, content: Content): void {
  const late = chance.odds(0.25) ? chance.roll(LATEST_MS) : 0
  const before = entry.versions.at(-1)
  entry.versions.push({
    ...content,
    updatedAt: Math.floor(now / system.tickMs) * system.tickMs,
    // A source that shows a version never goes back to an older one.
    visibleAt: Math.max(now + late, before?.visibleAt ?? 0),
  })
}

type Edit = (held: Content, chance: Chance, business: Business) => Partial<Content>

/** What happens to one record, some of it more often. */
const EDITS: readonly Edit[] = [
  (_held, chance) => ({ first: `First${chance.roll(90)}` }),
  (_held, chance) => ({ first: `First${chance.roll(90)}`, last: `Last${chance.roll(90)}` }),
  ({ email }, chance) => ({ email: email === '' ? `p${chance.roll(90)}@example.com` : '' }),
  ({ plan }, chance) => ({ plan: plan === '' ? `Plan ${chance.roll(4)}` : '' }),
  ({ vip }) => ({ vip: !vip }),
  ({ out }) => ({ out: !out }),
  ({ archived }) => ({ archived: !archived }),
  (_held, chance, { phones }) => ({ phone: chance.maybe(phones) ?? null }),
  (_held, chance, { phones }) => ({ phone: chance.maybe(phones) ?? null }),
  ({ phone }, chance, { phones }) => ({ phone: phone === null ? (chance.maybe(phones) ?? null) : null }),
  () => ({ deleted: true }),
]

/** A day at the office: one of the things that happen to records. */
export function happens(business: Business, chance: Chance, now: number): void {
  const system = chance.maybe(business.systems)
  const entry = system && chance.maybe([...system.entries.values()])
  const newest = entry?.versions.at(-1)
  if (!system || !entry || !newest || chance.odds(0.15)) {
    add(business, chance, now)
  } else if (!newest.deleted && chance.odds(0.08)) {
    merge(system, entry, chance, now)
  } else {
    const { updatedAt: _at, visibleAt: _visible, ...held } = newest
    const changes = held.deleted ? { deleted: false } : chance.maybe(EDITS)?.(held, chance, business)
    save(system, entry, chance, now, { ...held, ...changes })
  }
}

/** Two records turn out to be one person: one of them goes, the other is saved anew. */
function merge(system: System, into: Entry, chance: Chance, now: number): void {
  const others = [...system.entries.values()].filter(
    (one) => one !== into && one.versions.at(-1)?.deleted === false,
  )
  const other = chance.maybe(others)
  const gone = other?.versions.at(-1)
  const kept = into.versions.at(-1)
  if (!other || !gone || !kept) return
  save(system, other, chance, now, { ...gone, deleted: true })
  save(system, into, chance, now, { ...kept, email: kept.email || gone.email })
}
