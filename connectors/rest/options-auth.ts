// Owns the `auth` option: who asks. Every kind may carry further headers that are as secret as the credential itself.
import { z } from 'zod'

const headers = z
  .record(z.string().min(1), z.string())
  .default({})
  .describe(
    'Further headers that are secret, such as a system key; others belong under `headers` of the source.',
  )

const clientIn = z
  .enum(['body', 'basic'])
  .default('body')
  .describe('Where the sign-in takes clientId and clientSecret: in the form, or as basic authorization.')

const oauth = {
  tokenUrl: z.url({ protocol: /^https?$/ }).describe('The whole address that hands out tokens.'),
  clientId: z.string().min(1).describe('Of the app that is registered with the vendor.'),
  scope: z.string().optional().describe('Scopes to ask for, with spaces between them.'),
  fields: z
    .record(z.string().min(1), z.string())
    .default({})
    .describe('Further fields of the sign-in, such as audience.'),
  clientIn,
  headers,
}

const text = (sentence: string) => z.string().min(1).describe(sentence)

export const authOptions = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none').describe('Nobody is asked who asks.'), headers }),
    z.strictObject({
      kind: z.literal('bearer').describe('`Authorization: Bearer <token>`.'),
      token: text('The token.'),
      headers,
    }),
    z.strictObject({
      kind: z.literal('header').describe('Headers of the vendor’s own; name them under `headers`.'),
      headers: z
        .record(z.string().min(1), z.string().min(1))
        .refine((all) => Object.keys(all).length > 0, 'name at least one header')
        .describe('Header name to secret, such as Api-Token.'),
    }),
    z.strictObject({
      kind: z.literal('query').describe('A key in the address.'),
      parameters: z
        .record(z.string().min(1), z.string().min(1))
        .refine((all) => Object.keys(all).length > 0, 'name at least one parameter')
        .describe('Query parameter to secret, such as api_key.'),
      headers,
    }),
    z.strictObject({
      kind: z.literal('basic').describe('`Authorization: Basic …`.'),
      user: text('The user name; with many vendors the API key, and no password.'),
      password: z.string().default('').describe('The password.'),
      headers,
    }),
    z.strictObject({
      kind: z
        .literal('oauth-refresh')
        .describe(
          'OAuth 2 with a refresh token; a new one that the vendor hands out is saved before it is used.',
        ),
      refreshToken: text('The refresh token that the app was given.'),
      clientSecret: z.string().default('').describe('Of the app; empty for a public one.'),
      ...oauth,
    }),
    z.strictObject({
      kind: z.literal('oauth-client').describe('OAuth 2 client credentials.'),
      clientSecret: text('Of the app.'),
      ...oauth,
    }),
  ])
  .describe('Who asks: none, bearer, header, query, basic, oauth-refresh or oauth-client.')

export type AuthOptions = z.output<typeof authOptions>
