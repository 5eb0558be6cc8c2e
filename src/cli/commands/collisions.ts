// Owns `collisions`: the numbers that several records claim, who wins each, and why.
import type { ExitCode } from '../../lib/errors.ts'
import { type Claim, type Collision, collisions as find } from '../../sync/resolve/collisions.ts'
import { type Command, flag, SOURCE_OPTION, texts } from '../command.ts'
import type { Io } from '../io.ts'
import { withApp } from '../open.ts'
import { columns, many } from '../table-text.ts'

const SHOWN = 20

const REASONS = {
  source: 'its source is listed later',
  updatedAt: 'it changed earlier',
  id: 'its id comes later, and nothing else decides',
} as const

export const collisions: Command = {
  about:
    'The record of the source listed first wins, then the one that changed last, then the one with the smaller id: the same one ' +
    'every time. Two people who share a number are one contact in Heymarket, so give one of them another number, or leave ' +
    'one out with a filter.',
  options: [SOURCE_OPTION, { flags: '--all', summary: `show every number instead of the first ${SHOWN}` }],
  examples: [{ line: 'heysync collisions', what: 'who shares a number with whom' }],
  json: 'a list of `phone`, `winner` and `losers[]` (`source`, `record`, `place`, `updatedAt`, `name`; of a loser also `decidedBy`: source, updatedAt or id), `namesDiffer`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const wanted = texts(call, 'source')
      app.sourceIds(wanted)
      const order = app.loaded.config.sources.map((source) => source.id)
      const found = [...find(app.engine.mirror, order)].filter(
        ({ winner, losers }) =>
          wanted.length === 0 || [winner, ...losers].some(({ source }) => wanted.includes(source)),
      )
      if (flag(call, 'json')) {
        io.data(`${JSON.stringify(found, null, 2)}\n`)
        return 0 as ExitCode
      }
      if (found.length === 0) {
        io.data('No number is claimed by more than one record.\n')
        return 0 as ExitCode
      }
      const shown = flag(call, 'all') ? found : found.slice(0, SHOWN)
      io.data(`${shown.map((one) => rendered(one, io)).join('\n\n')}\n`)
      if (found.length > shown.length)
        io.say(io.color.dim(`… and ${found.length - shown.length} more (--all shows them)`))
      const people = found.filter(({ namesDiffer }) => namesDiffer).length
      io.say(`${many(found.length, 'shared number')}, ${people} of them with different names`)
      return 0 as ExitCode
    }),
}

function rendered({ phone, winner, losers, namesDiffer }: Collision, { color, columns: width }: Io): string {
  const line = (mark: string, claim: Claim, why: string) => [
    mark,
    `${claim.source}/${claim.record}`,
    claim.name || '(no name)',
    claim.place ?? '',
    claim.updatedAt ?? '',
    color.dim(why),
  ]
  const rows = [
    line(color.green('●'), winner, 'wins'),
    ...losers.map((loser) => line(' ', loser, REASONS[loser.decidedBy])),
  ]
  return `${color.bold(phone)}${namesDiffer ? color.yellow('  different names') : ''}\n${columns(rows, '  ', width)}`
}
