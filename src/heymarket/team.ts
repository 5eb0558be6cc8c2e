// Owns the team: its id, its members, and the cap on list sizes.
import { z } from 'zod'
import { call, endpoint } from './endpoint.ts'
import type { Transport } from './transport.ts'
import { id, listOf, text } from './wire.ts'

export interface TeamMember {
  /** What `creator_id` of a message wants. */
  readonly id: number
  readonly name: string
  /** Blank where the account does not show it. */
  readonly email: string
  readonly role: string
}

export interface Team {
  readonly id: number
  readonly name: string
  /** Most contacts on one list; null where the account does not say. */
  readonly listSize: number | null
  readonly members: readonly TeamMember[]
}

const member = z.looseObject({ id, name: text, email: text, role: text })
const team = z
  .looseObject({ id, name: text, list_size: z.int().nullish(), members: listOf(member, 'members') })
  .transform(
    (raw): Team => ({ id: raw.id, name: raw.name, listSize: raw.list_size ?? null, members: raw.members }),
  )

export const teamEndpoints = {
  get: endpoint({
    method: 'GET',
    path: '/v1/team',
    page: 'team',
    effect: 'read',
    summary: 'the team and its members',
    answer: team,
  }),
} as const

export interface TeamApi {
  /** Heymarket: team. */
  get(): Promise<Team>
}

export function teamApi(transport: Transport): TeamApi {
  return { get: () => call(transport, teamEndpoints.get) }
}
