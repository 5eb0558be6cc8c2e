// Owns `connectors`: which kinds of source there are, and their options.
import { connectors as table } from '../../../connectors/index.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { type Command, flag } from '../command.ts'
import { columns } from '../table-text.ts'

export const connectors: Command = {
  name: 'connectors',
  summary: 'list the kinds of source that heysync reads',
  about:
    '`heysync connectors list` shows each kind and what it can do. The options of each are in docs/connectors/.',
  args: [{ name: 'action', summary: 'list', required: true }],
  examples: [{ line: 'heysync connectors list', what: 'all kinds' }],
  json: 'a list of `kind`, `summary`, `capabilities`',
  run: async (call, io) => {
    if (call.args[0] !== 'list') {
      throw new HeysyncError('ERR_USAGE', {
        message: `"${call.args[0]}" is not an action of connectors.`,
        hint: 'heysync connectors list',
      })
    }
    const all = [...table.values()]
    if (flag(call, 'json')) {
      io.data(
        `${JSON.stringify(
          all.map(({ kind, summary, capabilities }) => ({ kind, summary, capabilities })),
          null,
          2,
        )}\n`,
      )
    } else {
      io.data(
        `${columns(
          all.map((one) => [io.color.bold(one.kind), one.summary]),
          '',
        )}\n`,
      )
    }
    return 0
  },
}
