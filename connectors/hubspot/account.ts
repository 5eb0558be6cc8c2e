// Owns whose account is read and what the credential may see, so that a change of either is not taken for removals.
import { HttpRefusal } from 'heysync/connector'
import { z } from 'zod'
import type { Hubspot } from './client.ts'
import type { HubspotOptions } from './options.ts'

const detailsSchema = z.looseObject({
  portalId: z.coerce.string(),
  uiDomain: z.string().nullish(),
})
const tokenSchema = z.looseObject({
  userId: z.coerce.string().nullish(),
  appId: z.coerce.string().nullish(),
  scopes: z.array(z.string()).nullish(),
})

export interface Account {
  /** Null where HubSpot does not say which account it is. */
  readonly scope: string | null
  placeOf(id: string): string | undefined
}

/** Errors: those of requests, but for a refusal: then less is known. */
export async function readAccount(hubspot: Hubspot, options: HubspotOptions): Promise<Account> {
  const details = await orNull(hubspot.ask(detailsSchema, { url: 'account-info/v3/details' }))
  const { token } = options
  const seen =
    token === undefined
      ? signedIn(hubspot.signInAnswer())
      : await orNull(
          hubspot.ask(tokenSchema, {
            method: 'POST',
            url: 'oauth/v2/private-apps/get/access-token-info',
            json: { tokenKey: token },
          }),
        )
  if (details === null) return { scope: null, placeOf: () => undefined }
  const { portalId, uiDomain } = details
  const parts = [
    `account ${portalId}`,
    ...(seen?.appId ? [`app ${seen.appId}`] : []),
    ...(seen?.userId ? [`user ${seen.userId}`] : []),
    ...(seen?.scopes ? [`scopes ${[...seen.scopes].sort().join(' ')}`] : []),
  ]
  const page = `https://${uiDomain ?? 'app.hubspot.com'}/contacts/${portalId}/record/0-1`
  return { scope: parts.join(', '), placeOf: (id) => `${page}/${id}` }
}

/** With OAuth, the answer that brought the token says it; its names differ from version to version. */
function signedIn(answer: Readonly<Record<string, unknown>>): z.output<typeof tokenSchema> | null {
  const read = tokenSchema.safeParse({
    userId: answer.user_id ?? answer.userId,
    scopes: answer.scopes ?? (typeof answer.scope === 'string' ? answer.scope.split(' ') : undefined),
  })
  return read.success ? read.data : null
}

/** A service key may not ask about itself, and an app may lack the scope: that is no reason to read nobody. */
async function orNull<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked
  } catch (error) {
    const refused =
      error instanceof HttpRefusal || (error instanceof Error && error.cause instanceof HttpRefusal)
    if (refused) return null
    throw error
  }
}
