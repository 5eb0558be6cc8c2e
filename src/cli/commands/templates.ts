// Owns `templates`: texts that the team keeps.
import type { Template } from '../../heymarket/templates.ts'
import type { ExitCode } from '../../lib/errors.ts'
import { pick, TEMPLATE } from '../../messaging/pick.ts'
import { printAccount } from '../account-table.ts'
import { type Command, flag } from '../command.ts'
import { withApp } from '../open.ts'

export const templates: Command = {
  about: 'Reads the templates of the account. `--template` takes the title or the id.',
  args: [{ name: 'template', summary: 'title or id of one', required: false }],
  options: [{ flags: '--all', summary: 'also templates that are archived' }],
  examples: [
    { line: 'heysync templates', what: 'titles, texts and ids' },
    { line: 'heysync templates "Plan renewal"', what: 'the whole text of one' },
  ],
  json: 'a list of `id`, `title`, `text`, `archived`, `updated`; for one template that object',
  run: (call, io) =>
    withApp(call, io, async ({ client }) => {
      const all: Template[] = []
      for await (const one of client.templates.all())
        if (flag(call, 'all') || one.archived !== true) all.push(one)
      const shown = ({ id, title, text, archived, updated }: Template) => ({
        id,
        title,
        text,
        archived,
        updated,
      })
      const named = call.args.join(' ')
      if (named !== '') {
        const one = pick(
          TEMPLATE,
          named,
          all.map((template) => ({ ...template, name: template.title })),
        )
        io.data(flag(call, 'json') ? `${JSON.stringify(shown(one), null, 2)}\n` : `${one.text}\n`)
        return 0 as ExitCode
      }
      printAccount(call, io, {
        json: all.map(shown),
        rows: all.map(({ id, title, text }) => [io.color.bold(title), io.color.dim(String(id)), text]),
        none: 'The account has no templates.',
        next: ['heysync send --template "<title>" …', 'sends one'],
      })
      return 0 as ExitCode
    }),
}
