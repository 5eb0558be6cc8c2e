// Owns who reads and what decides what they see: when it changes, people may be hidden and not gone.
import { z } from 'zod'
import { type Client, refusalOf } from './client.ts'

const me = z.looseObject({ UserId: z.string(), OrganizationId: z.string(), BusinessUnitId: z.string() })
const roles = z.looseObject({ value: z.array(z.looseObject({ roleid: z.string() })) })

/** Organisation, business unit, user and roles; null where the environment does not say. */
export async function scopeOf(client: Client): Promise<string | null> {
  try {
    const { UserId, OrganizationId, BusinessUnitId } = await client.get(me, 'WhoAmI')
    const held = await client.get(roles, `systemusers(${UserId})/systemuserroles_association`, {
      query: { $select: 'roleid' },
    })
    const ids = held.value.map(({ roleid }) => roleid).sort()
    return `organisation ${OrganizationId}, business unit ${BusinessUnitId}, user ${UserId}, roles ${ids.join(' ')}`
  } catch (error) {
    // Whoever may not look at users reads people all the same.
    if (refusalOf(error) !== null) return null
    throw error
  }
}
