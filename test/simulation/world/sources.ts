// Owns the connectors of a simulated world, with the moods of real sources; and what each of them has certainly told.
import { ConnectorError, defineConnector, type Page, type SourceRecord } from 'heysync/connector'
import { z } from 'zod'
import type { Chance } from './chance.ts'
import { type Business, type System, type Version, visible } from './people.ts'
import type { WorldTime } from './time.ts'

/**
 * `stops`: ends early, without a proof. `throws`: fails on the way. `loses`: rows are missing, and its own count says so.
 * `silent`: rows are missing, and it claims nothing. `empty`: shows nobody and says that this is all.
 */
export type Mood = 'honest' | 'stops' | 'throws' | 'loses' | 'silent' | 'empty'

/** What becomes of what a source says, as the one who is told must understand it. */
export interface Listener {
  /** A full pull begins from the start: nothing was shown yet. */
  begins(system: System): void
  /** A page is handed over, and may be saved without another page being asked for. */
  shows(system: System, page: readonly { id: string; version: Version }[], position: string): void
  /** A page was saved. */
  told(system: System, page: readonly { id: string; version: Version }[]): void
  /** A full pull came to its end and said that these are all that there are. */
  claims(system: System, ids: readonly string[], proves: boolean): void
}

/** Where a pull stands on the disk. */
export interface Checkpoint {
  readonly pull: number
  readonly position: string | null
}

/** A page that was handed over: how far it comes, and where its pull stood before. */
export interface ShownPage {
  readonly system: System
  readonly page: readonly { id: string; version: Version }[]
  readonly position: string
  readonly before: Checkpoint | undefined
}

export interface Weather {
  mood: Mood
  /** Pages come in any order, and some twice. */
  disorder: boolean
  chance: Chance
}

/** The connector of one system; `weather` is asked at each pull. */
export function connectorOf(system: System, time: WorldTime, weather: () => Weather, listener: Listener) {
  return defineConnector<unknown>({
    kind: system.id,
    summary: 'A system of a simulated business.',
    options: z.unknown(),
    capabilities: {
      incremental: system.incremental,
      deletes: system.deletes,
      merges: false,
      consent: true,
      resumable: system.resumable,
    },
    fixedFields: false,
    discover: async () => ({ fields: [], count: null }),
    pull: async function* (_options, request) {
      const { mood, disorder, chance } = weather()
      const full = request.mode === 'full'
      if (full && request.resumeAfter === null) listener.begins(system)
      const all = visible(system, time.real.now())
      const shown = full ? shownInFull(all, mood, chance) : inWindow(all, request.window)
      const rest = shown.filter(({ id }) => request.resumeAfter === null || id > request.resumeAfter)
      const whole = cut(rest, system.pageSize)
      const stops = mood === 'stops' || mood === 'throws'
      const kept = stops ? whole.slice(0, chance.roll(whole.length + 1)) : whole
      // A pull that is taken up again goes by the order of ids.
      const pages = system.resumable || !disorder ? kept : disordered(kept, chance)
      let position = request.resumeAfter ?? ''
      for (const [at, page] of pages.entries()) {
        // A page that comes twice is not the same place twice.
        position = system.resumable ? (page.at(-1)?.id ?? position) : String(at + 1)
        listener.shows(system, page, position)
        yield { records: page.map((one) => record(system, one)), position } satisfies Page
        // Whoever asks for the next page has saved this one.
        listener.told(system, page)
      }
      if (mood === 'throws') throw new ConnectorError('failed', { message: 'the system is down' })
      if (mood === 'stops') return
      const claims = full && mood !== 'silent' && (mood !== 'loses' || system.counts)
      const count = claims && system.counts ? (mood === 'empty' ? 0 : all.length) : null
      yield {
        records: [],
        position,
        end: { covers: claims ? 'everything' : 'changes', count },
      } satisfies Page
      // A pull that was taken up again saw the system at two times, and proves nothing.
      const proves = request.resumeAfter === null
      if (claims) listener.claims(system, mood === 'empty' ? [] : all.map(({ id }) => id), proves)
    },
  })
}

type Shown = { id: string; version: Version }

function shownInFull(all: readonly Shown[], mood: Mood, chance: Chance): readonly Shown[] {
  if (mood === 'empty') return []
  return mood === 'loses' || mood === 'silent' ? all.filter(() => chance.odds(0.6)) : all
}

/** An incremental pull that loses rows would have broken its word, and nothing could help there. */
function inWindow(all: readonly Shown[], window: { from: string | null; to: string }): readonly Shown[] {
  const from = Date.parse(window.from ?? '1970-01-01T00:00:00Z')
  const to = Date.parse(window.to)
  return all.filter(({ version }) => version.updatedAt >= from && version.updatedAt <= to)
}

function cut<T>(rows: readonly T[], size: number): T[][] {
  const pages: T[][] = []
  for (let at = 0; at < rows.length; at += size) pages.push(rows.slice(at, at + size))
  return pages
}

function disordered<T>(pages: T[][], chance: Chance): T[][] {
  const shuffled = chance.shuffle(pages)
  return shuffled.flatMap((page) => (chance.odds(0.3) ? [page, page] : [page]))
}

function record(system: System, { id, version }: Shown): SourceRecord {
  return {
    id,
    updatedAt: system.timed ? new Date(version.updatedAt).toISOString() : null,
    ...(version.deleted ? { deleted: true } : {}),
    fields: {
      phone: version.phone === null ? 'call reception' : written(version.phone),
      first: version.first,
      last: version.last,
      email: version.email,
      plan: version.plan,
      vip: version.vip ? '1' : '0',
      out: version.out ? 'yes' : 'no',
      status: version.archived ? 'archived' : 'active',
    },
  }
}

/** Numbers are written in more than one way. */
function written(phone: string): string {
  switch (Number(phone) % 3) {
    case 0:
      return phone
    case 1:
      return `+${phone}`
    default:
      return `(${phone.slice(1, 4)}) ${phone.slice(4, 7)}-${phone.slice(7)}`
  }
}

/** What the day is like for the sources, and for the line. */
export interface Day {
  readonly moods: Map<string, Mood>
  readonly disorder: boolean
  /** How likely somebody texts STOP while a request is made. */
  readonly stops: number
  /** How likely a connection is refused. */
  readonly refused: number
  /** How likely a create arrives after its sender gave it up. */
  readonly late: number
  readonly chance: Chance
}

export function dayOf({ systems }: Business, today: Chance): Day {
  const moods = new Map<string, Mood>()
  for (const { id } of systems)
    if (today.odds(0.3)) moods.set(id, today.pick(['stops', 'throws', 'loses', 'silent', 'empty']))
  return {
    moods,
    disorder: today.odds(0.4),
    stops: today.odds(0.2) ? 0.05 : 0,
    refused: today.odds(0.1) ? 0.1 : 0,
    late: today.odds(0.15) ? 0.3 : 0,
    chance: today,
  }
}
