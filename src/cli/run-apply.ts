// Owns how a command applies a plan for somebody who watches, and how the end of it looks.
import { ulid } from 'ulid'
import type { App } from '../app.ts'
import type { ExitCode } from '../lib/errors.ts'
import { type ApplyOutcome, type ApplyRequest, applyPlan, type Refusal } from '../sync/plan/apply.ts'
import { asChange, type Plan } from '../sync/plan/plan-file.ts'
import type { Undo } from '../sync/plan/undo.ts'
import { type Call, flag } from './command.ts'
import type { Io } from './io.ts'
import { progress } from './progress.ts'
import { listsOfFile } from './render-lists.ts'
import type { PlanToShow } from './render-plan.ts'
import { renderReport } from './render-report.ts'
import { columns, many, number } from './table-text.ts'

/** A plan file as it is shown. */
export function planToShow(plan: Plan): PlanToShow {
  const { changes, requests, requestsAtMost } = plan
  return {
    lists: listsOfFile(plan),
    cost: { requests, requestsAtMost },
    released: {
      *[Symbol.iterator]() {
        for (const planned of changes) if (planned.held === null) yield asChange(planned)
      },
    },
    held: {
      *[Symbol.iterator]() {
        for (const planned of changes)
          if (planned.held !== null) yield { change: asChange(planned), reason: planned.held }
      },
    },
  }
}

/** Applies the plan that lies in the app's store while no other heysync process works on the database, prints the end, and returns the exit code. */
export async function applyAndTell(
  app: App,
  io: Io,
  call: Call,
  plan: Plan,
  request: Omit<ApplyRequest, 'id'>,
  /** What was told already when the plan was made, for --json. */
  found: {
    readonly refused: readonly Refusal[]
    readonly already: number
    readonly left?: Undo['left']
  } = { refused: [], already: 0 },
): Promise<ExitCode> {
  const bar = flag(call, 'json') ? null : progress(io, 'written')
  const outcome = await app.alone(
    `heysync ${request.trigger}`,
    async () => {
      try {
        const id = ulid(io.clock.now())
        return await applyPlan(
          app.engine,
          plan,
          { ...request, id },
          { onPush: (acked, total) => bar?.update(acked, total) },
        )
      } finally {
        bar?.stop()
      }
    },
    (holder) => io.say(`${holder} is working on this database; waiting for it to finish …`),
  )
  const { report, heldBack } = outcome
  const refused = [...found.refused, ...outcome.refused]
  if (flag(call, 'json')) {
    const counts = { already: found.already + outcome.already, heldBack, refused }
    const data = { ...report, plan: { ...report.plan, id: plan.id }, ...found, ...counts }
    io.data(`${JSON.stringify(data, null, 2)}\n`)
  } else {
    io.data(`${renderOutcome(app, io, outcome)}\n`)
  }
  if (report.status === 'failed') return 1
  return report.status === 'held' || refused.length > 0 ? 3 : 0
}

function renderOutcome(app: App, io: Io, { report, already, heldBack, refused }: ApplyOutcome): string {
  const { color } = io
  const { engine } = app
  const lines = [
    renderReport(report, {
      color,
      rejections: engine.mirror.records.countRejections(),
      deadLetters: engine.outbox.counts().dead,
    }),
  ]
  if (already > 0) lines.push(`  ${many(already, 'change was', 'changes were')} there already`)
  if (heldBack > 0)
    lines.push(
      `  ${color.magenta(`${number(heldBack)} held`)} in the plan, and not applied: ${color.cyan('--include-held')} applies them too`,
    )
  if (refused.length > 0) lines.push(...refusalLines(refused, io))
  return lines.join('\n')
}

const REFUSALS_SHOWN = 50

const KIND_WORDS: Record<Refusal['kind'], string> = {
  create: 'create',
  update: 'update',
  remove: 'remove',
  listAdd: 'put on the list',
  listRemove: 'take off the list',
}

function placeOf(refusal: Refusal): string {
  return 'list' in refusal ? refusal.list : `${refusal.source}/${refusal.record}`
}

/** What moved, field by field. */
export function refusalLines(refused: readonly Refusal[], { color, columns: width }: Io): string[] {
  const quote = (value: string) => (value === '' ? '(blank)' : `"${value}"`)
  const rest = refused.length - REFUSALS_SHOWN
  return [
    '',
    color.magenta(color.bold(`refused ${number(refused.length)}: Heymarket holds something else by now`)),
    ...refused.slice(0, REFUSALS_SHOWN).flatMap((one) => [
      `  ${one.phone}  ${color.dim(placeOf(one))}  ${KIND_WORDS[one.kind]}`,
      columns(
        one.moved.map(({ field, planned, now }) => [
          color.dim(field),
          `planned ${quote(planned)}`,
          `now ${quote(now)}`,
        ]),
        '      ',
        width,
      ),
    ]),
    ...(rest > 0 ? [color.dim(`  … and ${number(rest)} more (--json lists them)`)] : []),
  ]
}
