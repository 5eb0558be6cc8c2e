// Owns `team`: who can send.
import type { ExitCode } from '../../lib/errors.ts'
import { printAccount } from '../account-table.ts'
import type { Command } from '../command.ts'
import { withApp } from '../open.ts'
import { number } from '../table-text.ts'

export const team: Command = {
  about: 'Reads the team of the account. `--sender` takes the name, the e-mail or the id.',
  examples: [{ line: 'heysync team', what: 'names, e-mails, roles, ids' }],
  json: 'one object: `id`, `name`, `listSize` (most people on a list, or null), `members[]` (`id`, `name`, `email`, `role`)',
  run: (call, io) =>
    withApp(call, io, async ({ client }) => {
      const { id, name, listSize, members } = await client.team.get()
      if (call.options.json === true) {
        io.data(`${JSON.stringify({ id, name, listSize, members }, null, 2)}\n`)
        return 0 as ExitCode
      }
      const size = listSize === null ? '' : `, up to ${number(listSize)} people on a list`
      io.say(`${io.color.bold(name)} (${id})${size}`)
      printAccount(call, io, {
        json: [],
        rows: members.map((one) => [one.name, one.email, one.role, io.color.dim(String(one.id))]),
        none: 'The account shows no members.',
        next: [
          'heysync send --sender "<name>" …',
          'sends as one; messaging.sender in heysync.yaml is the default',
        ],
      })
      return 0 as ExitCode
    }),
}
