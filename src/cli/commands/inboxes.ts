// Owns `inboxes`: what messages go out from.
import type { ExitCode } from '../../lib/errors.ts'
import { printAccount } from '../account-table.ts'
import type { Command } from '../command.ts'
import { withApp } from '../open.ts'

export const inboxes: Command = {
  about: 'Reads the inboxes of the account. `--inbox` takes the name or the id.',
  examples: [{ line: 'heysync inboxes', what: 'names, numbers, members, ids' }],
  json: 'a list of `id`, `name`, `phone`, `phones[]`, `members[]` (`id`, `name`)',
  run: (call, io) =>
    withApp(call, io, async ({ client }) => {
      const [all, team] = await Promise.all([client.inboxes.list(), client.team.get()])
      const nameOf = (id: number) => team.members.find((one) => one.id === id)?.name ?? `member ${id}`
      printAccount(call, io, {
        json: all.map(({ id, name, phone, phones, members }) => ({
          id,
          name,
          phone,
          phones,
          members: members.map((member) => ({ id: member, name: nameOf(member) })),
        })),
        rows: all.map(({ id, name, phone, members }) => [
          io.color.bold(name),
          phone,
          members.map(nameOf).join(', '),
          io.color.dim(String(id)),
        ]),
        none: 'These credentials have no inbox.',
        next: [
          'heysync send --inbox "<name>" …',
          'sends from one; messaging.inbox in heysync.yaml is the default',
        ],
      })
      return 0 as ExitCode
    }),
}
