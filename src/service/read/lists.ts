// Owns the lists as the admin API shows them, and who is on one.
import type { z } from 'zod'
import { type Config, type ListConfig, titleOfList } from '../../config/schema.ts'
import type { Db } from '../../db/open.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { heldMemberStore } from '../../sync/guard/held-members.ts'
import { listStore } from '../../sync/mirror/lists.ts'
import type { lists, members } from '../api/contract.ts'
import { pageOf, readCursor } from './cursor.ts'
import type { Memo } from './memo.ts'
import { namesReader } from './names.ts'

export interface ListsReader {
  all(): z.infer<typeof lists>
  /** Errors: ERR_API_REQUEST for a title that no rule has. */
  members(ask: { title: string; limit: number; after: string | undefined }): z.infer<typeof members>
  /** What the list of a rule is called. */
  titleOf(key: string): string
}

export function listsReader(db: Db, config: Config, memo: Memo): ListsReader {
  const store = listStore(db)
  const heldMembers = heldMemberStore(db)
  const nameOf = namesReader(db)
  const rules = config.lists.map((list) => ({ list, key: keyOf(list), title: titleOfList(list) }))
  const rows = db.prepare<[string, string, number], { phone: string; state: string }>(
    'SELECT phone, state FROM list_member WHERE key = ? AND phone > ? ORDER BY phone LIMIT ?',
  )
  const all = memo(() => {
    const counts = store.counts()
    const held = heldMembers.all()
    return rules.map(({ list, key, title }) => {
      const count = (...states: string[]) =>
        counts.reduce((sum, one) => (one.key === key && states.includes(one.state) ? sum + one.n : sum), 0)
      return {
        title,
        id: store.ofKey(key)[0]?.list_id ?? null,
        rule:
          list.where ?? `${list.source === undefined ? '' : `${list.source}: `}${list.fromSourceList ?? ''}`,
        members: count('on', 'removing'),
        waiting: count('adding', 'removing'),
        refused: count('refused'),
        held: held.reduce((sum, one) => (one.key === key ? sum + one.changes : sum), 0),
      }
    })
  })
  return {
    all: () => ({ lists: all() }),
    titleOf: (key) => rules.find((rule) => rule.key === key)?.title ?? key,
    members: ({ title, limit, after }) => {
      const rule = rules.find((one) => one.title === title)
      if (rule === undefined)
        throw new HeysyncError('ERR_API_REQUEST', {
          message: `No rule keeps a list "${title}".`,
          hint: 'GET /api/lists names them.',
        })
      const [last = ''] = readCursor(after, 1) ?? []
      const page = pageOf(rows.all(rule.key, last, limit + 1), limit, ({ phone }) => [phone])
      return {
        members: page.rows.map(({ phone, state }) => ({ phone, name: nameOf(phone), state })),
        after: page.after,
      }
    },
  }
}

function keyOf(list: ListConfig): string {
  return list.key ?? titleOfList(list)
}
