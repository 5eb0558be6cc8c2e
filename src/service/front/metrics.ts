// Owns /metrics: what a monitoring system keeps of heysync. Labels name sources, states and codes; never a person.
import { statSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Db } from '../../db/open.ts'
import type { Latencies } from '../read/latency.ts'
import type { Reads, Webhooks } from './reads.ts'

export interface MetricsDeps {
  readonly db: Db
  readonly databasePath: string
  readonly version: string
  readonly now: () => number
  reads(): Reads
  webhooks(): Webhooks
  readonly latencies: Latencies
}

/** From half a second to half a day. */
const LATENCY_SECONDS = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 43_200]
/** The cycle statuses that can be counted. */
const STATUSES = ['ok', 'held', 'failed', 'interrupted', 'running'] as const

type Prometheus = typeof import('prom-client')

export function addMetrics(app: FastifyInstance, deps: MetricsDeps): void {
  // Loaded at the first call, which keeps a start short.
  const open = async () => {
    const prometheus = await import('prom-client')
    const registry = new prometheus.Registry()
    return { registry, ...metricsOn(prometheus, registry, deps) }
  }
  let opened: ReturnType<typeof open> | null = null
  app.get('/metrics', async (_request, reply) => {
    opened ??= open()
    const { registry, refresh } = await opened
    deps.reads().atOnce(refresh)
    return reply.header('content-type', registry.contentType).send(await registry.metrics())
  })
}

function metricsOn(
  { Counter, Gauge, Histogram }: Prometheus,
  registry: Registry,
  deps: MetricsDeps,
): { refresh(): void } {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name: `heysync_${name}`, help, labelNames, registers: [registry] })
  const info = gauge('info', 'Always 1; the label names the version.', ['version'])
  info.set({ version: deps.version }, 1)
  const freshness = gauge('source_freshness_seconds', 'Since the source was last read to its end.', [
    'source',
  ])
  const sourceUp = gauge('source_ok', '1 while the source can be read and is not paused, else 0.', ['source'])
  const records = gauge('source_records', 'Records in the mirror.', ['source', 'state'])
  const cycles = gauge('cycles', 'Cycles in the database, by status.', ['status'])
  const lastCycle = gauge(
    'last_cycle_records',
    'Of the last cycle of each source: what became of its records (I1).',
    ['source', 'outcome'],
  )
  const budget = gauge('request_budget_per_minute', 'Requests that may be sent in a minute.')
  const used = gauge('request_budget_used', 'Requests sent in the last minute.')
  const lanes = gauge('outbox_waiting', 'Changes that wait to be written, by lane.', ['lane'])
  const dead = gauge('dead_letters', 'Changes that Heymarket refused.')
  const held = gauge('held_changes', 'Changes that wait for a person.')
  const rejected = gauge('rejections', 'Records that cannot become contacts.')
  const alarms = gauge('alarms', 'Alarms that stand, by code.', ['code', 'source'])
  const problems = gauge('problems', 'What stops something, by code.', ['code'])
  const contacts = gauge('contacts', 'Contacts by what is known of them.', ['kind'])
  const size = gauge('database_bytes', 'Size of the database, with what is not yet folded into it.')
  const memory = gauge('memory_bytes', 'Memory of the whole process that is in use (resident).')
  const hooksWaiting = gauge('webhooks_waiting', 'Webhooks that were answered and not yet worked off.')
  const hooksLag = gauge('webhook_lag_seconds', 'Since the oldest of them came; 0 when none waits.')
  const acked = new Counter({
    name: 'heysync_acked_changes_total',
    help: 'Changes that Heymarket acknowledged since the service started.',
    registers: [registry],
  })
  const latency = new Histogram({
    name: 'heysync_source_to_heymarket_seconds',
    help: 'From when a changed record was read to the acknowledgement of its first write.',
    buckets: LATENCY_SECONDS,
    registers: [registry],
  })
  const counted = deps.db.prepare<[], { status: (typeof STATUSES)[number]; n: number }>(
    'SELECT status, count(*) AS n FROM cycle GROUP BY status',
  )
  return {
    refresh: () => {
      const status = deps.reads().status()
      // What is gone, such as a source that left the config, must not be told for ever.
      for (const one of [freshness, sourceUp, records, lastCycle, alarms, problems]) one.reset()
      for (const source of status.sources) {
        const label = { source: source.id }
        if (source.freshnessSeconds !== null) freshness.set(label, source.freshnessSeconds)
        sourceUp.set(label, source.state === 'failing' || source.state === 'paused' ? 0 : 1)
        for (const [state, n] of Object.entries(source.records)) records.set({ ...label, state }, n)
        const { cycle: _, mode: __, ...outcomes } = source.last ?? { cycle: '', mode: '' }
        for (const [outcome, n] of Object.entries(outcomes)) lastCycle.set({ ...label, outcome }, n)
      }
      const byStatus = new Map(counted.all().map(({ status: name, n }) => [name, n]))
      for (const name of STATUSES) cycles.set({ status: name }, byStatus.get(name) ?? 0)
      budget.set(status.budget.perMinute)
      used.set(status.budget.used)
      for (const { lane, waiting } of status.outbox.lanes) lanes.set({ lane }, waiting)
      dead.set(status.outbox.deadLetters)
      held.set(status.held.reduce((sum, { changes }) => sum + changes, 0))
      rejected.set(status.rejections)
      for (const { code, source } of status.alarms) alarms.set({ code, source }, 1)
      for (const { code } of status.problems) problems.inc({ code })
      for (const [kind, n] of Object.entries(status.contacts)) contacts.set({ kind }, n)
      size.set(bytesOf(deps.databasePath))
      memory.set(process.memoryUsage.rss())
      const { waiting, oldestAt } = deps.webhooks()
      hooksWaiting.set(waiting)
      hooksLag.set(oldestAt === null ? 0 : Math.max(0, deps.now() - oldestAt) / 1000)
      for (const { count, seconds } of deps.latencies.sinceLast()) {
        acked.inc(count)
        for (const one of seconds) latency.observe(one)
      }
    },
  }
}

function bytesOf(path: string): number {
  return [path, `${path}-wal`].reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}
