// Owns the options of the salesforce connector: every key, its default and the sentence that explains it.
import { z } from 'zod'
import { CAMPAIGN_PREFIX, isId } from './ids.ts'

const apiName = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/,
    'an API name such as MobilePhone, SMS_Opt_Out__c or Owner.Email, as Setup, Object Manager shows it',
  )

const clientId = z
  .string()
  .min(1)
  .describe('Consumer key of the connected app or external client app.')
  .meta({ examples: ['${SALESFORCE_CLIENT_ID}'] })

const auth = z
  .union([
    z.strictObject({
      clientId,
      username: z.string().min(1).describe('The user that heysync reads as.'),
      privateKey: z
        .string()
        .min(1)
        .describe(
          'Private RSA key (PEM) of the certificate that the app holds, e.g. ${file:/run/secrets/salesforce.key}.',
        ),
      audience: z
        .url()
        .optional()
        .describe(
          'Who the signed request is for. Unless given, https://test.salesforce.com for a sandbox and https://login.salesforce.com for all others.',
        ),
    }),
    z.strictObject({
      clientId,
      clientSecret: z.string().min(1).optional().describe('Consumer secret, where the app asks for it.'),
      refreshToken: z
        .string()
        .min(1)
        .describe('A refresh token of the app. One that Salesforce hands out later replaces it.'),
    }),
    z.strictObject({
      clientId,
      clientSecret: z
        .string()
        .min(1)
        .describe('Consumer secret of an app whose client credentials flow runs as one user.'),
    }),
  ])
  .describe(
    'How heysync signs in: with a signed request (username, privateKey), a refresh token, or client credentials.',
  )

/** A `)` too many would end the brackets that heysync puts around the condition. */
function isBalanced(condition: string): boolean {
  let depth = 0
  for (const [bracket] of condition.replace(/'(?:[^'\\]|\\.)*'/g, '').matchAll(/[()]/g)) {
    depth += bracket === '(' ? 1 : -1
    if (depth < 0) return false
  }
  return depth === 0
}

export const salesforceOptions = z
  .strictObject({
    loginUrl: z
      .url({ protocol: /^https?$/ })
      .default('https://login.salesforce.com')
      .describe(
        'Where heysync signs in: https://login.salesforce.com, https://test.salesforce.com for sandboxes, or your My Domain.',
      ),
    auth,
    objects: z
      .array(z.enum(['Contact', 'Lead', 'PersonAccount']))
      .min(1)
      .refine((objects) => new Set(objects).size === objects.length, 'names an object twice')
      .default(['Contact'])
      .describe('What counts as people.'),
    fields: z
      .array(apiName)
      .min(1)
      .optional()
      .describe(
        'Fields to read, e.g. MobilePhone, SMS_Opt_Out__c or Owner.Email. Unless given, all plain fields of the objects, which is slower.',
      ),
    where: z
      .partialRecord(
        z.enum(['Contact', 'Lead', 'PersonAccount']),
        z
          .string()
          .trim()
          .min(1)
          .refine(isBalanced, 'has a bracket without its partner')
          .describe('A condition in SOQL, without the word WHERE.'),
      )
      .default({})
      .describe(
        'Who counts, by object: a condition in SOQL without the word WHERE, e.g. { Contact: "MobilePhone != null" }.',
      ),
    campaigns: z
      .array(z.string().trim().min(1))
      .default([])
      .describe(`Campaigns whose members become lists, by name or by id (${CAMPAIGN_PREFIX}…).`)
      .refine((names) => new Set(names).size === names.length, 'names a campaign twice'),
    apiVersion: z
      .string()
      .regex(/^\d{2,3}\.0$/, 'a version such as 62.0')
      .default('62.0')
      .describe('Version of the REST API.'),
    leaveQuota: z
      .number()
      .min(0)
      .max(0.95)
      .default(0.2)
      .describe(
        "Share of the organisation's daily API requests that is left to others: 0.2 stops reading once 80 % are used.",
      ),
    bulkAbove: z
      .int()
      .min(0)
      .default(50_000)
      .describe('More rows than this are read through Bulk API 2.0, which takes fewer requests.'),
    pageSize: z
      .int()
      .min(200)
      .max(2_000)
      .default(2_000)
      .describe('Rows to ask for at a time. Salesforce may send fewer.'),
  })
  .superRefine(({ objects, where }, check) => {
    for (const object of Object.keys(where))
      if (!objects.some((name) => name === object))
        check.addIssue({
          code: 'custom',
          path: ['where', object],
          message: `${object} is not among the objects that are read`,
        })
  })

export type SalesforceOptions = z.output<typeof salesforceOptions>

/** True for what stands for a campaign's id, and not for its name. */
export function isCampaignId(text: string): boolean {
  return text.startsWith(CAMPAIGN_PREFIX) && isId(text)
}
