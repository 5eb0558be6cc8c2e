// Owns what the sandbox holds: contacts, tags, fields and the ledger of creations, in one SQLite database.

import { randomUUID } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import { type Catalog, openCatalog } from './catalog.ts'
import { BLANK_FIELDS, type ContactFields } from './contact-rules.ts'
import type { ContactRow } from './contact-table.ts'
import type { Dialects } from './dialects.ts'
import type {
  ContactKeyData,
  ConversationData,
  ListData,
  MemberData,
  MessageData,
  ScheduleData,
} from './rows.ts'
import { emptyTables, openSandboxDb } from './schema.ts'
import { openShelf, type Shelf } from './shelf.ts'
import {
  API_CREATOR_ID,
  LAST_ID_BEFORE_CONTACTS,
  SURVEYS,
  type SurveyData,
  TEMPLATES,
  type TemplateData,
} from './start-data.ts'
import { type Contacts, openContacts } from './visibility.ts'

export interface Creation {
  readonly id: number
  readonly phone: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What stands beside the contacts, one shelf each. */
export interface Shelves {
  readonly list: Shelf<ListData>
  readonly message: Shelf<MessageData>
  readonly conversation: Shelf<ConversationData>
  readonly template: Shelf<TemplateData>
  readonly survey: Shelf<SurveyData>
  readonly schedule: Shelf<ScheduleData>
  /** The `local_id` that a contact was created with. */
  readonly contactKey: Shelf<ContactKeyData>
  /** Names and roles that were changed, by the member's id as `local_id`. */
  readonly member: Shelf<MemberData>
}

export interface Store extends Shelves {
  readonly contacts: Contacts
  readonly catalog: Catalog
  /** Milliseconds since 1970 at which something written now shows in lists. */
  showAt(): number
  /** Runs in one transaction. */
  atOnce<T>(work: () => T): T
  /** The next time of a write, microseconds since 1970: the clock, but always later than the one before. */
  tick(): number
  create(phone: string | null, fields: ContactFields): ContactRow
  /** Saves a changed contact: rev goes up by one, `updated` moves. */
  change(row: ContactRow, changed: Partial<ContactRow>, op: string): ContactRow
  remove(row: ContactRow): void
  /** Many contacts at once, as if they had been made earlier; they show at once. With `sameInstant` their `updated` ties. */
  fill(rows: readonly Partial<ContactRow>[], sameInstant: boolean): ContactRow[]
  /** Makes the number of contacts without a phone what the dialect says, and shows writes that no longer have to wait. */
  settle(): void
  creations(): Creation[]
  /** Back to the start data. */
  reset(): void
  close(): void
}

export function openStore(file: string | undefined, clock: Clock, dialects: () => Dialects): Store {
  const db = openSandboxDb(file)
  const contacts = openContacts(db)
  const catalog = openCatalog(db)
  const shelves: Shelves = {
    list: openShelf(db, 'list'),
    message: openShelf(db, 'message'),
    conversation: openShelf(db, 'conversation'),
    template: openShelf(db, 'template'),
    survey: openShelf(db, 'survey'),
    schedule: openShelf(db, 'schedule'),
    contactKey: openShelf(db, 'contact_key'),
    member: openShelf(db, 'member'),
  }
  const insertCreation = db.prepare<[number, string | null, number]>(
    'INSERT INTO creation (id, phone, at) VALUES (?, ?, ?)',
  )
  const selectCreations = db.prepare<[], Creation>(
    'SELECT id, phone, at FROM creation WHERE phone IS NOT NULL ORDER BY id',
  )
  const selectLastId = db.prepare<[], number | null>('SELECT max(id) FROM creation').pluck()
  const selectLastUs = db
    .prepare<[], number>(
      `SELECT max(
         coalesce((SELECT max(updated_us) FROM contact), 0),
         coalesce((SELECT max(json_extract(image, '$.updated_us')) FROM waiting), 0),
         coalesce((SELECT max(updated_us) FROM tag), 0),
         coalesce((SELECT max(updated_us) FROM message), 0),
         coalesce((SELECT max(updated_us) FROM list), 0))`,
    )
    .pluck()

  let lastId = 0
  let lastUs = 0

  function tick(): number {
    lastUs = Math.max(Math.floor(clock.now()) * 1_000, lastUs + 1)
    return lastUs
  }
  function freshRow(us: number, given: Partial<ContactRow>): ContactRow {
    lastId++
    return {
      phone: null,
      ...BLANK_FIELDS,
      unsubscribed_contact: 0,
      blocked: 0,
      creator_id: API_CREATOR_ID,
      created_us: us,
      updated_us: us,
      rev: 1,
      op: 'create',
      ...given,
      id: lastId,
      uuid: randomUUID(),
    }
  }
  const insert = db.transaction((row: ContactRow, delayMs: number) => {
    insertCreation.run(row.id, row.phone, clock.now())
    contacts.save(row, clock.now(), delayMs)
  })
  const fill = db.transaction((rows: readonly Partial<ContactRow>[], sameInstant: boolean) => {
    const us = tick()
    return rows.map((given) => {
      const row = freshRow(sameInstant ? us : tick(), given)
      insert(row, 0)
      return row
    })
  })
  function settle() {
    if (dialects().visibilityDelayMs === 0) contacts.publish(Number.MAX_SAFE_INTEGER)
    const ids = contacts.emailOnlyIds()
    const wanted = dialects().emailOnlyContacts
    for (const id of ids.slice(wanted)) contacts.remove(id, clock.now(), 0)
    if (ids.length >= wanted) return
    const missing = Array.from({ length: wanted - ids.length }, (_, index) => ids.length + index + 1)
    fill(
      missing.map((n) => ({
        first: 'Mail',
        last: `Only ${n}`,
        display_name: `Mail Only ${n}`,
        email: `mail-only-${n}@example.com`,
      })),
      false,
    )
  }
  function start() {
    lastId = selectLastId.get() ?? LAST_ID_BEFORE_CONTACTS
    catalog.load()
    catalog.fill(tick())
    if (shelves.template.newest(1).length === 0 && shelves.survey.newest(1).length === 0) {
      for (const one of TEMPLATES)
        shelves.template.add({ ...one, archived: false }, { us: tick(), showAt: 0 })
      for (const one of SURVEYS) shelves.survey.add(one, { us: tick(), showAt: 0 })
    }
    lastUs = Math.max(lastUs, selectLastUs.get() ?? 0)
    settle()
  }

  start()
  return {
    ...shelves,
    contacts,
    catalog,
    tick,
    showAt: () => clock.now() + dialects().visibilityDelayMs,
    atOnce: (work) => db.transaction(work)(),
    create(phone, fields) {
      const row = freshRow(tick(), { ...fields, phone })
      insert(row, dialects().visibilityDelayMs)
      return row
    },
    change(row, changed, op) {
      const after = { ...row, ...changed, op, rev: row.rev + 1, updated_us: tick() }
      contacts.save(after, clock.now(), dialects().visibilityDelayMs)
      return after
    },
    remove(row) {
      contacts.remove(row.id, clock.now(), dialects().visibilityDelayMs)
    },
    fill,
    settle,
    creations: () => selectCreations.all(),
    reset() {
      emptyTables(db)
      lastUs = 0
      start()
    },
    close() {
      db.close()
    },
  }
}
