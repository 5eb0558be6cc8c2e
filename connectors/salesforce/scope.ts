// Owns who reads and what decides what they see: when it changes, people may be hidden and not gone.
import { HttpRefusal } from 'heysync/connector'
import type { Client } from './client.ts'
import { isOneOf, quoted, select } from './soql.ts'

/** Organisation, user, profile, role and permission sets; null when the sign-in named no user. */
export async function scopeOf({ identity, query }: Client): Promise<string | null> {
  if (identity === null) return null
  const { org, user } = identity
  const column = async (sobject: string, columns: readonly string[], condition: string): Promise<string> => {
    try {
      const { records } = await query(select({ columns, sobject, conditions: [condition] }))
      return records
        .flatMap((row) => columns.map((name) => String(row[name] ?? 'none')))
        .sort()
        .join(' ')
    } catch (error) {
      // Whoever may not look at users reads people all the same.
      if (error instanceof HttpRefusal) return 'unknown'
      throw error
    }
  }
  const rights = await column('User', ['ProfileId', 'UserRoleId'], `Id = ${quoted(user)}`)
  const sets = await column('PermissionSetAssignment', ['PermissionSetId'], isOneOf('AssigneeId', [user]))
  return `organisation ${org}, user ${user}, profile and role ${rights}, permission sets ${sets}`
}
