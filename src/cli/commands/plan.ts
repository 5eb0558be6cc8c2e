// Owns `plan`: everything that `sync` would do, up to the first write.
import { relative } from 'node:path'
import { ulid } from 'ulid'
import { spooled } from '../../db/spool.ts'
import { ERROR_TABLE } from '../../lib/errors.ts'
import { inChunks } from '../../lib/text-chunks.ts'
import { confirmAccount } from '../../sync/account.ts'
import { runCycle } from '../../sync/cycle.ts'
import { type Change, changeHash } from '../../sync/diff/change.ts'
import type { ListChanges } from '../../sync/lists/changes.ts'
import type { CyclePlan } from '../../sync/observer.ts'
import { makePlan, type Planned } from '../../sync/plan/make-plan.ts'
import { memberRows } from '../../sync/plan/member-rows.ts'
import type { PullResult } from '../../sync/pull/pull.ts'
import { reconcileIncremental } from '../../sync/reconcile/reconcile.ts'
import type { CycleReport } from '../../sync/report.ts'
import { diffSettings } from '../../sync/settings.ts'
import { type Command, flag, SOURCE_OPTION, texts } from '../command.ts'
import { jsonText } from '../json-text.ts'
import { withApp } from '../open.ts'
import { savePlan } from '../plan-store.ts'
import { renderPlan } from '../render-plan.ts'
import { alarmLines, failureLines } from '../render-report.ts'
import { planToShow } from '../run-apply.ts'
import { cycleToShow, planView } from '../run-cycle.ts'
import { columns, many, number } from '../table-text.ts'

export const plan: Command = {
  about:
    'Pulls the sources, reads Heymarket, and shows every change with its fields before and after, and what the guard would hold. ' +
    'Nothing is written to Heymarket, and nothing is remembered of the sources: `sync` pulls them itself. Exit code 3 means that a part would be held.',
  options: [
    SOURCE_OPTION,
    { flags: '--full', summary: 'pull everything and read all of Heymarket first' },
    {
      flags: '--out [file]',
      summary: 'write the whole plan to a file for `apply`; without a name, one is made of its content',
    },
    { flags: '--all', summary: 'show every change instead of a few of each kind' },
  ],
  examples: [
    { line: 'heysync plan', what: 'a few changes of each kind, and the counts' },
    { line: 'heysync plan --json', what: 'every change, for a script' },
    { line: 'heysync plan --out plan.json', what: 'a file to look at, and to apply' },
  ],
  json: '`cycle`, `counts` and `sources[]` and `failures[]` as in `sync`, `changes[]` (`kind`, `phone`, `source`, `record`, `rung` of a removal, `fields[]` with `field`, `before` and `after`, `hash`, `held`: the reason or null), `alarms[]` as in `sync`, `lists[]` (`title`, `create`: whether it is made, `add[]`, `remove[]` and `held[]` of phones, `reason`); with --out also `file`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const { out } = call.options
      const request = {
        id: ulid(io.clock.now()),
        mode: flag(call, 'full') ? ('full' as const) : ('incremental' as const),
        trigger: 'plan',
        sources: app.sourceIds(texts(call, 'source')),
        allowEmpty: [],
        planOnly: true,
      }
      const json = flag(call, 'json')
      const view = planView(app, io, flag(call, 'all'))
      const { report, shared, shown, file, waits } = await app.alone(
        'heysync plan',
        async () => {
          const { engine } = app
          const { account } = await confirmAccount(engine.mirror, engine.lookups, engine.named)
          // What Heymarket shows is worth keeping; the sources are pulled into a copy, so that `sync` pulls them itself.
          await reconcileIncremental({
            mirror: engine.mirror,
            contacts: app.client.contacts,
            clock: io.clock,
          })
          return app.onCopy(async (copy) => {
            const { plan, report } = await runCycle(copy, request)
            const shared = copy.mirror.contacts.collisions()
            const waits = changesOf(plan)
            const { requestsPerMinute } = app.loaded.config.heymarket
            // The copy is gone by the time that it is shown, so the rows go to where they stay.
            const save = async (out: string | true) => {
              const settings = diffSettings(copy, await copy.lookups.get())
              const head = { cycle: request.id, undoes: null, account, requestsPerMinute }
              const onLists = memberRows(copy.mirror, plan.lists)
              const made = await makePlan(copy, engine.planRows, settings, plannedOf(plan), onLists, head)
              return { made, file: savePlan(made, out, io.cwd) }
            }
            const saved = out === undefined ? null : await save(out === true ? true : String(out))
            const file = saved?.file ?? null
            const shown = json
              ? spooled(app.db, inChunks(jsonText(planJson(plan, report, file))))
              : [renderPlan(saved === null ? cycleToShow(plan) : planToShow(saved.made), view)]
            return { report, shared, shown, file, waits }
          })
        },
        (holder) => io.say(`${holder} is working on this database; waiting for it to finish …`),
      )
      await io.dataParts(shown)
      io.data('\n')
      if (!json) {
        for (const source of report.sources) io.say(io.color.dim(sourceLine(source)))
        if (shared > 0)
          io.say(
            io.color.dim(`${many(shared, 'number')} claimed by more than one record: the winner decides`),
          )
        for (const warning of report.warnings) io.say(`${io.color.yellow('!')} ${warning}`)
        for (const alarm of report.alarms) io.say(alarmLines(alarm, io.color).join('\n'))
        for (const failure of report.failures) io.say(failureLines(failure, io.color).join('\n'))
        const steps = nextSteps(waits, file === null ? null : nearName(file, io.cwd), report.plan.held)
        if (steps.length > 0)
          io.say(`\n${columns(steps.map(([command, what]) => [io.color.cyan(command), what]))}`)
      }
      const [failure] = report.failures
      if (failure) return ERROR_TABLE[failure.code].exitCode
      return report.plan.held > 0 ? 3 : 0
    }),
}

/** What to do with the plan, the usual thing first. */
function nextSteps(waits: number, file: string | null, held: number): [command: string, what: string][] {
  if (waits + held === 0) return []
  const without = held > 0 ? `, without the ${number(held)} held` : ''
  if (file === null)
    return [
      ['heysync sync', `does this${without}`],
      ...(held > 0
        ? [['heysync approve <cycle>', 'then releases them; `sync` prints the id'] as [string, string]]
        : []),
      ['heysync plan --out plan.json', 'saves all of it, to be looked at and applied'],
    ]
  return [
    [`heysync apply ${file}`, `does exactly this${without}`],
    ...(held > 0 ? [[`heysync apply ${file} --include-held`, 'does it with them'] as [string, string]] : []),
  ]
}

/** As somebody in this folder would name it. */
function nearName(file: string, cwd: string): string {
  const name = relative(cwd, file)
  return name.startsWith('..') ? file : name
}

function sourceLine({ id, read, rejected, filtered, gone }: PullResult): string {
  const rest = [
    ...(rejected > 0 ? [`${number(rejected)} cannot become contacts`] : []),
    ...(filtered > 0 ? [`${number(filtered)} filtered out`] : []),
    ...(gone > 0 ? [`${number(gone)} left`] : []),
  ]
  return `${id}: ${many(read, 'record')} read${rest.length > 0 ? `, ${rest.join(', ')}` : ''}`
}

/** Changes and members that go ahead. */
function changesOf({ released, lists }: CyclePlan): number {
  return lists.reduce((sum, { add, remove }) => sum + add.length + remove.length, released.length)
}

/** Its rows are read as they are asked for, and again each time. */
function plannedOf({ released, held }: CyclePlan): Iterable<Planned> {
  return {
    *[Symbol.iterator]() {
      for (const change of released) yield { change, held: null, pins: [] }
      for (const { change, reason } of held) yield { change, held: reason, pins: [] }
    },
  }
}

function planJson(plan: CyclePlan, report: CycleReport, file: string | null) {
  const { cycle, plan: counts, sources, failures, alarms } = report
  const changes = each(plannedOf(plan), ({ change, held }) => ({ ...changeJson(change), held }))
  const lists = each(plan.lists, listJson)
  return {
    ...{ cycle, counts, sources, failures, alarms, changes, lists },
    ...(file === null ? {} : { file }),
  }
}

function listJson({ rule, create, add, remove, held, reason }: ListChanges) {
  return {
    title: rule.title,
    create: create.length > 0,
    add: each(add, phoneOf),
    remove: each(remove, phoneOf),
    held: each(held, phoneOf),
    reason: reason === '' ? null : reason,
  }
}

const phoneOf = ({ phone }: { readonly phone: string }) => phone

function* each<T, R>(all: Iterable<T>, make: (one: T) => R): Generator<R> {
  for (const one of all) yield make(one)
}

function changeJson(change: Change) {
  return {
    kind: change.kind,
    phone: change.phone,
    source: change.sourceId,
    record: change.recordId,
    ...(change.kind === 'remove' ? { rung: change.rung } : {}),
    fields: change.fields.map(({ field, before, after }) => ({ field, before, after })),
    hash: changeHash(change).toString('hex'),
  }
}
