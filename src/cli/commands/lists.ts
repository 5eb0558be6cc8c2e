// Owns `lists`: the lists of the account, and who is on one.
import type { HeymarketClient } from '../../heymarket/client.ts'
import type { List } from '../../heymarket/lists.ts'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { LIST, pick } from '../../messaging/pick.ts'
import { printAccount } from '../account-table.ts'
import { type Command, flag } from '../command.ts'
import { withApp } from '../open.ts'
import { many } from '../table-text.ts'

export const lists: Command = {
  name: 'lists',
  summary: 'list the lists, or who is on one',
  about:
    'Reads the lists of the account; with a name or an id, the people on that list. An account can have its list reads switched off: then it says so.',
  args: [{ name: 'list', summary: 'name or id of one', required: false }],
  options: [{ flags: '--all', summary: 'also lists that are archived' }],
  examples: [
    { line: 'heysync lists', what: 'titles, sizes and ids' },
    { line: 'heysync lists "Premium customers"', what: 'who is on it' },
  ],
  json: 'a list of `id`, `title`, `localId`, `members` (how many), `archived`, `updated`; for one list a list of `phone`, `first`, `last`',
  run: (call, io) =>
    withApp(call, io, async ({ client }) => {
      const all = (await readLists(client)).filter((one) => flag(call, 'all') || one.archived !== true)
      const named = call.args.join(' ')
      if (named !== '') {
        const { id } = pick(
          LIST,
          named,
          all.map((one) => ({ id: one.id, name: one.title })),
        )
        // The list as a page shows it may be cut off.
        const list = (await client.lists.get(id)) ?? all.find((one) => one.id === id)
        const people = [...(list?.members ?? [])].map(([phone, { first, last }]) => ({ phone, first, last }))
        printAccount(call, io, {
          json: people,
          rows: people.map((one) => [one.phone, one.first, one.last]),
          none: 'Nobody is on it, or it is a list of contacts without phones.',
          next: [`heysync broadcast --list ${id} …`, 'sends to them'],
        })
        return 0 as ExitCode
      }
      printAccount(call, io, {
        json: all.map(({ id, title, localId, members, archived, updated }) => ({
          id,
          title,
          localId,
          members: members.size,
          archived,
          updated,
        })),
        rows: all.map(({ id, title, members }) => [
          io.color.bold(title),
          many(members.size, 'person', 'people'),
          io.color.dim(String(id)),
        ]),
        none: 'The account has no lists.',
        next: ['heysync lists "<title>"', 'shows who is on one'],
      })
      return 0 as ExitCode
    }),
}

async function readLists(client: HeymarketClient): Promise<List[]> {
  const all: List[] = []
  try {
    for await (const one of client.lists.all()) all.push(one)
  } catch (cause) {
    if (!(cause instanceof HeysyncError) || cause.status !== 404) throw cause
    throw new HeysyncError('ERR_HEYMARKET_NOT_FOUND', {
      message:
        'This account does not show its lists: the reads are deprecated, and there are no new ones yet.',
      hint: 'Look in Heymarket under Lists. An id from its address works with --list.',
      cause,
    })
  }
  return all
}
