// Owns a shelf: rows of one kind (lists, messages, templates …) that are found by id, by `local_id` and by a reference,
// and paged by the instant of their last change. A row shows in pages only when its time has come.
import { randomUUID } from 'node:crypto'
import type { Db } from './schema.ts'
import { SHELVES, type ShelfName } from './shelf-tables.ts'

export interface Item<T> {
  readonly id: number
  readonly uuid: string
  readonly local_id: string | null
  /** What else it is looked up by, e.g. the phone of a message. */
  readonly ref: string | null
  /** Microseconds since 1970. */
  readonly created_us: number
  readonly updated_us: number
  readonly rev: number
  readonly data: T
}

export interface ShelfQuery {
  readonly by: 'created' | 'updated'
  /** Microseconds: `from` is included, `before` is not. */
  readonly from: number
  readonly before: number
  readonly ascending: boolean
  readonly limit: number
  readonly offset: number
}

export interface Shelf<T> {
  /** Times in microseconds; `showAt` in milliseconds. */
  add(data: T, given: { us: number; showAt: number; localId?: string | null; ref?: string | null }): Item<T>
  change(item: Item<T>, data: T, us: number): Item<T>
  /** A change of what it is looked up by. */
  move(item: Item<T>, ref: string, data: T, us: number): Item<T>
  remove(id: number): void
  get(id: number): Item<T> | null
  /** The oldest with this `local_id`. */
  byLocalId(localId: string): Item<T> | null
  byRef(ref: string): Item<T>[]
  page(query: ShelfQuery, now: number): Item<T>[]
  count(now: number): number
  /** By id. */
  all(): Item<T>[]
  /** The newest, newest first. */
  newest(limit: number): Item<T>[]
}

interface Row {
  readonly id: number
  readonly uuid: string
  readonly local_id: string | null
  readonly ref: string | null
  readonly created_us: number
  readonly updated_us: number
  readonly rev: number
  readonly body: string
}

export function openShelf<T>(db: Db, name: ShelfName): Shelf<T> {
  const seed = db.prepare<{ name: string; seq: number }>(
    `INSERT INTO sqlite_sequence (name, seq)
     SELECT @name, @seq WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = @name)`,
  )
  const insert = db.prepare<[string, string | null, string | null, number, number, number, string]>(
    `INSERT INTO ${name} (uuid, local_id, ref, created_us, updated_us, show_at, rev, body) VALUES (?, ?, ?, ?, ?, ?, 1, ?)`,
  )
  const update = db.prepare<[string, number, number]>(
    `UPDATE ${name} SET body = ?, updated_us = ?, rev = rev + 1 WHERE id = ?`,
  )
  const setRef = db.prepare<[string, number]>(`UPDATE ${name} SET ref = ? WHERE id = ?`)
  const remove = db.prepare<[number]>(`DELETE FROM ${name} WHERE id = ?`)
  const byId = db.prepare<[number], Row>(`SELECT * FROM ${name} WHERE id = ?`)
  const byLocalId = db.prepare<[string], Row>(`SELECT * FROM ${name} WHERE local_id = ? ORDER BY id LIMIT 1`)
  const byRef = db.prepare<[string], Row>(`SELECT * FROM ${name} WHERE ref = ? ORDER BY id`)
  const count = db.prepare<[number], number>(`SELECT count(*) FROM ${name} WHERE show_at <= ?`).pluck()
  const all = db.prepare<[], Row>(`SELECT * FROM ${name} ORDER BY id`)
  const newest = db.prepare<[number], Row>(`SELECT * FROM ${name} ORDER BY id DESC LIMIT ?`)
  const pages = new Map<string, ReturnType<typeof page>>()
  function page(by: 'created' | 'updated', ascending: boolean) {
    const way = ascending ? 'ASC' : 'DESC'
    return db.prepare<[number, number, number, number, number], Row>(
      `SELECT * FROM ${name} WHERE ${by}_us >= ? AND ${by}_us < ? AND show_at <= ?
       ORDER BY ${by}_us ${way}, id ${way} LIMIT ? OFFSET ?`,
    )
  }
  const item = (row: Row | undefined): Item<T> | null => {
    if (row === undefined) return null
    const { body, ...rest } = row
    return { ...rest, data: JSON.parse(body) as T }
  }
  const items = (rows: Row[]): Item<T>[] => rows.flatMap((row) => item(row) ?? [])
  const get = (id: number) => item(byId.get(id))
  return {
    add(data, { us, showAt, localId = null, ref = null }) {
      seed.run({ name, seq: SHELVES[name] })
      const { lastInsertRowid } = insert.run(randomUUID(), localId, ref, us, us, showAt, JSON.stringify(data))
      return get(Number(lastInsertRowid)) as Item<T>
    },
    change(before, data, us) {
      update.run(JSON.stringify(data), us, before.id)
      return get(before.id) as Item<T>
    },
    move(before, ref, data, us) {
      setRef.run(ref, before.id)
      update.run(JSON.stringify(data), us, before.id)
      return get(before.id) as Item<T>
    },
    remove: (id) => void remove.run(id),
    get,
    byLocalId: (localId) => item(byLocalId.get(localId)),
    byRef: (ref) => items(byRef.all(ref)),
    page({ by, from, before, ascending, limit, offset }, now) {
      const key = `${by} ${ascending}`
      const statement = pages.get(key) ?? page(by, ascending)
      pages.set(key, statement)
      return items(statement.all(from, before, now, limit, offset))
    },
    count: (now) => count.get(now) ?? 0,
    all: () => items(all.all()),
    newest: (limit) => items(newest.all(limit)),
  }
}
