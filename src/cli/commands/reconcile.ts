// Owns `reconcile`: all of Heymarket's contacts read, and what differs from the mirror reported.
import { confirmAccount } from '../../sync/account.ts'
import { type DriftReport, findDrift } from '../../sync/find-drift.ts'
import { reconcileFull } from '../../sync/reconcile/reconcile.ts'
import { type Command, flag } from '../command.ts'
import { withApp } from '../open.ts'
import { progress } from '../progress.ts'
import { columns, many, number } from '../table-text.ts'

export const reconcile: Command = {
  about:
    'Walks through every contact of the account and compares it with the mirror. Writes nothing to Heymarket: the next ' +
    '`sync` decides what to do about each difference. Owned fields that somebody changed are listed with what was expected: ' +
    'kept ones stay as they are, the others are restored by the next `sync`. Exit code 4 means that there was news, or ' +
    'that something is to be restored.',
  examples: [{ line: 'heysync reconcile', what: 'after somebody worked in Heymarket by hand' }],
  json: "`mode`, `seen`, `added` (in Heymarket, not known before), `changed` (edited there), `missing` (deleted there), `count` (the account's own), `complete`, `drift` (`kept` and `restored`, the number of fields; `fields[]` of the newest: `phone`, `field`, `expected`, `found`, `outcome`, `since`)",
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const { engine } = app
      const bar = flag(call, 'json') ? null : progress(io, 'contacts read')
      const { result, drift } = await app.alone('heysync reconcile', async () => {
        const lookups = await confirmAccount(engine.mirror, engine.lookups, { customFields: [], tags: [] })
        const result = await reconcileFull({
          mirror: engine.mirror,
          contacts: app.client.contacts,
          clock: io.clock,
          onProgress: (seen, total) => bar?.update(seen, total === null ? null : Math.max(seen, total)),
        })
        return { result, drift: findDrift(engine, lookups) }
      })
      bar?.stop()
      const news = result.changed + result.missing
      const code = news > 0 || drift.restored > 0 || !result.complete ? 4 : 0
      if (flag(call, 'json')) {
        io.data(`${JSON.stringify({ ...result, drift }, null, 2)}\n`)
        return code
      }
      const rows = [
        ['read', number(result.seen)],
        ['the account counts', result.count === null ? '?' : number(result.count)],
        ['new to heysync', number(result.added)],
        ['changed in Heymarket', number(result.changed)],
        ['deleted in Heymarket', number(result.missing)],
        ['fields kept as changed there', number(drift.kept)],
        ['fields to be restored', number(drift.restored)],
      ]
      io.data(`${columns(rows)}\n`)
      if (drift.fields.length > 0) io.data(`\n${columns(drift.fields.map(driftLine))}\n`)
      if (!result.complete) {
        io.say(
          `${io.color.yellow('not proven complete')}: the account counts ${number(result.count ?? 0)} contacts and showed ${number(result.seen)}. Nothing is taken for deleted; try again later.`,
        )
      }
      if (news > 0)
        io.say(
          `${many(news, 'contact')} drifted. ${io.color.cyan('heysync plan')} shows what the next sync would do about it.`,
        )
      return code
    }),
}

function driftLine({ phone, field, expected, found, outcome }: DriftReport['fields'][number]): string[] {
  const before = expected === null ? 'not known before' : JSON.stringify(expected)
  return [
    phone,
    field,
    `${before} → ${JSON.stringify(found)}`,
    outcome === 'kept' ? 'kept' : 'to be restored',
  ]
}
