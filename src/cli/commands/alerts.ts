// Owns `alerts`: what stands now, and a try whether everybody is reached.
import { toIso } from '../../lib/clock.ts'
import { asHeysyncError, type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { type Destination, destinationsOf } from '../../service/alerts/destinations.ts'
import { alertStore } from '../../service/alerts/store.ts'
import { type Call, type Command, flag } from '../command.ts'
import type { Io } from '../io.ts'
import { withApp } from '../open.ts'
import { columns } from '../table-text.ts'

export const alerts: Command = {
  about:
    'Who is told, and from when on, is in the config under `alerts`. Each thing is told once when it begins and once when it is over. `test` sends a word to ' +
    'everybody at once, and says who could not be reached.',
  args: [{ name: 'action', summary: 'test', required: false }],
  examples: [
    { line: 'heysync alerts', what: 'what stands now' },
    { line: 'heysync alerts test', what: 'whether everybody is reached' },
  ],
  json: 'a list of `key`, `code`, `title`, `detail`, `hint`, `since`; with test a list of `to`, `reached`, `error`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const [action] = call.args
      if (action === 'test') return test(call, io, destinationsOf(app.loaded.config.alerts.to))
      if (action !== undefined) {
        throw new HeysyncError('ERR_USAGE', {
          message: `"${action}" is not an action of alerts.`,
          hint: 'heysync alerts, or heysync alerts test',
        })
      }
      const standing = alertStore(app.db)
        .all()
        .filter(({ over_at }) => over_at === null)
      if (flag(call, 'json')) {
        const rows = standing.map(({ key, code, title, detail, hint, since }) => {
          return { key, code, title, detail, hint, since: toIso(since) }
        })
        io.data(`${JSON.stringify(rows, null, 2)}\n`)
      } else if (standing.length === 0) io.data('Nothing stands.\n')
      else {
        for (const { title, detail, hint, since } of standing)
          io.data(
            `${io.color.red('●')} ${io.color.bold(title)}  ${io.color.dim(`since ${toIso(since)}`)}\n  ${detail}\n${hint === null ? '' : `  ${io.color.cyan(hint)}\n`}`,
          )
      }
      return 0 as ExitCode
    }),
}

async function test(call: Call, io: Io, destinations: readonly Destination[]): Promise<ExitCode> {
  if (destinations.length === 0) {
    throw new HeysyncError('ERR_USAGE', {
      message: 'The config names nobody to tell.',
      hint: 'Add to heysync.yaml:  alerts: { to: [{ slack: "${SLACK_WEBHOOK_URL}" }] }',
    })
  }
  const now = io.clock.now()
  const word = {
    key: 'test',
    code: 'TEST',
    state: 'test' as const,
    title: 'This is a test of heysync',
    detail: 'Whoever reads this will be told when something needs a person.',
    hint: null,
    since: now,
    at: now,
  }
  const results = await Promise.all(
    destinations.map(async (one) => {
      const error = await one.send(word, io.signal).then(
        () => null,
        (thrown: unknown) => asHeysyncError(thrown).message,
      )
      return { to: one.name, reached: error === null, error }
    }),
  )
  if (flag(call, 'json')) io.data(`${JSON.stringify(results, null, 2)}\n`)
  else {
    const lines = results.map(({ to, reached, error }) => [
      reached ? io.color.green('reached') : io.color.red('not reached'),
      to,
      error ?? '',
    ])
    io.data(`${columns(lines)}\n`)
  }
  return results.every(({ reached }) => reached) ? 0 : 1
}
