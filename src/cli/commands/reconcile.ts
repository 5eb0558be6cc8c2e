// Owns `reconcile`: all of Heymarket's contacts read, and what differs from the mirror reported.
import { confirmAccount } from '../../sync/account.ts'
import { reconcileFull } from '../../sync/reconcile/reconcile.ts'
import { type Command, flag } from '../command.ts'
import { progress } from '../io.ts'
import { withApp } from '../open.ts'
import { columns, many, number } from '../table-text.ts'

export const reconcile: Command = {
  name: 'reconcile',
  summary: 'read all of Heymarket and report where it differs from what heysync knew',
  about:
    'Walks through every contact of the account and compares it with the mirror. Writes nothing to Heymarket: the next ' +
    '`sync` decides what to do about each difference. Exit code 4 means that there was drift.',
  examples: [{ line: 'heysync reconcile', what: 'after somebody worked in Heymarket by hand' }],
  json: "`mode`, `seen`, `added` (in Heymarket, not known before), `changed` (edited there), `missing` (deleted there), `count` (the account's own), `complete`",
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const { engine } = app
      const bar = flag(call, 'json') ? null : progress(io, 'contacts read')
      const result = await app.alone('heysync reconcile', async () => {
        await confirmAccount(engine.mirror, engine.lookups, { customFields: [], tags: [] })
        return reconcileFull({
          mirror: engine.mirror,
          contacts: app.client.contacts,
          clock: io.clock,
          onProgress: (seen, total) => bar?.update(seen, total === null ? null : Math.max(seen, total)),
        })
      })
      bar?.stop()
      const drift = result.changed + result.missing
      if (flag(call, 'json')) {
        io.data(`${JSON.stringify(result, null, 2)}\n`)
        return drift > 0 || !result.complete ? 4 : 0
      }
      const rows = [
        ['read', number(result.seen)],
        ['the account counts', result.count === null ? '?' : number(result.count)],
        ['new to heysync', number(result.added)],
        ['changed in Heymarket', number(result.changed)],
        ['deleted in Heymarket', number(result.missing)],
      ]
      io.data(`${columns(rows)}\n`)
      if (!result.complete) {
        io.say(
          `${io.color.yellow('not proven complete')}: the account counts ${number(result.count ?? 0)} contacts and showed ${number(result.seen)}. Nothing is taken for deleted; try again later.`,
        )
      }
      if (drift > 0)
        io.say(
          `${many(drift, 'contact')} drifted. ${io.color.cyan('heysync plan')} shows what the next sync would do about it.`,
        )
      return drift > 0 || !result.complete ? 4 : 0
    }),
}
