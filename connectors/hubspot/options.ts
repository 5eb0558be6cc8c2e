// Owns the options of the hubspot connector: every key, its default and the sentence that explains it.
import { z } from 'zod'

const name = z.string().trim().min(1)

const oauthOptions = z.strictObject({
  clientId: name.describe('Client id of the app.'),
  clientSecret: name.describe('Client secret of the app.'),
  refreshToken: name.describe('Refresh token that the app got when it was installed in the account.'),
})

export const hubspotOptions = z
  .strictObject({
    token: name.optional().describe('A service key, or the access token of a private app.'),
    oauth: oauthOptions
      .optional()
      .describe('In place of `token`: an OAuth app, whose access tokens are renewed by themselves.'),
    properties: z
      .array(name)
      .default([])
      .describe(
        'Contact properties to read beside the usual ones, by internal name. Every property that the mapping uses has to be read.',
      ),
    lists: z
      .array(name)
      .default([])
      .describe('Names of contact lists (segments) whose members are read, as HubSpot shows them.'),
    recycleBin: z
      .enum(['full', 'always'])
      .default('full')
      .describe(
        'When archived contacts are looked through. full: in full pulls. always: in each pull; one request for every 100 of them.',
      ),
    searchLagSeconds: z
      .int()
      .min(0)
      .max(600)
      .default(60)
      .describe(
        'How long HubSpot may take to find a change in its search. A full pull waits this long before it says who is gone.',
      ),
    requestsPer10Seconds: z
      .int()
      .min(1)
      .max(250)
      .default(90)
      .describe(
        'Requests in ten seconds. HubSpot allows an app 100 on Free and Starter, 190 on Professional and Enterprise, 110 by OAuth.',
      ),
    keepDailyRequests: z
      .int()
      .min(0)
      .default(5_000)
      .describe('Requests of the day that are left to the other apps of the account.'),
    pageSize: z
      .int()
      .min(1)
      .max(100)
      .default(100)
      .describe('Contacts that are asked for and saved at a time.'),
    url: z.url().default('https://api.hubapi.com').describe('Where the API is.'),
  })
  .superRefine(({ token, oauth }, check) => {
    if ((token === undefined) === (oauth === undefined))
      check.addIssue({
        code: 'custom',
        path: ['token'],
        message: 'give either `token` or `oauth`, and not both',
      })
  })

export type HubspotOptions = z.output<typeof hubspotOptions>
