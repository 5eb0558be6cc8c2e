// Owns `apply`: a plan that was saved and looked at is done, exactly.
import { configFingerprint } from '../../sync/plan/make-plan.ts'
import { type Command, flag } from '../command.ts'
import { withApp } from '../open.ts'
import { loadPlan } from '../plan-store.ts'
import { renderPlan } from '../render-plan.ts'
import { applyAndTell, planToShow } from '../run-apply.ts'
import { planView } from '../run-cycle.ts'

export const apply: Command = {
  about:
    'Reads what is new in Heymarket, then writes exactly the changes of a file that `plan --out` made, on contacts and lists. A change is refused, and listed with what moved, where Heymarket ' +
    'does not hold any more what the plan shows as before, where a number to be created is there by now, where a list is gone, or where somebody opted out since; the others go ahead. The sources are not asked, ' +
    'so the next `sync` may find more to change. Applying a plan again writes nothing that is there already. Exit code 3 means that a part was refused or stays held.',
  args: [{ name: 'plan', summary: 'the file', required: true }],
  options: [
    { flags: '--include-held', summary: 'also what the plan shows as held by the guard' },
    { flags: '--all', summary: 'show every change instead of a few of each kind' },
  ],
  examples: [
    { line: 'heysync apply plan.json', what: 'what `heysync plan --out plan.json` showed, and no more' },
    { line: 'heysync apply plan.json --include-held', what: 'you have looked at what is held, and want it' },
  ],
  json: 'as `sync`, of what went ahead, with `plan.id`; and `already` (changes and members that were there), `heldBack`, `refused[]` (`phone`, `kind`, `source`, `record`, `moved[]` with `field`, `planned`, `now`; of a list `kind` is `listAdd` or `listRemove`, and `list` is its title instead of `source` and `record`)',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const plan = await loadPlan(call.args[0] ?? '', io.cwd, app.engine.planRows)
      if (!flag(call, 'json'))
        io.say(`${renderPlan(planToShow(plan), planView(app, io, flag(call, 'all')))}\n`)
      if (plan.config !== configFingerprint(app.engine))
        io.say(`${io.color.yellow('!')} The config was changed since this plan was made.`)
      return applyAndTell(app, io, call, plan, { trigger: 'apply', includeHeld: flag(call, 'includeHeld') })
    }),
}
