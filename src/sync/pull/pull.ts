// Owns the pull of one source: which mode and window, page after page into the mirror, and what the end proves.
// The cursor moves only here, only when a pull completed that showed all it had to, and never past the instant it began.

import type { SourceConfig } from '../../config/schema.ts'
import {
  type Connector,
  type ConnectorContext,
  ConnectorError,
  type Page,
  type PullEnd,
  type PullRequest,
} from '../../connector/contract.ts'
import { type Clock, toIso } from '../../lib/clock.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { GaveWay } from '../../lib/give-way.ts'
import { contentHash } from '../../lib/hash.ts'
import { instantKey, keyToMs } from '../../lib/instant.ts'
import { nearest } from '../../lib/suggest.ts'
import { byTurns, othersTurn } from '../../lib/turns.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { NOBODY } from '../mirror/records.ts'
import type { ScopeKept } from '../mirror/sources.ts'
import type { Normalizer } from '../normalize/normalize.ts'
import { attendanceSteps, markAbsent } from './absence.ts'
import { judgePull } from './alarms.ts'
import { judgeLists } from './lists.ts'
import { loopWatch } from './loop.ts'
import { handOverMerged } from './merges.ts'
import { overlapSeconds } from './overlap.ts'
import { type PullCounts, savePage } from './save-page.ts'
import { judgeScope } from './scope.ts'
import { Shown } from './shown.ts'
import { sourceError } from './source-error.ts'
import { nextAfter } from './stuck.ts'
import { emptyTally } from './tally.ts'
import { type FullReason, whyFull } from './why-full.ts'

/** A configured source with everything that is compiled from its config. */
export interface Source {
  readonly config: SourceConfig
  readonly connector: Connector
  /** The connector's options, parsed. */
  readonly options: unknown
  readonly normalizer: Normalizer
}

export interface PullRun {
  readonly cycleId: string
  /** `full` when the user or a schedule asks for everything. */
  readonly mode: 'full' | 'incremental'
  /** Why, where it is `full`. */
  readonly asked: FullReason
  /** The operator says that this source may really be empty. */
  readonly allowEmpty: boolean
  readonly clock: Clock
  readonly context: ConnectorContext
  /** Before the first page, when everything is read for a reason. */
  readonly onFull?: (reason: FullReason) => void
  /** Called after each page that was saved, where the connector can go on from it; what it throws ends this part of the pull. */
  readonly pause?: () => void
  /** Told what this part of the pull read, when it ends early and is to be gone on with. */
  readonly onPart?: (part: PullResult) => void
  /** `total`: how many there will be, null while nobody knows. */
  readonly onProgress?: (read: number, total: number | null) => void
}

export interface PullResult extends PullCounts {
  readonly id: string
  /** Known records that a complete full pull did not show. */
  gone: number
  readonly mode: 'full' | 'incremental'
  /** Why everything was read; null for an incremental pull and for a source that is always read whole. */
  readonly reason: FullReason | null
  /** True when reading gave way before the end. */
  readonly part?: true
}

/** Pulls one source. Errors: the ERR_SOURCE_* codes; what was saved before an error stays, and the cursor does not move. */
export async function pull(mirror: Mirror, source: Source, run: PullRun): Promise<PullResult> {
  try {
    return await pullOnce(mirror, source, run)
  } catch (error) {
    if (!isCursorExpired(error)) throw error
    // Saved first: killed in the middle of what follows, the next cycle reads everything too.
    mirror.sources.dropCursor(source.config.id)
    run.context.log.warn(
      `its cursor is no longer taken (${error.message.replace(/\.$/, '')}), so everything is read again.`,
    )
    const asked = run.mode === 'full' ? run.asked : 'cursorExpired'
    return pullOnce(mirror, source, { ...run, mode: 'full', asked })
  }
}

async function pullOnce(mirror: Mirror, source: Source, run: PullRun): Promise<PullResult> {
  const { id } = source.config
  const stored = mirror.sources.find(id)
  const fingerprint = contentHash(
    JSON.stringify([source.normalizer.fingerprint, source.connector.kind, source.options]),
  ).toString('hex')
  const reason = run.mode === 'full' ? run.asked : whyFull(stored, fingerprint)
  const full = reason !== null || source.connector.capabilities.incremental === 'none'
  const mode = full ? 'full' : 'incremental'
  // A token connector may have nothing but the window to go by, and says page by page that these are changes.
  const goesByTime = !full && (stored?.token ?? null) === null
  const changesOnly = !full && source.connector.capabilities.incremental === 'watermark'
  const startedAt = run.clock.now()
  const window = {
    from:
      full || !stored?.watermark
        ? null
        : toIso(keyToMs(stored.watermark) - overlapSeconds(mirror, source.config, startedAt) * 1000),
    to: toIso(startedAt - source.config.lagSeconds * 1000),
  }
  const resumes =
    source.connector.capabilities.resumable &&
    stored?.pull_mode === mode &&
    stored.pull_mapping === fingerprint &&
    stored.pull_to !== null
  const request: PullRequest = {
    mode,
    window: resumes && stored.pull_to !== null ? { from: stored.pull_from, to: stored.pull_to } : window,
    token: full ? null : (stored?.token ?? null),
    resumeAfter: resumes ? stored.pull_position : null,
  }
  const result: PullResult = {
    id,
    mode,
    reason,
    read: 0,
    unchanged: 0,
    accepted: 0,
    rejected: 0,
    filtered: 0,
    deleted: 0,
    gone: 0,
  }
  const known = full ? mirror.records.countKnown(id) : 0
  const shownBy = (pull: number, shown: Shown | null) => byTurns(attendanceSteps(mirror, id, pull, shown))
  const already = known > 0 && resumes ? (await shownBy(stored.pull_seq, null)).census.seen : 0
  const total = known > 0 ? Math.max(0, known - already) : null
  if (reason !== null) run.onFull?.(reason)
  const unreadable = new Map<string, number>()
  const tally = emptyTally()
  const { resumable, merges } = source.connector.capabilities
  // A pull that is gone on with, a survivor of a merge and a refused number look at the mark of the row.
  const shown = resumable || merges || source.config.phones === 'all' ? null : new Shown()
  let seq = resumes ? stored.pull_seq : undefined
  // Begins with the first thing to save, so that a source that cannot be read leaves the mirror as it was.
  const target = () => {
    seq ??= mirror.sources.begin(id, { mode, ...window, mapping: fingerprint })
    const { normalizer } = source
    return {
      sourceId: id,
      pull: seq,
      cycleId: run.cycleId,
      normalizer,
      at: startedAt,
      window: changesOnly,
      marksChanges: full || merges,
      goesOn: resumes,
      shownTo: changesOnly || goesByTime ? instantKey(stored?.shown_to) : null,
      unreadable,
      tally,
      shown,
    }
  }
  // In parts twice in a row, and who left would never be found.
  const maySplit = source.connector.capabilities.resumable && !(full && stored?.in_parts === 1)
  let end: PullEnd | undefined
  const watch = loopWatch(id)
  let position = request.resumeAfter
  let onlyChanges = false
  try {
    for await (const page of source.connector.pull(source.options, request, run.context)) {
      // To read a page took a while, and to save it takes one more.
      await othersTurn()
      run.context.signal.throwIfAborted()
      watch(page)
      if (source.connector.fixedFields) requireFields(page, source.normalizer, id)
      const holdsSome = page.records.length + (page.bad?.length ?? 0) + (page.lists?.length ?? 0) > 0
      if (holdsSome || seq !== undefined) savePage(mirror, target(), page, result)
      onlyChanges ||= page.changes === true && !full
      position = page.position
      run.onProgress?.(result.read, total)
      end = page.end
      // A database in this very process answers at once, and nothing else would have its turn before the last page.
      await othersTurn()
      if (end === undefined && maySplit) run.pause?.()
    }
  } catch (error) {
    if (error instanceof GaveWay) run.onPart?.(result)
    const next = nextAfter(error, {
      full,
      resumed: resumes,
      moved: position !== request.resumeAfter,
      failures: resumes ? stored.pull_failures : 0,
      ageMs: run.clock.now() - Date.parse(request.window.to),
      stopping: run.context.signal.aborted,
    })
    if (next === 'anew') mirror.sources.abandon(id)
    else if (next === 'failed') mirror.sources.failedThere(id)
    if (error instanceof GaveWay || (isCursorExpired(error) && usesCursor(request))) throw error
    throw sourceError(error, id, stored !== undefined && stored.completed_at !== null)
  }
  // Of changes alone nobody has to know what they left out.
  const whole = end?.covers !== 'changes' || end.count !== null
  const attendance = whole ? await shownBy(seq ?? 0, shown) : { census: NOBODY, missing: [] }
  const found = attendance.census
  try {
    checkEnd(end, seq === undefined ? 0 : found.seen, id)
  } catch (error) {
    mirror.sources.abandon(id)
    throw error
  }
  // In parts it saw the source at several times. Not even a count makes up for that: one who left in between hides one who was
  // not shown.
  const inParts = request.resumeAfter !== null
  const unproved = full && inParts && end.covers === 'everything'
  if (unproved) run.context.log.warn(IN_PARTS)
  const proved = end.covers === 'everything' && !inParts && !onlyChanges
  const sameMapping = stored?.mapping === fingerprint
  const close = () => {
    const closing = target()
    const before = { named: stored?.scope ?? null, silent: stored?.scope_silent === 1 }
    let scope: ScopeKept | null = null
    const census = proved ? { known: found.known - tally.added, shown: found.live } : null
    if (proved) {
      const sinceSeq = stored?.completed_seq ?? 0
      result.gone = markAbsent(mirror, { ...closing, attendance, sinceSeq, allowEmpty: run.allowEmpty })
      scope = judgeScope(mirror, { ...closing, before, told: end.scope, gone: result.gone })
    } else if (full) {
      mirror.records.dropUnseenUnreadable(id, closing.pull)
    }
    mirror.records.tidyCounts()
    handOverMerged(mirror, id, proved)
    judgeLists(mirror, { ...closing, proved, allowEmpty: run.allowEmpty, warn: run.context.log.warn })
    judgePull(mirror, {
      ...closing,
      map: source.config.map,
      sameMapping: stored?.normalizer === source.normalizer.fingerprint,
      census,
      partsAgain: unproved && stored?.in_parts === 1,
      allowEmpty: run.allowEmpty,
    })
    mirror.sources.complete(id, {
      startedAt: sawUntil(request, end) ?? toIso(startedAt),
      token: end.token ?? null,
      mapping: proved || full ? fingerprint : null,
      normalizer: proved || full ? source.normalizer.fingerprint : null,
      at: run.clock.now(),
      // What changed meanwhile behind a pull in parts is not late, nor what a full pull did not show.
      shownTo: inParts || (full && !proved) ? null : sawUntil(request, end),
      scope,
      full: proved || full,
      proved,
      inParts,
      // What a full pull did not show though it is there must come with the next incremental one.
      watermark: proved || !full ? 'moves' : sameMapping ? 'stays' : 'dropped',
    })
  }
  try {
    mirror.transaction(close)
  } catch (error) {
    if (error instanceof HeysyncError) mirror.sources.abandon(id)
    throw error
  }
  return result
}

const IN_PARTS =
  'it was read in parts, and so nobody can tell who left: the next full pull that is read in one go finds them. It does not give way to others for that, but where it has to wait for its quota it is read in parts again.'

function isCursorExpired(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && error.kind === 'cursor-expired'
}

function usesCursor({ token, resumeAfter, window }: PullRequest): boolean {
  return token !== null || resumeAfter !== null || window.from !== null
}

/** The instant up to which a pull saw every change, as a key: its window's end, or what its source says where that is earlier. */
function sawUntil({ window }: PullRequest, { until }: PullEnd): string | null {
  const to = instantKey(window.to)
  const said = instantKey(until)
  return to !== null && said !== null && said < to ? said : to
}

/** A mapped column that is not there at all would turn a field blank for everybody: a mistake in the config, not data. */
function requireFields(page: Page, normalizer: Normalizer, sourceId: string): void {
  const [first] = page.records
  if (!first) return
  const columns = Object.keys(first.fields)
  const missing = normalizer.fields.find(
    ({ path }) => !(path in first.fields) && !((path.split('.')[0] ?? '') in first.fields),
  )
  if (!missing) return
  const near = nearest(missing.path, columns)
  throw new HeysyncError('ERR_SOURCE_FIELD', {
    message: `Source ${sourceId} has no column "${missing.path}", which ${keyPathText(missing.key)} in heysync.yaml names.`,
    hint: `${near ? `Did you mean "${near}"? ` : ''}The columns are: ${columns.join(', ')}.`,
  })
}

function keyPathText(key: readonly (string | number)[]): string {
  return key
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('')
}

/** A pull proves that it is complete by its end mark and, where the source has a count, by having shown that many records. */
function checkEnd(end: PullEnd | undefined, seen: number, id: string): asserts end is PullEnd {
  if (!end) {
    throw new HeysyncError('ERR_SOURCE_INCOMPLETE', {
      message: `Source ${id} stopped after ${seen} records without saying that it was at its end.`,
      hint: 'Nobody was removed and the cursor stayed; the next run reads again.',
    })
  }
  if (end.count !== null && seen < end.count) {
    throw new HeysyncError('ERR_SOURCE_INCOMPLETE', {
      message: `Source ${id} says that it holds ${end.count} records, and showed ${seen}.`,
      hint: 'Nobody was removed and the cursor stayed; the next run reads again.',
    })
  }
}
