// Owns `undo`: what a cycle wrote is put back, as a plan like any other.
import type { App } from '../../app.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { phonesOf } from '../../messaging/phones.ts'
import { confirmAccount } from '../../sync/account.ts'
import { readLists } from '../../sync/lists/read-lists.ts'
import { makePlan } from '../../sync/plan/make-plan.ts'
import { planUndo, type Undo } from '../../sync/plan/undo.ts'
import { rulesOfCycle } from '../../sync/plan/undo-lists.ts'
import { reconcileIncremental } from '../../sync/reconcile/reconcile.ts'
import { diffSettings } from '../../sync/settings.ts'
import { type Call, type Command, flag, texts } from '../command.ts'
import type { Io } from '../io.ts'
import { confirmed, YES } from '../message-options.ts'
import { withApp } from '../open.ts'
import { savePlan } from '../plan-store.ts'
import { renderPlan } from '../render-plan.ts'
import { applyAndTell, planToShow, refusalLines } from '../run-apply.ts'
import { planView } from '../run-cycle.ts'
import { many } from '../table-text.ts'

export const undo: Command = {
  about:
    'Puts back what the contacts held before a cycle wrote to them, and who was on which list: shows it as a plan, asks, and writes it as `apply` does. What somebody changed since is refused and listed. ' +
    'What was undone is not done again until the source says something else, so mend the source or the mapping at your leisure. Opt-outs are never undone, and nobody who opted out gets back on a list. ' +
    'A contact that the cycle created stays, unless --delete-created says otherwise; one that it deleted is made anew, with another id and without its conversation.',
  args: [{ name: 'cycle', summary: 'the id that `sync` and `status` print', required: true }],
  options: [
    {
      flags: '--fields <names>',
      summary:
        'only these fields, with commas between them, e.g. email,custom.Plan; `lists` is who is on which list',
    },
    { flags: '--phone <number...>', summary: 'only these people' },
    {
      flags: '--delete-created',
      summary: 'delete contacts that the cycle created and nobody has changed since',
    },
    { flags: '--out [file]', summary: 'write the plan to a file for `apply`, and stop' },
    { flags: '--all', summary: 'show every change instead of a few of each kind' },
    YES,
  ],
  examples: [
    { line: 'heysync undo 01JD0A8Q5T3W6Y9ZB2C4E6G8HK', what: 'all that this cycle wrote' },
    { line: 'heysync undo 01JD0A8Q5T3W6Y9ZB2C4E6G8HK --fields email --yes', what: 'one field of everybody' },
  ],
  json: 'as `apply`, with `left[]` (`phone`, `reason`); with --out, or when nothing can be put back, only `file` (or null), `plan` (its id), `changes`, `already`, `left[]`, `refused[]`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const cycle = call.args[0] ?? ''
      const { found, plan } = await app.alone('heysync undo', () => findOut(app, io, call, cycle))
      const view = planView(app, io, flag(call, 'all'))
      const out = call.options.out
      const json = flag(call, 'json')
      const { already, left, refused } = found
      const { counts } = plan
      const changes = counts.create + counts.update + counts.remove + counts.listAdd + counts.listRemove
      if (!json) tell(io, found, changes, renderPlan(planToShow(plan), view))
      if (out !== undefined || changes === 0) {
        const file = out === undefined ? null : savePlan(plan, out === true ? true : String(out), io.cwd)
        if (json)
          io.data(`${JSON.stringify({ file, plan: plan.id, changes, already, left, refused }, null, 2)}\n`)
        else if (file !== null) io.data(`${file}\n`)
        if (file !== null) io.say(`${io.color.cyan(`heysync apply ${file}`)}  does this`)
        return refused.length > 0 ? 3 : 0
      }
      const question = `Take back ${many(changes, 'change')} of cycle ${cycle}?`
      if (!(await confirmed(call, io, question))) return 0
      const request = { trigger: 'undo' as const, includeHeld: false }
      return applyAndTell(app, io, call, plan, request, { already, left, refused })
    }),
}

async function findOut(app: App, io: Io, call: Call, cycle: string) {
  const { engine } = app
  const { mirror } = engine
  if (!engine.cycles.find(cycle)) {
    const [last] = engine.cycles.latest(1)
    throw new HeysyncError('ERR_CYCLE_UNKNOWN', {
      message: `There is no cycle ${cycle}.`,
      hint: last ? `The last one is: ${last.id}` : 'There was no cycle yet: heysync status',
    })
  }
  const rules = rulesOfCycle(engine, cycle)
  if (mirror.images.ofCycle(cycle).length === 0 && rules.length === 0) {
    throw new HeysyncError('ERR_UNDO_NOTHING', {
      message: `There is nothing to take back of cycle ${cycle}: it wrote nothing, or what was there before it is not kept any more.`,
      hint: `What a cycle wrote is kept for ${many(engine.undoKeepDays, 'day')}: \`undo.keepDays\` in heysync.yaml.`,
    })
  }
  const lookups = await confirmAccount(mirror, engine.lookups, engine.named)
  await reconcileIncremental({ mirror, contacts: app.client.contacts, clock: io.clock })
  if (rules.length > 0) await readLists({ mirror, lists: app.client.lists, rules, clock: io.clock })
  const fields = texts(call, 'fields').flatMap((names) => names.split(',').map((name) => name.trim()))
  const phones = phonesOf(texts(call, 'phone'), app.loaded.config.defaultCountry)
  const found = planUndo(mirror, lookups, {
    cycle,
    fields: fields.length === 0 ? null : new Set(fields),
    phones: phones.length === 0 ? null : new Set(phones),
    deleteCreated: flag(call, 'deleteCreated'),
  })
  const plan = await makePlan(
    engine,
    engine.planRows,
    diffSettings(engine, lookups),
    found.changes,
    found.onLists,
    {
      cycle,
      undoes: cycle,
      account: lookups.account,
      requestsPerMinute: app.loaded.config.heymarket.requestsPerMinute,
    },
  )
  return { found, plan }
}

function tell(io: Io, { left, refused, already }: Undo, changes: number, plan: string): void {
  const { color } = io
  if (changes > 0) io.say(`${plan}\n`)
  else io.say('Nothing of this cycle can be put back now.')
  if (already > 0)
    io.say(`  ${many(already, 'of its changes is', 'of its changes are')} as before the cycle already`)
  const reasons = new Map<string, string[]>()
  for (const { phone, reason } of left) reasons.set(reason, [...(reasons.get(reason) ?? []), phone])
  for (const [reason, phones] of reasons) {
    const some = phones.slice(0, 3).join(', ')
    io.say(
      `  ${color.yellow(many(phones.length, 'contact'))}: ${reason} (${some}${phones.length > 3 ? ', …' : ''})`,
    )
  }
  if (refused.length > 0) io.say(refusalLines(refused, io).join('\n'))
}
