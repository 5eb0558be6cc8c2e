// Owns the inside view: what the sandbox really holds, the same under every dialect. For tests and /_sandbox/state.

import type { FieldRow } from './catalog.ts'
import type { ContactRow } from './contact-table.ts'
import { removeContact } from './contact-write.ts'
import type { RequestEntry } from './ledger.ts'
import { EMPTY_LIST, membersOf } from './lists.ts'
import { receive } from './messages.ts'
import type { MessageData, ScheduleData } from './rows.ts'
import type { Item } from './shelf.ts'
import { stampText } from './stamp.ts'
import { INBOXES, TEAM } from './start-data.ts'
import type { Creation } from './store.ts'
import type { World } from './world.ts'

export interface ContactState {
  readonly id: number
  readonly uuid: string
  readonly phone: string | null
  readonly first: string
  readonly last: string
  readonly display_name: string
  readonly email: string
  readonly avatar: string
  readonly assigned_user_id: number
  readonly tags: readonly { readonly id: number; readonly tag: string }[]
  /** Field id to value. */
  readonly custom: Readonly<Record<string, string>>
  readonly is_opted_out: boolean
  readonly unsubscribed_admin: boolean
  readonly unsubscribed_contact: boolean
  readonly blocked: boolean
  readonly creator_id: number
  /** RFC 3339, with microseconds. */
  readonly created: string
  readonly updated: string
  readonly rev: number
  readonly op: string
}

/** What `fill` takes; what is left out is blank. Custom is field id to value, tags are ids. */
export interface GivenContact {
  readonly phone: string
  readonly first?: string
  readonly last?: string
  readonly display_name?: string
  readonly email?: string
  readonly avatar?: string
  readonly assigned_user_id?: number
  readonly tags?: readonly number[]
  readonly custom?: Readonly<Record<string, string>>
  readonly is_opted_out?: boolean
}

export interface SandboxStore {
  /** Every contact as writes left it, by id; also what lists do not show yet. */
  contacts(): ContactState[]
  /** The oldest contact with this phone. */
  contact(phone: string): ContactState | null
  fields(): FieldRow[]
  tags(): { readonly id: number; readonly tag: string; readonly color: string }[]
  /** Every contact ever created through the API or `fill`, also deleted ones. */
  creations(): Creation[]
  requests(): readonly RequestEntry[]
  lists(): ListState[]
  /** Every message, by id. */
  messages(): MessageState[]
  scheduled(): ScheduleState[]
  /** A list that was there before. Answers its id. */
  fillList(list: { readonly title: string; readonly phones: readonly string[] }): number
  /** Somebody of the team puts numbers on a list, or takes them off. */
  editList(
    id: number,
    changes: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
  ): void
  /** Somebody of the team deletes it. */
  removeList(id: number): void
  /** A person texts in; STOP and its like opt them out. */
  reply(phone: string, text: string, inboxId?: number): void
  /** Makes contacts that were there before, fast. With `sameInstant` all have the same `updated`. Answers their ids. */
  fill(contacts: readonly GivenContact[], options?: { readonly sameInstant?: boolean }): number[]
  /** Somebody of the team edits the contact with this phone; what is left out stays. False when there is none. */
  edit(phone: string, changes: Omit<Partial<GivenContact>, 'phone'>): boolean
  /** Somebody of the team deletes it. */
  remove(phone: string): boolean
  /** The person texts STOP; false when no contact has this phone. */
  stop(phone: string): boolean
  /** The person texts START, which lifts their own STOP. */
  start(phone: string): boolean
}

export interface ListState {
  readonly id: number
  readonly title: string
  readonly local_id: string | null
  readonly members: readonly string[]
}

export interface MessageState extends MessageData {
  readonly id: number
  readonly local_id: string | null
  /** RFC 3339, with microseconds. */
  readonly date: string
}

export interface ScheduleState {
  readonly id: number
  readonly local_id: string | null
  readonly execute_at: string
  readonly text: string
  readonly target: string
}

function scheduleState({ id, local_id, data }: Item<ScheduleData>): ScheduleState {
  const { sending, execute_us } = data
  const target =
    sending.phone ?? sending.targets?.join(',') ?? `${sending.conversation_id ?? sending.list_id}`
  return { id, local_id, execute_at: stampText(execute_us, 'second'), text: sending.text ?? '', target }
}

function contactState(row: ContactRow, tags: World['store']['catalog']['tags']): ContactState {
  const { created_us, updated_us, unsubscribed_admin, unsubscribed_contact, blocked, ...rest } = row
  return {
    ...rest,
    tags: (JSON.parse(row.tags) as number[]).flatMap((id) => {
      const tag = tags.get(id)
      return tag === undefined ? [] : [{ id, tag: tag.tag }]
    }),
    custom: JSON.parse(row.custom) as Record<string, string>,
    is_opted_out: unsubscribed_admin === 1 || unsubscribed_contact === 1,
    unsubscribed_admin: unsubscribed_admin === 1,
    unsubscribed_contact: unsubscribed_contact === 1,
    blocked: blocked === 1,
    created: stampText(created_us, 'microsecond'),
    updated: stampText(updated_us, 'microsecond'),
  }
}

export function openInspection(world: World, requests: () => readonly RequestEntry[]): SandboxStore {
  const { store } = world
  const { contacts, catalog } = store

  function setStopped(phone: string, stopped: 0 | 1): boolean {
    const row = contacts.currentByPhone(phone)
    if (row !== null) store.change(row, { unsubscribed_contact: stopped }, 'status')
    return row !== null
  }

  return {
    contacts: () => contacts.currentAll().map((row) => contactState(row, catalog.tags)),
    contact(phone) {
      const row = contacts.currentByPhone(phone)
      return row === null ? null : contactState(row, catalog.tags)
    },
    fields: () => [...catalog.fields.values()],
    tags: () => [...catalog.tags.values()].map(({ id, tag, color }) => ({ id, tag, color })),
    creations: () => store.creations(),
    requests,
    lists: () =>
      store.list.all().map(({ id, local_id, data }) => ({
        id,
        title: data.title,
        local_id,
        members: Object.keys(data.members),
      })),
    messages: () =>
      store.message.all().map(({ id, local_id, created_us, data }) => ({
        ...data,
        id,
        local_id,
        date: stampText(created_us, 'microsecond'),
      })),
    scheduled: () => store.schedule.all().map(scheduleState),
    fillList: ({ title, phones }) =>
      store.list.add(
        { ...EMPTY_LIST, title, members: membersOf(world, { phones }) },
        { us: store.tick(), showAt: 0 },
      ).id,
    editList(id, { add = [], remove = [] }) {
      const item = store.list.get(id)
      if (item === null) return
      const members = { ...item.data.members, ...membersOf(world, { phones: add }) }
      for (const phone of remove) delete members[phone]
      store.list.change(item, { ...item.data, members }, store.tick())
    },
    removeList: (id) => store.list.remove(id),
    reply: (phone, text, inboxId) => void receive(world, phone, text, inboxId),
    fill(given, options) {
      const rows = given.map((one) => {
        const display_name = one.display_name ?? `${one.first ?? ''} ${one.last ?? ''}`.trim()
        return columns({ ...one, display_name })
      })
      return store.fill(rows, options?.sameInstant ?? false).map((row) => row.id)
    },
    edit(phone, changes) {
      const row = contacts.currentByPhone(phone)
      if (row !== null) store.change(row, columns(changes), 'update')
      return row !== null
    },
    remove(phone) {
      const row = contacts.currentByPhone(phone)
      if (row !== null) removeContact(world, row)
      return row !== null
    },
    stop: (phone) => setStopped(phone, 1),
    start: (phone) => setStopped(phone, 0),
  }
}

/** What is given, as it is kept; what is left out is not there. */
function columns({ tags, custom, is_opted_out, ...rest }: Partial<GivenContact>): Partial<ContactRow> {
  return {
    ...rest,
    ...(tags === undefined ? {} : { tags: JSON.stringify(tags) }),
    ...(custom === undefined ? {} : { custom: JSON.stringify(custom) }),
    ...(is_opted_out === undefined ? {} : { unsubscribed_admin: is_opted_out ? 1 : 0 }),
  }
}

/** The body of GET /_sandbox/state. */
export function stateBody(world: World, inspection: SandboxStore): Record<string, unknown> {
  return {
    contacts: inspection.contacts(),
    tags: inspection.tags(),
    fields: inspection.fields(),
    lists: inspection.lists(),
    messages: inspection.messages(),
    conversations: world.store.conversation.all().map(({ id, data }) => ({ id, ...data })),
    scheduled: inspection.scheduled(),
    templates: world.store.template.all().map(({ id, data }) => ({ id, ...data })),
    surveys: world.store.survey.all().map(({ id, data }) => ({ id, ...data })),
    inboxes: INBOXES,
    team: TEAM,
    dialects: world.settings.dialects,
    faults: world.settings.faults,
    requestsPerMinute: world.settings.requestsPerMinute,
    creations: inspection.creations(),
  }
}
