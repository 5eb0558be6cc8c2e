// Owns `fields`: the custom fields of contacts.
import type { ExitCode } from '../../lib/errors.ts'
import { printAccount } from '../account-table.ts'
import type { Command } from '../command.ts'
import { withApp } from '../open.ts'

export const fields: Command = {
  about:
    'Reads the custom fields. The mapping under `map.custom` names them; in a message `{{name}}` is filled in for each person.',
  examples: [{ line: 'heysync fields', what: 'names, merge tokens and ids' }],
  json: 'a list of `id`, `name`, `token`',
  run: (call, io) =>
    withApp(call, io, async ({ client }) => {
      const all = await client.contactFields.list()
      printAccount(call, io, {
        json: all.map(({ id, name }) => ({ id, name, token: `{{${name}}}` })),
        rows: all.map(({ id, name }) => [io.color.bold(name), `{{${name}}}`, io.color.dim(String(id))]),
        none: 'The account has no custom fields.',
        next: [`heysync api contactFields.create --body '[{"title": "Plan"}]'`, 'makes one'],
      })
      return 0 as ExitCode
    }),
}
