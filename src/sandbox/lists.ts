// Owns the members of lists: what writes make of them under the dialects.

import { badRequest } from './api-error.ts'
import { BLANK_FIELDS } from './contact-rules.ts'
import type { ContactRow } from './contact-table.ts'
import type { ListData, Member } from './rows.ts'
import type { Item } from './shelf.ts'
import { TEAM } from './start-data.ts'
import type { World } from './world.ts'

export const EMPTY_LIST: Omit<ListData, 'title'> = {
  members: {},
  emails: [],
  type: 'phones',
  archived: false,
}

export interface MembersGiven {
  readonly contacts?: readonly number[] | undefined
  readonly phones?: readonly string[] | undefined
  readonly emails?: readonly string[] | undefined
}

/** Members that a write names. Throws an ApiError (400) for a contact that is not there. */
export function membersOf(world: World, given: MembersGiven): Record<string, Member> {
  const { store, settings } = world
  const members: Record<string, Member> = {}
  for (const id of given.contacts ?? []) {
    const row = store.contacts.current(id)
    if (row?.phone) members[row.phone] = memberOf(row)
    else if (row === null && settings.dialects.listUnknownContact === 'reject')
      throw badRequest('contacts', `no contact has the id ${id}`)
  }
  for (const phone of given.phones ?? []) {
    const row = store.contacts.currentByPhone(phone)
    if (row === null && settings.dialects.listPhones === 'contacts') store.create(phone, BLANK_FIELDS)
    members[phone] = row === null ? { f: '', l: '' } : memberOf(row)
  }
  return members
}

function memberOf(row: ContactRow): Member {
  return { f: row.first, l: row.last }
}

/** The list as it may be kept: within the cap, and without those who opted out where the account takes them off. */
export function kept(world: World, members: Readonly<Record<string, Member>>): Record<string, Member> {
  const { listSize, overListSize, optedOutInList } = world.settings.dialects
  const entries = Object.entries(members).filter(
    ([phone]) => optedOutInList === 'kept' || !isOptedOut(world, phone),
  )
  if (entries.length > listSize && overListSize === 'reject')
    throw badRequest('phones', `a list holds at most ${listSize} contacts`)
  return Object.fromEntries(entries.slice(0, listSize))
}

export function isOptedOut(world: World, phone: string): boolean {
  const row = world.store.contacts.currentByPhone(phone)
  return row !== null && (row.unsubscribed_admin === 1 || row.unsubscribed_contact === 1)
}

/** Whom a message to the list goes to. */
export function targetsOf(world: World, list: Item<ListData>): string[] {
  const { deletedInList } = world.settings.dialects
  const phones = Object.keys(list.data.members)
  return deletedInList === 'dangling' ? phones : phones.filter((phone) => !wasDeleted(world, phone))
}

function wasDeleted(world: World, phone: string): boolean {
  if (world.store.contacts.currentByPhone(phone) !== null) return false
  return world.store.creations().some((one) => one.phone === phone)
}

/** A list as v1 reads give it. */
export function printList(world: World, { id, uuid, local_id, rev, data }: Item<ListData>, times: Times) {
  return {
    id,
    uuid,
    name: data.title,
    local_id,
    targets: data.members,
    team_id: TEAM.id,
    creator_id: TEAM.members[0].id,
    shared: true,
    archived: data.archived,
    ...times,
    rev,
    ...(world.settings.dialects.emptyFields === 'omitted' && !data.archived ? { archived: undefined } : {}),
  }
}

export interface Times {
  readonly created: string
  readonly updated: string
}
