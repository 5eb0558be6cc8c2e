// Owns `tags`: the tags of contacts and conversations.
import type { ExitCode } from '../../lib/errors.ts'
import { printAccount } from '../account-table.ts'
import type { Command } from '../command.ts'
import { withApp } from '../open.ts'

export const tags: Command = {
  about: 'Reads the tags. The mapping under `map.tags` names them; a contact has five at most.',
  examples: [{ line: 'heysync tags', what: 'names, colours and ids' }],
  json: 'a list of `id`, `name`, `color`',
  run: (call, io) =>
    withApp(call, io, async ({ client }) => {
      const all = await client.tags.list()
      printAccount(call, io, {
        json: all.map(({ id, name, color }) => ({ id, name, color })),
        rows: all.map(({ id, name, color }) => [io.color.bold(name), color, io.color.dim(String(id))]),
        none: 'The account has no tags.',
        next: [`heysync api tags.create --body '{"tag": "VIP"}'`, 'makes one'],
      })
      return 0 as ExitCode
    }),
}
