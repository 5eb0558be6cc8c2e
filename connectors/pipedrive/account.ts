// Owns whose eyes are read with: a token shows what one user may see, so another user is another source.
import { ConnectorError, HttpRefusal } from 'heysync/connector'
import { z } from 'zod'
import type { Pipedrive } from './client.ts'

const meSchema = z.looseObject({
  data: z.looseObject({
    id: z.coerce.string(),
    company_id: z.coerce.string().nullish(),
    company_domain: z.string().nullish(),
    is_admin: z.union([z.boolean(), z.number()]).nullish(),
  }),
})

export interface Account {
  /** Null where Pipedrive does not tell. */
  readonly scope: string | null
  placeOf(id: string): string | undefined
}

export async function readAccount(pipedrive: Pipedrive): Promise<Account> {
  const me = await pipedrive.ask(meSchema, { url: 'v1/users/me', cost: 2 }).catch((error: unknown) => {
    // An app may read contacts without the scope that shows users; a credential that is not taken at all fails later. Who cannot
    // be asked now can be asked later: to take the silence for another user would hold whoever is gone until a person looks.
    const said = error instanceof ConnectorError ? (error.cause ?? error) : error
    if (said instanceof HttpRefusal) return null
    throw error
  })
  if (me === null) return { scope: null, placeOf: () => undefined }
  const { id, company_id, company_domain, is_admin } = me.data
  return {
    scope: `company ${company_id ?? '?'}, user ${id}${is_admin ? ', admin' : ''}`,
    placeOf: (person) =>
      company_domain ? `https://${company_domain}.pipedrive.com/person/${person}` : undefined,
  }
}
