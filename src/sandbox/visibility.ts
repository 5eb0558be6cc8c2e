// Owns what is seen when: `current…` is the truth that writes work on, `seen…` is what lists and look-ups show.
// They differ only under the dialect visibilityDelayMs, where a write waits in a table of its own before it shows.
import { type ContactRow, type ContactTable, contactTable, type PageQuery } from './contact-table.ts'
import type { Db } from './schema.ts'

export interface Contacts {
  current(id: number): ContactRow | null
  currentByPhone(phone: string): ContactRow | null
  currentByUuid(uuid: string): ContactRow | null
  currentAll(): ContactRow[]
  seen(id: number, now: number): ContactRow | null
  seenByPhone(phone: string, now: number): ContactRow | null
  seenPage(query: PageQuery, now: number): ContactRow[]
  seenCount(now: number): number
  /** Creates or replaces a contact; it shows `delayMs` after `now` (milliseconds). */
  save(row: ContactRow, now: number, delayMs: number): void
  remove(id: number, now: number, delayMs: number): void
  /** Shows every write whose time has come. */
  publish(now: number): void
  emailOnlyIds(): number[]
  /** As lists show them. */
  find(text: string, limit: number): ContactRow[]
  countOptedOut(): number
}

interface Waiting {
  readonly seq: number
  readonly contact_id: number
  readonly image: string | null
}

export function openContacts(db: Db): Contacts {
  const table: ContactTable = contactTable(db)
  const countWaiting = db.prepare<[], number>('SELECT count(*) FROM waiting').pluck()
  const insertWaiting = db.prepare<[number, number, string | null, string | null]>(
    'INSERT INTO waiting (show_at, contact_id, phone, image) VALUES (?, ?, ?, ?)',
  )
  const selectDue = db.prepare<[number], Waiting>(
    'SELECT seq, contact_id, image FROM waiting WHERE show_at <= ? ORDER BY seq',
  )
  const deleteWaiting = db.prepare<[number]>('DELETE FROM waiting WHERE seq = ?')
  const selectLatest = db.prepare<[number], Waiting>(
    'SELECT seq, contact_id, image FROM waiting WHERE contact_id = ? ORDER BY seq DESC LIMIT 1',
  )
  const selectWaitingIds = db.prepare<[], number>('SELECT DISTINCT contact_id FROM waiting').pluck()
  const selectWaitingByPhone = db
    .prepare<[string], number>('SELECT DISTINCT contact_id FROM waiting WHERE phone = ?')
    .pluck()

  const selectWaitingByUuid = db
    .prepare<[string], number>(
      "SELECT contact_id FROM waiting WHERE json_extract(image, '$.uuid') = ? LIMIT 1",
    )
    .pluck()

  let waiting = 0

  function show(image: string | null, id: number) {
    if (image === null) table.remove(id)
    else table.put(JSON.parse(image) as ContactRow)
  }
  const publishDue = db.transaction((now: number) => {
    for (const one of selectDue.all(now)) {
      show(one.image, one.contact_id)
      deleteWaiting.run(one.seq)
    }
  })
  function publish(now: number) {
    // The table is asked, not a counter of our own, because reset() empties it from outside.
    waiting = waiting === 0 ? 0 : (countWaiting.get() ?? 0)
    if (waiting === 0) return
    publishDue(now)
    waiting = countWaiting.get() ?? 0
  }
  function current(id: number): ContactRow | null {
    if (waiting > 0) {
      const latest = selectLatest.get(id)
      if (latest !== undefined) return latest.image === null ? null : (JSON.parse(latest.image) as ContactRow)
    }
    return table.byId(id)
  }

  waiting = countWaiting.get() ?? 0
  return {
    current,
    currentByPhone(phone) {
      if (waiting === 0) return table.byPhone(phone)
      const ids = [...new Set([...table.idsByPhone(phone), ...selectWaitingByPhone.all(phone)])].sort(
        (a, b) => a - b,
      )
      for (const id of ids) {
        const row = current(id)
        if (row?.phone === phone) return row
      }
      return null
    },
    currentByUuid(uuid) {
      const id = table.idByUuid(uuid) ?? selectWaitingByUuid.get(uuid)
      return id === undefined ? null : current(id)
    },
    currentAll() {
      if (waiting === 0) return table.all()
      const rows = new Map(table.all().map((row) => [row.id, row]))
      for (const id of selectWaitingIds.all()) {
        const row = current(id)
        if (row === null) rows.delete(id)
        else rows.set(id, row)
      }
      return [...rows.values()].sort((a, b) => a.id - b.id)
    },
    seen(id, now) {
      publish(now)
      return table.byId(id)
    },
    seenByPhone(phone, now) {
      publish(now)
      return table.byPhone(phone)
    },
    seenPage(query, now) {
      publish(now)
      return table.page(query)
    },
    seenCount(now) {
      publish(now)
      return table.count()
    },
    save(row, now, delayMs) {
      publish(now)
      if (delayMs === 0 && waiting === 0) return table.put(row)
      insertWaiting.run(now + delayMs, row.id, row.phone, JSON.stringify(row))
      waiting++
    },
    remove(id, now, delayMs) {
      publish(now)
      if (delayMs === 0 && waiting === 0) return table.remove(id)
      insertWaiting.run(now + delayMs, id, null, null)
      waiting++
    },
    publish,
    find: table.find,
    countOptedOut: table.countOptedOut,
    emailOnlyIds: () => table.emailOnlyIds(),
  }
}
