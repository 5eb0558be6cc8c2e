// Owns `consent`: who may be texted, and changing it by hand.
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { phoneOf } from '../../messaging/phones.ts'
import { confirmAccount } from '../../sync/account.ts'
import { allow, type ConsentDeps, type ConsentView, consentOf, deny } from '../../sync/consent-by-hand.ts'
import { type Call, type Command, flag, text } from '../command.ts'
import type { Io } from '../io.ts'
import { confirmed, YES } from '../message-options.ts'
import { withApp } from '../open.ts'
import { columns } from '../table-text.ts'

export const consent: Command = {
  about:
    '`show` tells what heysync and Heymarket know, and where it comes from. `deny` opts a number out, here and in Heymarket. `allow` opts it back in, which ' +
    'nothing else in heysync ever does: it asks first, and keeps who, when and why. Whoever texted STOP can be brought back only by their own START.',
  args: [
    { name: 'action', summary: 'show, deny or allow', required: true },
    { name: 'phone', summary: 'in any spelling', required: true },
  ],
  options: [{ flags: '--reason <text>', summary: 'why, for the record' }, YES],
  examples: [
    { line: 'heysync consent show "+1 415 555 2671"', what: 'what is known, and since when' },
    { line: 'heysync consent deny 14155552671 --reason "asked at the desk"', what: 'never text this number' },
    { line: 'heysync consent allow 14155552671 --reason "signed a form"', what: 'lift an opt-out' },
  ],
  json: '`phone`, `optedOut`, `heymarket` (`unsubscribed`, `byTeam`, `byPerson`, `blocked`; null where there is no such contact), `history[]` (`at`, `state`, `origin`, `evidence`)',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const [action = '', typed = ''] = call.args
      const phone = phoneOf(typed, app.loaded.config.defaultCountry)
      const { engine, client } = app
      const deps: ConsentDeps = { mirror: engine.mirror, client, clock: io.clock }
      const reason = text(call, 'reason') ?? 'no reason given'
      if (action === 'show') return print(call, io, await consentOf(deps, phone))
      if (action !== 'deny' && action !== 'allow') {
        throw new HeysyncError('ERR_USAGE', {
          message: `"${action}" is not an action of consent.`,
          hint: 'It is one of show, deny, allow.',
        })
      }
      if (action === 'allow' && !(await confirmed(call, io, `Opt ${phone} back in? You need their consent.`)))
        return 0
      return app.alone(
        `heysync consent ${action}`,
        async () => {
          await confirmAccount(engine.mirror, engine.lookups, { customFields: [], tags: [] })
          return print(call, io, await (action === 'deny' ? deny : allow)(deps, phone, reason))
        },
        (holder) => io.say(`Waiting for ${holder} …`),
      )
    }),
}

function print(call: Call, io: Io, view: ConsentView): ExitCode {
  const { color } = io
  const { phone, optedOut, heymarket } = view
  const history = view.history.map(({ at, ...event }) => ({ at: new Date(at).toISOString(), ...event }))
  if (flag(call, 'json')) {
    io.data(`${JSON.stringify({ phone, optedOut, heymarket, history }, null, 2)}\n`)
    return 0
  }
  const inHeymarket =
    heymarket === null
      ? 'no such contact'
      : heymarket.unsubscribed
        ? `opted out${heymarket.byPerson === true ? ', by the person' : heymarket.byTeam === true ? ', by the team' : ''}`
        : heymarket.blocked
          ? 'blocked'
          : 'may be texted'
  io.data(
    `${color.bold(phone)}  ${optedOut ? color.red('opted out') : color.green('may be texted')}\n${columns([
      ['in Heymarket', inHeymarket],
      ...history.map(({ at, state, origin, evidence }) => [
        at.slice(0, 16).replace('T', ' '),
        `${state === 'opted_out' ? 'opted out' : 'allowed'}, ${origin}: ${evidence}`,
      ]),
    ])}\n`,
  )
  return 0
}
