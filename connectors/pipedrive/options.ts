// Owns the options of the pipedrive connector: every key, its default and the sentence that explains it.
import { z } from 'zod'

const name = z.string().trim().min(1)

const oauthOptions = z.strictObject({
  clientId: name.describe('Client id of the app.'),
  clientSecret: name.describe('Client secret of the app.'),
  refreshToken: name.describe('Refresh token that the app got when it was installed.'),
  signInUrl: z.url().default('https://oauth.pipedrive.com').describe('Where tokens are renewed.'),
})

export const pipedriveOptions = z
  .strictObject({
    token: name
      .optional()
      .describe(
        'Personal API token of a user who sees everybody; persons whom that user does not see are not read.',
      ),
    oauth: oauthOptions
      .optional()
      .describe('In place of `token`: an OAuth app, whose access tokens are renewed by themselves.'),
    requestsPer2Seconds: z
      .int()
      .min(1)
      .max(480)
      .default(18)
      .describe(
        'Requests in two seconds. Pipedrive allows a token 20 on Lite, 40 on Growth, 100 on Premium, 120 on Ultimate.',
      ),
    tokensPerDay: z
      .int()
      .min(100)
      .default(20_000)
      .describe('Tokens of the daily budget that this source may use; 500 persons cost 10.'),
    pageSize: z
      .int()
      .min(1)
      .max(500)
      .default(500)
      .describe('Persons that are asked for and saved at a time.'),
    url: z
      .url()
      .default('https://api.pipedrive.com')
      .describe('Where the API is; your own address, such as https://yourcompany.pipedrive.com, works too.'),
  })
  .superRefine(({ token, oauth }, check) => {
    if ((token === undefined) === (oauth === undefined))
      check.addIssue({
        code: 'custom',
        path: ['token'],
        message: 'give either `token` or `oauth`, and not both',
      })
  })

export type PipedriveOptions = z.output<typeof pipedriveOptions>
