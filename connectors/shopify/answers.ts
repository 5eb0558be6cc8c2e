// Owns the shapes of Shopify's answers. Tolerant: an unknown field is ignored, and what may be missing may also be null.
import { z } from 'zod'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null)

export const customerSchema = z.object({
  id: z.string().regex(/^gid:\/\/shopify\/Customer\/\d+/),
  firstName: text,
  lastName: text,
  defaultPhoneNumber: z
    .object({
      phoneNumber: text,
      marketingState: text,
      marketingOptInLevel: text,
      marketingUpdatedAt: text,
      marketingCollectedFrom: text,
    })
    .nullish(),
  defaultEmailAddress: z.object({ emailAddress: text, marketingState: text }).nullish(),
  defaultAddress: z.record(z.string(), z.unknown()).nullish(),
  state: text,
  tags: z.array(z.string()).nullish(),
  locale: text,
  numberOfOrders: z.union([z.string(), z.number()]).nullish(),
  createdAt: text,
  updatedAt: text,
})
export type Customer = z.output<typeof customerSchema>

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: text })

export const identitySchema = z.object({
  shop: z.object({ id: z.string() }),
  currentAppInstallation: z.object({
    app: z.object({ id: z.string() }).nullish(),
    accessScopes: z.array(z.object({ handle: z.string() })),
  }),
})

export const countSchema = z.object({
  customersCount: z.object({ count: z.int().min(0), precision: text }).nullable(),
})

export const customersSchema = z.object({
  customers: z.object({ nodes: z.array(customerSchema), pageInfo }),
})

const userErrors = z
  .array(z.object({ message: z.string() }))
  .nullish()
  .transform((errors) => (errors ?? []).map(({ message }) => message))

export const bulkStartSchema = z.object({
  bulkOperationRunQuery: z.object({ bulkOperation: z.object({ id: z.string() }).nullish(), userErrors }),
})

export const bulkStatusSchema = z.object({
  node: z
    .object({
      status: z.string(),
      errorCode: text,
      /** 64 bits, so as text. */
      rootObjectCount: z.coerce.number().int().min(0),
      fileSize: z.coerce.number().int().min(0).nullish(),
      url: z.url().nullish(),
    })
    .nullable(),
})
export type BulkStatus = NonNullable<z.output<typeof bulkStatusSchema>['node']>

export const segmentsSchema = z.object({
  segments: z.object({ nodes: z.array(z.object({ id: z.string(), name: z.string() })), pageInfo }),
})
export type SegmentsAnswer = z.output<typeof segmentsSchema>
export type Segment = SegmentsAnswer['segments']['nodes'][number]

export const segmentMembersSchema = z.object({
  customerSegmentMembers: z.object({
    edges: z.array(z.object({ node: z.object({ id: z.string() }) })),
    pageInfo,
    totalCount: z.int().min(0).nullish(),
  }),
})
export type MembersAnswer = z.output<typeof segmentMembersSchema>
