// Owns the options of the shopify connector: every key, its default and the sentence that explains it.
import { z } from 'zod'

/** The shop's own name at Shopify. A custom domain such as shop.example.com does not answer the Admin API. */
const SHOP = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/
/** The first version with `defaultPhoneNumber`, which holds the consent. */
const FIRST_VERSION = '2025-04'

const token = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]+$/, 'no spaces and no line breaks, and not empty')

export const shopifyOptions = z
  .strictObject({
    shop: z
      .string()
      .trim()
      .toLowerCase()
      .regex(
        SHOP,
        'the myshopify.com name of the shop, such as example.myshopify.com, without https:// and without a path',
      )
      .describe('The shop, by its myshopify.com name: example.myshopify.com.'),
    accessToken: token
      .optional()
      .describe(
        'Admin API access token of an app that was made in the admin before 2026, best as "${SHOPIFY_TOKEN}".',
      ),
    clientId: token.optional().describe('Client ID of an app of the Dev Dashboard, in place of accessToken.'),
    clientSecret: token.optional().describe('Client secret of that app, best as "${SHOPIFY_CLIENT_SECRET}".'),
    apiVersion: z
      .string()
      .regex(/^\d{4}-(01|04|07|10)$/, 'a version of Shopify, such as 2026-04')
      .refine(
        (version) => version >= FIRST_VERSION,
        `not before ${FIRST_VERSION}, which first told the consent`,
      )
      .default('2026-04')
      .describe(
        'Version of the Admin API. Each lives for a year; heysync warns when Shopify answers with another.',
      ),
    segments: z
      .array(z.string().trim().min(1))
      .default([])
      .describe('Customer segments whose members are read, by name or by gid://shopify/Segment/….'),
    segmentMinutes: z
      .int()
      .min(0)
      .default(60)
      .describe(
        'Members of segments are read in every full pull, and in other pulls when the last time is this many minutes ago.',
      ),
    bulkFrom: z
      .union([z.int().min(1), z.literal('never')])
      .default(10_000)
      .describe(
        'A full pull of this many customers or more is one bulk operation; never: always page by page.',
      ),
    bulkMinutes: z
      .int()
      .min(1)
      .default(60)
      .describe('A bulk operation that takes longer is cancelled, and the customers are read page by page.'),
    pageSize: z
      .int()
      .min(1)
      .max(250)
      .default(100)
      .describe('Customers on a page. Fewer are asked for where Shopify finds the page too costly.'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        'Where the Admin API answers, where that is not https:// and the shop: for a proxy, or for tests.',
      ),
  })
  .superRefine(({ accessToken, clientId, clientSecret }, check) => {
    const isPair = clientId !== undefined && clientSecret !== undefined
    const isWhole = accessToken === undefined ? isPair : clientId === undefined && clientSecret === undefined
    if (!isWhole)
      check.addIssue({
        code: 'custom',
        path: ['accessToken'],
        message: 'either accessToken, or clientId and clientSecret together',
      })
  })

export type ShopifyOptions = z.output<typeof shopifyOptions>

export function baseUrlOf({ url, shop }: ShopifyOptions): string {
  return url ?? `https://${shop}`
}
