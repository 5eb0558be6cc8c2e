// Owns users: the people behind the team's memberships.
import { z } from 'zod'
import { call, endpoint } from './endpoint.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { id, listOf, optionalId, text } from './wire.ts'

export interface Membership {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly phone: string
  /** 1 is an admin, 4 a member. */
  readonly roleId: number | null
}

export interface UserUpdate {
  readonly id: number
  readonly first_name?: string
  readonly last_name?: string
  readonly role_id?: 1 | 4
}

const membership = z.looseObject({ id, name: text, email: text, phone: text, role_id: optionalId }).transform(
  (raw): Membership => ({
    id: raw.id,
    name: raw.name,
    email: raw.email,
    phone: raw.phone,
    roleId: raw.role_id,
  }),
)
const answer = listOf(membership, 'memberships', 'data')

export const userEndpoints = {
  find: endpoint({
    method: 'GET',
    path: '/v1/users/get',
    page: 'users',
    effect: 'read',
    summary: 'users by phone or e-mail (a GET with a JSON body)',
    body: rules.object({
      phone: rules.list(rules.phone).optional(),
      email: rules.list(rules.email).optional(),
    }),
    answer,
  }),
  update: endpoint({
    method: 'POST',
    path: '/v1/users/update',
    page: 'users-update',
    effect: 'write',
    summary: 'change names and roles of users',
    body: rules.object({
      users: rules
        .list(
          rules.object({
            id: rules.id,
            first_name: rules.text.optional(),
            last_name: rules.text.optional(),
            role_id: z
              .union([z.literal(1), z.literal(4)], { error: 'must be 1 (admin) or 4 (member)' })
              .optional(),
          }),
        )
        .min(1, { error: 'must not be empty' }),
    }),
    answer,
  }),
} as const

export interface UsersApi {
  /** Heymarket: users. */
  find(who: { readonly phone?: readonly string[]; readonly email?: readonly string[] }): Promise<Membership[]>
  /** Heymarket: users-update. */
  update(users: readonly UserUpdate[]): Promise<Membership[]>
}

export function usersApi(transport: Transport): UsersApi {
  return {
    find: (body) => call(transport, userEndpoints.find, { body }),
    update: (users) => call(transport, userEndpoints.update, { body: { users } }),
  }
}
