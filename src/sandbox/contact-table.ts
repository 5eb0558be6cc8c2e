// Owns the SQL of the contact table: one named function per statement.
import type { Db } from './schema.ts'

/** A contact as it is kept; see schema.ts for units. */
export interface ContactRow {
  readonly id: number
  readonly uuid: string
  /** Null for a contact that is known by e-mail only. */
  readonly phone: string | null
  readonly first: string
  readonly last: string
  readonly display_name: string
  readonly email: string
  readonly avatar: string
  /** 0 when nobody is assigned. */
  readonly assigned_user_id: number
  readonly tags: string
  readonly custom: string
  /** 1 when the team opted this contact out. */
  readonly unsubscribed_admin: number
  /** 1 when the person opted out (texted STOP). */
  readonly unsubscribed_contact: number
  readonly blocked: number
  readonly creator_id: number
  readonly created_us: number
  readonly updated_us: number
  readonly rev: number
  readonly op: string
}

export interface PageQuery {
  /** Bounds of `updated_us`, microseconds: at least `from`, less than `before`. */
  readonly from: number
  readonly before: number
  readonly ascending: boolean
  readonly order: 'updated' | 'created' | 'id'
  readonly limit: number
  readonly offset: number
}

export interface ContactTable {
  byId(id: number): ContactRow | null
  /** The oldest contact with this phone. */
  byPhone(phone: string): ContactRow | null
  idsByPhone(phone: string): number[]
  idByUuid(uuid: string): number | undefined
  page(query: PageQuery): ContactRow[]
  all(): ContactRow[]
  count(): number
  put(row: ContactRow): void
  remove(id: number): void
  emailOnlyIds(): number[]
  /** Whose phone, name or e-mail holds the text, the last changed first. */
  find(text: string, limit: number): ContactRow[]
  countOptedOut(): number
}

const COLUMNS = [
  'id',
  'uuid',
  'phone',
  'first',
  'last',
  'display_name',
  'email',
  'avatar',
  'assigned_user_id',
  'tags',
  'custom',
  'unsubscribed_admin',
  'unsubscribed_contact',
  'blocked',
  'creator_id',
  'created_us',
  'updated_us',
  'rev',
  'op',
] as const satisfies readonly (keyof ContactRow)[]

export function contactTable(db: Db): ContactTable {
  const selectById = db.prepare<[number], ContactRow>('SELECT * FROM contact WHERE id = ?')
  const selectByPhone = db.prepare<[string], ContactRow>(
    'SELECT * FROM contact WHERE phone = ? ORDER BY id LIMIT 1',
  )
  const selectIdsByPhone = db.prepare<[string], number>('SELECT id FROM contact WHERE phone = ?').pluck()
  const selectIdByUuid = db.prepare<[string], number>('SELECT id FROM contact WHERE uuid = ?').pluck()
  const selectAll = db.prepare<[], ContactRow>('SELECT * FROM contact ORDER BY id')
  const selectCount = db.prepare<[], number>('SELECT count(*) FROM contact').pluck()
  const selectEmailOnly = db
    .prepare<[], number>(
      "SELECT id FROM contact WHERE phone IS NULL AND email LIKE 'mail-only-%' ORDER BY id",
    )
    .pluck()
  const selectFound = db.prepare<[{ text: string; limit: number }], ContactRow>(
    `SELECT * FROM contact
     WHERE instr(lower(coalesce(phone, '') || ' ' || first || ' ' || last || ' ' || display_name || ' ' || email), lower(@text)) > 0
     ORDER BY updated_us DESC, id DESC LIMIT @limit`,
  )
  const selectOptedOut = db
    .prepare<[], number>(
      'SELECT count(*) FROM contact WHERE unsubscribed_admin = 1 OR unsubscribed_contact = 1',
    )
    .pluck()
  const replace = db.prepare<[ContactRow]>(
    `INSERT OR REPLACE INTO contact (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((name) => `@${name}`).join(', ')})`,
  )
  const deleteById = db.prepare<[number]>('DELETE FROM contact WHERE id = ?')
  const selectPage = (order: string) =>
    db.prepare<[number, number, number, number], ContactRow>(
      `SELECT * FROM contact WHERE updated_us >= ? AND updated_us < ? ORDER BY ${order} LIMIT ? OFFSET ?`,
    )
  const pages = {
    updated: { up: selectPage('updated_us, id'), down: selectPage('updated_us DESC, id DESC') },
    created: { up: selectPage('created_us, id'), down: selectPage('created_us DESC, id DESC') },
    id: { up: selectPage('id'), down: selectPage('id DESC') },
  }

  return {
    byId: (id) => selectById.get(id) ?? null,
    byPhone: (phone) => selectByPhone.get(phone) ?? null,
    idsByPhone: (phone) => selectIdsByPhone.all(phone),
    idByUuid: (uuid) => selectIdByUuid.get(uuid),
    page: ({ from, before, ascending, order, limit, offset }) =>
      pages[order][ascending ? 'up' : 'down'].all(from, before, limit, offset),
    all: () => selectAll.all(),
    count: () => selectCount.get() ?? 0,
    put: (row) => {
      replace.run(row)
    },
    remove: (id) => {
      deleteById.run(id)
    },
    emailOnlyIds: () => selectEmailOnly.all(),
    find: (text, limit) => selectFound.all({ text, limit }),
    countOptedOut: () => selectOptedOut.get() ?? 0,
  }
}
