// Owns the team, its inboxes and its users. They are the start data, but for the names and roles that an update changes.
import { badRequest } from '../api-error.ts'
import { readBody, updateUsersBody, usersBody } from '../read-body.ts'
import type { MemberData } from '../rows.ts'
import { INBOXES, TEAM } from '../start-data.ts'
import { type Answer, answerJson, type Call, type Route, type World } from '../world.ts'

const JOINED = '2026-01-05T09:00:00Z'
const ROLE_IDS = { admin: 1, member: 4 } as const

interface Member extends MemberData {
  readonly id: number
  readonly email: string
  readonly phone: string
}

function membersOf({ store }: World): Member[] {
  return TEAM.members.map((one) => ({ ...one, ...store.member.byLocalId(String(one.id))?.data }))
}

function team(world: World): Answer {
  const members = membersOf(world).map(({ id, name, role, email }) => ({ id, name, role, email }))
  return answerJson(world, {
    id: TEAM.id,
    name: TEAM.name,
    list_size: world.settings.dialects.listSize,
    members,
  })
}

function inboxes(world: World): Answer {
  const rows = INBOXES.map((inbox) => ({
    ...inbox,
    team: TEAM.id,
    phones: [inbox.phone],
    auto_assignable: false,
    allowed_domains: [],
    invited: world.settings.dialects.inboxInvited === 'names' ? [] : false,
    op: 'create',
    rev: 1,
  }))
  return answerJson(world, world.settings.dialects.inboxes === 'envelope' ? { inboxes: rows } : rows)
}

/** Users with one of the phones or e-mails; all of them when none are named. */
function users(world: World, call: Call): Answer {
  const { phone = [], email = [] } = readBody(usersBody, call.body)
  const all = phone.length + email.length === 0
  const found = membersOf(world).filter(
    (one) => all || phone.includes(one.phone) || email.includes(one.email),
  )
  return answerJson(world, { memberships: found.map(printMembership) })
}

function printMembership({ id, phone, name, email, role }: Member): Record<string, unknown> {
  return {
    id,
    phone,
    name,
    email,
    role_id: ROLE_IDS[role],
    team_id: TEAM.id,
    created_at: JOINED,
    updated_at: JOINED,
    user_created_at: JOINED,
    user_updated_at: JOINED,
  }
}

function updateUsers(world: World, call: Call): Answer {
  const { store } = world
  const { users: given } = readBody(updateUsersBody, call.body)
  const changed = given.map(({ id, first_name, last_name, role_id }) => {
    const before = membersOf(world).find((one) => one.id === id)
    if (before === undefined) throw badRequest('users', `no member has the id ${id}`)
    const [first, ...last] = before.name.split(' ')
    const name = `${first_name ?? first} ${last_name ?? last.join(' ')}`.trim()
    const role = role_id === undefined ? before.role : role_id === ROLE_IDS.admin ? 'admin' : 'member'
    return { id, data: { name, role } satisfies MemberData }
  })
  for (const { id, data } of changed) {
    const item = store.member.byLocalId(String(id))
    if (item !== null) store.member.change(item, data, store.tick())
    else store.member.add(data, { us: store.tick(), showAt: 0, localId: String(id) })
  }
  const ids = new Set(changed.map(({ id }) => id))
  const memberships = membersOf(world).filter((one) => ids.has(one.id))
  return answerJson(world, { memberships: memberships.map(printMembership) })
}

export const teamRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/team', write: false, handle: team },
  { method: 'GET', path: '/v1/inboxes', write: false, handle: inboxes },
  { method: 'GET', path: '/v1/users/get', write: false, handle: users },
  { method: 'POST', path: '/v1/users/update', write: true, handle: updateUsers },
]
