// Owns who reads, what they may see, and how many customers there are.
import { ConnectorError } from 'heysync/connector'
import { countSchema, identitySchema } from './answers.ts'
import { COUNT, IDENTITY } from './documents.ts'
import { APPROVAL_HINT, denied, type Graphql } from './graphql.ts'

/** Shop, app and its scopes, as text. Errors: `unauthorized` when the app may not read customers. */
export async function readScope(graphql: Graphql, shop: string): Promise<string> {
  const { shop: account, currentAppInstallation: app } = await graphql.ask(IDENTITY, {}, identitySchema)
  const scopes = app.accessScopes.map(({ handle }) => handle).sort()
  // To write customers is to read them too.
  if (!scopes.includes('read_customers') && !scopes.includes('write_customers'))
    throw new ConnectorError('unauthorized', {
      message: `The app may not read the customers of ${shop}: it has ${scopes.join(', ') || 'no scopes'}.`,
      hint: APPROVAL_HINT,
      place: shop,
    })
  return JSON.stringify({ shop: account.id, app: app.app?.id ?? null, scopes })
}

/** Counted up to `limit`, where there is one. */
export async function countCustomers(
  graphql: Graphql,
  limit: number | null,
): Promise<{ readonly count: number; readonly isExact: boolean }> {
  const { customersCount } = await graphql.ask(COUNT, { limit }, countSchema)
  if (customersCount === null) throw denied('Shopify', 'their number comes empty.')
  return { count: customersCount.count, isExact: customersCount.precision === 'EXACT' }
}
