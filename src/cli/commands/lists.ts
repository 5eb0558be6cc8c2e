// Owns `lists`: the lists of the account, and who is on one.

import type { App } from '../../app.ts'
import type { HeymarketClient } from '../../heymarket/client.ts'
import type { List } from '../../heymarket/lists.ts'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { LIST, pick } from '../../messaging/pick.ts'
import { printAccount } from '../account-table.ts'
import { type Call, type Command, flag } from '../command.ts'
import type { Io } from '../io.ts'
import { confirmed, YES } from '../message-options.ts'
import { withApp } from '../open.ts'
import { many } from '../table-text.ts'

export const lists: Command = {
  about:
    'Reads the lists of the account; with a name or an id, the people on that list. An account can have its list reads switched off: then it says so. ' +
    'A list whose rule left the config stays in Heymarket as it is, until `--delete` takes it away; the API has no way to archive one.',
  args: [{ name: 'list', summary: 'name or id of one', required: false }],
  options: [
    { flags: '--all', summary: 'also lists that are archived' },
    { flags: '--delete', summary: 'delete a list that heysync made and that no rule names any more' },
    YES,
  ],
  examples: [
    { line: 'heysync lists', what: 'titles, sizes and ids' },
    { line: 'heysync lists "Premium customers"', what: 'who is on it' },
    { line: 'heysync lists "Old campaign" --delete', what: 'the list goes, its contacts stay' },
  ],
  json: 'a list of `id`, `title`, `localId`, `members` (how many), `archived`, `updated`; for one list a list of `phone`, `first`, `last`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const { client } = app
      if (flag(call, 'delete')) return deleteList(call, io, app, call.args.join(' '))
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

/** Only what heysync made, and only when no rule keeps it: somebody else's list is theirs to delete. */
async function deleteList(call: Call, io: Io, app: App, named: string): Promise<ExitCode> {
  const { mirror, lists: rules } = app.engine
  const kept = mirror.lists.all().find((list) => list.title === named || String(list.list_id) === named)
  const id = kept?.list_id ?? null
  if (kept === undefined || id === null) {
    throw new HeysyncError('ERR_USAGE', {
      message: `List "${named}" was not made by heysync with this database, so it is not heysync's to delete.`,
      hint: 'Delete it in Heymarket under Lists.',
    })
  }
  if (rules.some(({ key }) => key === kept.key)) {
    throw new HeysyncError('ERR_USAGE', {
      message: `A rule under \`lists:\` keeps "${kept.title}": the next sync would make it again.`,
      hint: 'Take the rule out of heysync.yaml first.',
    })
  }
  if (!(await confirmed(call, io, `Delete the list "${kept.title}" in Heymarket? Its contacts stay.`)))
    return 0
  await app.alone('heysync lists', async () => {
    await app.client.lists.remove(id)
    mirror.transaction(() => mirror.lists.drop(kept.key, kept.shard))
  })
  io.data(`Deleted: ${kept.title}\n`)
  return 0
}
