// Owns the team: its id, its members, and the cap on list sizes.
import { z } from 'zod'
import type { Transport } from './transport.ts'
import { id, listOf, text } from './wire.ts'

export interface TeamMember {
  readonly id: number
  readonly name: string
  /** Blank where the account does not show it. */
  readonly email: string
}

export interface Team {
  readonly id: number
  readonly name: string
  readonly listSize: number | null
  readonly members: readonly TeamMember[]
}

const member = z.looseObject({ id, name: text, email: text })
const team = z
  .looseObject({ id, name: text, list_size: z.int().nullish(), members: listOf(member, 'members') })
  .transform(
    (raw): Team => ({ id: raw.id, name: raw.name, listSize: raw.list_size ?? null, members: raw.members }),
  )

export interface TeamApi {
  /** Heymarket: team. */
  get(): Promise<Team>
}

export function teamApi(transport: Transport): TeamApi {
  return {
    get: async () =>
      (await transport.send({ method: 'GET', path: '/v1/team', answer: team, effect: 'read' })).value,
  }
}
