// Owns everything that the front can read, wired to one connection.
import type { Config } from '../../config/schema.ts'
import { isFree } from '../../db/lock.ts'
import type { Db } from '../../db/open.ts'
import { readingsOf } from '../../sync/normalize/typed-phone.ts'
import { heldParts, heldStores } from '../../sync/status.ts'
import { type WhyAnswer, whyIn, whyStores } from '../../sync/why.ts'
import type { DaemonState } from '../control.ts'
import { type ChangesReader, changesReader } from '../read/changes.ts'
import { type Counts, countsOn } from '../read/counts.ts'
import { type CyclesReader, cyclesReader } from '../read/cycles.ts'
import { type FailuresReader, failuresReader } from '../read/failures.ts'
import { type ListsReader, listsReader } from '../read/lists.ts'
import { memoOn } from '../read/memo.ts'
import { messagesReader } from '../read/messages.ts'
import { type PeopleReader, peopleReader } from '../read/people.ts'
import { previewReader } from '../read/preview.ts'
import { type RejectionsReader, rejectionsReader } from '../read/rejections.ts'
import { settingsReader } from '../read/settings.ts'
import { statusReader } from '../read/status.ts'
import type { WebhookCounts } from '../webhook-journal.ts'
import type { FrontOptions } from './options.ts'

export interface Reads {
  readonly config: Config
  readonly counts: Counts
  readonly cycles: CyclesReader
  readonly changes: ChangesReader
  readonly people: PeopleReader
  readonly rejections: RejectionsReader
  readonly failures: FailuresReader
  readonly lists: ListsReader
  readonly status: ReturnType<typeof statusReader>
  readonly messages: ReturnType<typeof messagesReader>
  readonly settings: ReturnType<typeof settingsReader>
  readonly preview: ReturnType<typeof previewReader>
  why(asked: string): WhyAnswer
  /** Keeps no answer any longer: a cycle came to its end, and somebody waits to see it. */
  forget(): void
  /** Everything that `look` reads is of one instant, and the database is locked and unlocked for it only once. */
  atOnce<T>(look: () => T): T
}

/** What is known of webhooks. */
export interface Webhooks extends WebhookCounts {
  /** Without its secret; null where none is taken. */
  readonly url: string | null
}

export interface ReadsDeps {
  readonly db: Db
  readonly about: FrontOptions
  now(): number
  /** Milliseconds of a clock that never goes back: how long answers are kept. */
  tick(): number
  daemon(): DaemonState
  webhooks(): Webhooks
}

/** How often it is looked whether some process works on a cycle: the look takes the lock of the database for an instant. */
const LOOK_MS = 1000

export function openReads({ db, about, now, tick, daemon, webhooks }: ReadsDeps): Reads {
  const { config, databasePath } = about
  const memo = memoOn(db, tick)
  const heldIn = heldStores(db)
  const counts = countsOn(db, memo)
  const held = memo(() =>
    // Who they are is told where somebody looks at the cycle.
    heldParts(heldIn, config).map(({ source, examples: _, ...part }) => ({ ...part, about: source })),
  )
  const stores = whyStores(db)
  let looked = { at: Number.NEGATIVE_INFINITY, cycle: '', working: false }
  // What was seen before a cycle began says nothing about it.
  const working = (cycle: string) => {
    const at = now()
    if (looked.cycle !== cycle || Math.abs(at - looked.at) >= LOOK_MS)
      looked = { at, cycle, working: !isFree(databasePath) }
    return looked.working
  }
  const rejections = rejectionsReader(db, memo)
  const lists = listsReader(db, config, memo)
  return {
    config,
    counts,
    cycles: cyclesReader({ db, waiting: () => daemon().waiting, working, held }),
    changes: changesReader(db, lists.titleOf),
    people: peopleReader(db, config),
    rejections,
    failures: failuresReader(db, memo),
    lists,
    status: statusReader({
      db,
      config,
      version: about.version,
      counts,
      memo,
      rejections: rejections.count,
      now,
      daemon,
      working,
      held,
    }),
    messages: messagesReader(db, memo),
    settings: settingsReader(db, about, webhooks),
    preview: previewReader(db, config, counts),
    forget: memo.forget,
    atOnce: (look) => db.transaction(look)(),
    why: (asked) => whyIn(stores, config, asked, (text) => readingsOf(text, config.defaultCountry)),
  }
}
