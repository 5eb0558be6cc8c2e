// Owns the keys of `heymarket`: the account, how one signs in to it, and how fast it may be asked.
import { z } from 'zod'
import { example } from './example.ts'

const auth = z
  .union([
    z.strictObject({
      secretId: z
        .string()
        .min(1)
        .describe('Secret ID of the API secret (Heymarket: Settings, Integrations, API).')
        .meta(example('${HEYMARKET_SECRET_ID}')),
      secretKey: z
        .string()
        .min(1)
        .describe('Secret Key of the API secret. It is shown once, when the secret is made.')
        .meta(example('${HEYMARKET_SECRET_KEY}')),
    }),
    z.strictObject({
      apiKey: z
        .string()
        .min(1)
        .describe('Legacy team API key, for accounts that have no API secret yet.')
        .meta(example('${HEYMARKET_API_KEY}')),
    }),
  ])
  .describe('Credentials: an API secret, or a legacy team key. Keep them in the environment or in files.')

export const heymarket = z
  .strictObject({
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .default('https://api.heymarket.com')
      .describe('Where the API is. Point it at `heysync sandbox` to try things out.'),
    auth,
    requestsPerMinute: z
      .int()
      .min(1)
      .default(450)
      .describe(
        "Requests in any 60 seconds, by all heysync processes together. The account's limit is 500; the rest is head-room for other integrations.",
      ),
    writes: z
      .enum(['auto', 'bulk', 'single'])
      .default('auto')
      .describe(
        'How contacts are written: one per request, many per request, or whatever the account takes.',
      ),
    timeoutMs: z
      .int()
      .min(100)
      .default(30_000)
      .describe(
        'Longest wait for one answer, in milliseconds. A write without an answer is settled by reading back.',
      ),
    concurrency: z
      .int()
      .min(1)
      .max(64)
      .default(16)
      .describe(
        'Requests under way at the same time. With slow answers, too few of them leave budget unused.',
      ),
  })
  .describe('The Heymarket account that is kept equal to the sources.')
