// Owns the team, its inboxes and its users. They are the start data: nothing here changes them.
import { readBody, usersBody } from '../read-body.ts'
import { INBOXES, TEAM } from '../start-data.ts'
import { type Answer, answerJson, type Call, type Route, type World } from '../world.ts'

const JOINED = '2026-01-05T09:00:00Z'
const ROLE_IDS = { admin: 1, member: 4 } as const

function team(world: World): Answer {
  const members = TEAM.members.map(({ id, name, role, email }) => ({ id, name, role, email }))
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
    op: 'create',
    rev: 1,
  }))
  return answerJson(world, world.settings.dialects.inboxes === 'envelope' ? { inboxes: rows } : rows)
}

/** Users with one of the phones or e-mails; all of them when none are named. */
function users(world: World, call: Call): Answer {
  const { phone = [], email = [] } = readBody(usersBody, call.body)
  const all = phone.length + email.length === 0
  const found = TEAM.members.filter((one) => all || phone.includes(one.phone) || email.includes(one.email))
  const memberships = found.map((one) => ({
    id: one.id,
    phone: one.phone,
    name: one.name,
    email: one.email,
    role_id: ROLE_IDS[one.role],
    team_id: TEAM.id,
    created_at: JOINED,
    updated_at: JOINED,
    user_created_at: JOINED,
    user_updated_at: JOINED,
  }))
  return answerJson(world, { memberships })
}

export const teamRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/team', write: false, handle: team },
  { method: 'GET', path: '/v1/inboxes', write: false, handle: inboxes },
  { method: 'GET', path: '/v1/users/get', write: false, handle: users },
]
