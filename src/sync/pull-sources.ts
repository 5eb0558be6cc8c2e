// Owns the pulling of several sources side by side: what each comes to is told apart, and one that gives way takes the others
// to a safe stop with it.
//
// Side by side is safe because a page is saved in one synchronous transaction, and because what a pull writes belongs to its
// source alone: its records, its lists, its cursor. What sources share, the phones to be resolved and the opt-outs, only grows
// until all of them are through; nobody reads it before.
import pLimit from 'p-limit'
import { asHeysyncError } from '../lib/errors.ts'
import { breather, GaveWay } from '../lib/give-way.ts'
import { traced } from '../lib/tracing.ts'
import type { Engine } from './engine.ts'
import type { CycleObserver } from './observer.ts'
import { type PullResult, pull, type Source } from './pull/pull.ts'
import type { FullReason } from './pull/why-full.ts'
import type { CycleReport, SourceFailure } from './report.ts'

export interface PullsRequest {
  readonly id: string
  readonly mode: 'full' | 'incremental'
  /** Why everything is read, where the mode is full. */
  readonly asked: FullReason
  readonly sources: readonly string[]
  readonly allowEmpty: readonly string[]
  readonly yieldNow?: () => boolean
  readonly stopNow?: () => boolean
}

/** What became of one source. */
interface Pulled {
  read?: PullResult
  failure?: SourceFailure
  /** What was thrown, where it was neither read nor gave way. */
  thrown?: unknown
  readonly warnings: string[]
}

/**
 * Pulls the sources, so many at a time. One that fails does not stop the others, unless all of them fail. The report names them
 * in the order of the config. Errors: GaveWay, once nobody reads any more; the first failure, where nothing was read.
 */
export async function pullSources(
  engine: Engine,
  request: PullsRequest,
  report: CycleReport,
  observer: CycleObserver,
): Promise<void> {
  const breathe = breather(engine.clock, request)
  let gaveWay = false
  // Once one gives way the others do, so that the cycle ends now and not with the slowest of them.
  const pause = () => {
    if (gaveWay) throw new GaveWay()
    try {
      breathe()
    } catch (thrown) {
      gaveWay = true
      throw thrown
    }
  }
  const limit = pLimit(engine.pullConcurrency)
  const wanted = engine.sources.filter(({ config }) => request.sources.includes(config.id))
  const all = wanted.map((): Pulled => ({ warnings: [] }))
  const pullOne = async (source: Source, into: Pulled) => {
    if (gaveWay || engine.signal.aborted || request.stopNow?.()) return
    try {
      const { id, connector } = source.config
      await traced('pull', { 'heysync.source': id, 'heysync.connector': connector }, () =>
        pullInto(engine, source, request, { into, pause, observer }),
      )
    } catch (thrown) {
      if (!(thrown instanceof GaveWay)) into.thrown = thrown
    }
  }
  await Promise.all(wanted.map((source, at) => limit(() => pullOne(source, all[at] as Pulled))))
  for (const { read, warnings } of all) {
    if (read) report.sources.push(read)
    report.warnings.push(...warnings)
  }
  engine.signal.throwIfAborted()
  for (const [at, { thrown }] of all.entries())
    if (thrown !== undefined) report.failures.push(failureOf(engine, wanted[at] as Source, thrown))
  if (gaveWay) throw new GaveWay()
  const [first] = all.flatMap(({ thrown }) => (thrown === undefined ? [] : [thrown]))
  if (first !== undefined && report.sources.length === 0) throw first
}

async function pullInto(
  engine: Engine,
  source: Source,
  request: PullsRequest,
  { into, pause, observer }: { into: Pulled; pause: () => void; observer: CycleObserver },
): Promise<void> {
  const { id } = source.config
  const context = engine.connectorContext(id)
  const warn = (message: string) => {
    into.warnings.push(`${id}: ${message}`)
    context.log.warn(message)
  }
  into.read = await pull(engine.mirror, source, {
    cycleId: request.id,
    mode: request.mode,
    asked: request.asked,
    allowEmpty: request.allowEmpty.includes(id),
    clock: engine.clock,
    context: { ...context, log: { ...context.log, warn } },
    pause,
    onPart: (part) => {
      into.read = { ...part, part: true }
    },
    onFull: (reason) => observer.onFull?.(id, reason),
    onProgress: (read, total) => observer.onPull?.(id, read, total),
  })
}

function failureOf({ log }: Engine, { config: { id } }: Source, thrown: unknown): SourceFailure {
  const error = asHeysyncError(thrown)
  log.error({ source: id, code: error.code }, error.message)
  return { source: id, code: error.code, message: error.message, hint: error.hint ?? null }
}
