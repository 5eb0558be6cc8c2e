// Owns `connectors`: which kinds of source there are, the first files of a new one, and trying one on a real account.
import { relative } from 'node:path'
import { connectors as table } from '../../../connectors/index.ts'
import { type LiveFinding, liveChecks } from '../../connector/live.ts'
import { loadConnectors } from '../../connector/table.ts'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { sourceError } from '../../sync/pull/source-error.ts'
import { type Call, type Command, flag, text } from '../command.ts'
import type { Io } from '../io.ts'
import { sourceOf } from '../one-source.ts'
import { withApp } from '../open.ts'
import { scaffold } from '../scaffold.ts'
import { columns } from '../table-text.ts'

type Action = (call: Call, io: Io, name: string) => Promise<ExitCode> | ExitCode

const DEFAULT_LIMIT = 1_000

export const connectors: Command = {
  about:
    '`heysync connectors` lists the kinds that come with heysync; the options of each are in docs/connectors/. ' +
    '`new` writes the first files of a connector of your own, whose tests are green at once: docs/connectors.md goes on from there. ' +
    '`test` reads a configured source several times and says whether its connector does right. It changes nothing, there or here.',
  args: [
    { name: 'action', summary: 'list, new or test; list unless given', required: false },
    {
      name: 'name',
      summary: 'for new: its name; for test: the id of a source in heysync.yaml',
      required: false,
    },
  ],
  options: [
    { flags: '--limit <n>', summary: 'for test: records to read each time (default 1000)' },
    { flags: '--all', summary: 'for test: read everything' },
  ],
  examples: [
    { line: 'heysync connectors', what: 'all kinds' },
    { line: 'heysync connectors new front-desk', what: 'a folder heysync-connector-front-desk' },
    { line: 'heysync connectors test clinic --all', what: 'the source clinic, to its last record' },
  ],
  json: 'for list a list of `kind`, `summary`, `capabilities`; for new `folder`, `files`; for test a list of `what`, `ok`, `says`',
  run: async (call, io) => {
    const [typed = 'list', name = ''] = call.args
    const action = ACTIONS[typed]
    if (action === undefined) {
      throw new HeysyncError('ERR_USAGE', {
        message: `"${typed}" is not an action of connectors.`,
        hint: `The actions are: ${Object.keys(ACTIONS).join(', ')}.`,
      })
    }
    return action(call, io, name)
  },
}

const ACTIONS: Readonly<Record<string, Action>> = {
  list: async (call, io) => {
    const all = [...(await loadConnectors(table)).values()]
    if (flag(call, 'json'))
      print(
        io,
        all.map(({ kind, summary, capabilities }) => ({ kind, summary, capabilities })),
      )
    else {
      const rows = all.map((one) => [io.color.bold(one.kind), one.summary])
      io.data(`${columns(rows, '')}\n`)
    }
    return 0 as ExitCode
  },
  new: (call, io, name) => {
    const { folder, files } = scaffold(name, io.cwd)
    if (flag(call, 'json')) print(io, { folder, files })
    else {
      io.data(`${files.map((file) => `${relative(io.cwd, folder)}/${file}`).join('\n')}\n`)
      io.say(
        `\n  cd ${relative(io.cwd, folder)} && npm install && npm test   is green; README.md says what comes next`,
      )
    }
    return 0
  },
  test: (call, io, name) =>
    withApp(call, io, async (app) => {
      const { connector, options, config } = sourceOf(app, name)
      const limit = limitOf(call)
      const context = app.engine.connectorContext(config.id, { looks: true })
      const { secrets } = app.loaded
      const findings: LiveFinding[] = []
      try {
        for await (const one of liveChecks({ connector, options, context, limit, secrets })) {
          findings.push(one)
          if (!flag(call, 'json')) sayFinding(io, one)
        }
      } catch (error) {
        throw sourceError(error, config.id, false)
      }
      if (flag(call, 'json')) print(io, findings)
      return findings.every(({ ok }) => ok) ? 0 : 4
    }),
}

function print(io: Io, data: unknown): void {
  io.data(`${JSON.stringify(data, null, 2)}\n`)
}

function sayFinding(io: Io, { what, ok, says }: LiveFinding): void {
  const mark = ok ? io.color.green('✓') : io.color.red('✗')
  io.data(`${columns([[mark, io.color.bold(what), says]], '')}\n`)
}

function limitOf(call: Call): number {
  if (flag(call, 'all')) return Number.POSITIVE_INFINITY
  const typed = text(call, 'limit')
  const limit = Number(typed ?? DEFAULT_LIMIT)
  if (Number.isInteger(limit) && limit > 0) return limit
  throw new HeysyncError('ERR_USAGE', {
    message: `--limit ${typed} is not a number of records.`,
    hint: 'heysync connectors test clinic --limit 500',
  })
}
