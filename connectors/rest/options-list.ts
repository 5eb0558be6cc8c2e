// Owns the options of one list of the API: the request, where its records are, how to come to the next page.
import { z } from 'zod'

const path = z.string().meta({ title: 'dotted path or JSON pointer' })
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** A place, and the values that mean yes. */
const sign = z.strictObject({
  at: path.describe('Where the value stands.'),
  is: z
    .array(scalar)
    .min(1)
    .describe(
      'Values that mean yes; 1 and "1" are the same, true and "true" too. null is also a value that is missing.',
    ),
})

const start = z.union([z.string(), z.number()]).optional()
const check = z
  .boolean()
  .default(true)
  .describe(
    'Makes sure that no record slips from one page to another while it is read. false: then nobody is removed for being absent.',
  )

export const pagingOptions = z
  .discriminatedUnion('by', [
    z.strictObject({ by: z.literal('none').describe('One answer holds everything.') }),
    z.strictObject({
      by: z
        .literal('page')
        .describe('Numbered pages; the request uses {{page}}. Each page is read twice, for `check`.'),
      first: z.int().min(0).default(1).describe('Number of the first page.'),
      check,
    }),
    z.strictObject({
      by: z
        .literal('offset')
        .describe('Records to skip; the request uses {{offset}}. Pages overlap by one record, for `check`.'),
      check,
    }),
    z.strictObject({
      by: z.literal('cursor').describe('A value of the last answer; the request uses {{cursor}}.'),
      at: path.min(1).describe('Where the answer holds the cursor of the next page.'),
      start: start.describe('{{cursor}} of the first page. Default: it is left out.'),
    }),
    z.strictObject({
      by: z.literal('link').describe('The address of the next page in the answer.'),
      at: path
        .min(1)
        .describe('Where the answer holds the address of the next page; it has to be of the same origin.'),
    }),
    z.strictObject({
      by: z.literal('link-header').describe('The address of the next page in the header Link, rel="next".'),
    }),
    z.strictObject({
      by: z
        .literal('last-id')
        .describe('The records after an id, in the order of ids; the request uses {{lastId}}.'),
      start: start.describe('{{lastId}} of the first page. Default: it is left out.'),
    }),
  ])
  .describe('How to come to the next page: none, page, offset, cursor, link, link-header or last-id.')

/** No more requests than this begin in so many seconds. */
export const limitsOptions = z
  .array(
    z.strictObject({
      requests: z.int().min(1).describe('No more than so many requests…'),
      seconds: z.number().positive().describe('…in any so many seconds.'),
    }),
  )
  .describe('What the vendor allows; heysync keeps below it by itself.')

const parts = {
  path: z.string().describe('Below baseUrl, e.g. contacts; {{…}} may stand in it.'),
  method: z.enum(['GET', 'POST']).default('GET').describe('Method of the request.'),
  query: z
    .record(z.string().min(1), z.union([scalar, z.array(scalar)]))
    .default({})
    .describe(
      'Query parameters. One whose {{…}} has no value now is left out; a list repeats the parameter.',
    ),
  headers: z.record(z.string().min(1), z.string()).default({}).describe('Headers of this list alone.'),
  body: z
    .unknown()
    .optional()
    .describe('JSON to send with POST. A key whose {{…}} has no value now is left out.'),
  records: path
    .default('')
    .describe('Where the answer holds its list of records; empty: the answer is the list.'),
  id: path.min(1).default('id').describe('Where a record holds its id, which must outlive edits.'),
  updated: path.min(1).optional().describe('Where a record holds the time of its last change.'),
  deleted: sign.optional().describe('What says that a record is gone.'),
  archived: sign.optional().describe('What says that a record was put aside, and may come back.'),
  mergedInto: path
    .min(1)
    .optional()
    .describe('Where a record that became part of another holds the id of that one.'),
  paging: pagingOptions.prefault({ by: 'none' }),
  end: z
    .union([z.enum(['no-cursor', 'empty-page', 'short-page']), sign])
    .optional()
    .describe(
      'What says that a page is the last: no-cursor (no next cursor or link), empty-page, short-page (fewer records than pageSize), or a value in the answer. Default: no-cursor, and empty-page for paging by page, offset and last-id.',
    ),
  count: path
    .min(1)
    .optional()
    .describe(
      'Where the answer holds how many records the whole list has: ids, each once, as they are at that moment.',
    ),
  newestFirst: z
    .boolean()
    .default(false)
    .describe(
      'true: the API sorts by time of change, newest first, and reading stops at what was read before.',
    ),
  maxResults: z
    .int()
    .min(2)
    .optional()
    .describe(
      'The API gives no more records than this for one {{from}} to {{to}}: where that is reached, the halves are asked for.',
    ),
  maxAgeDays: z
    .number()
    .positive()
    .optional()
    .describe('The API forgets after so many days: where the last pull is older, everything is read again.'),
  proves: z
    .boolean()
    .default(true)
    .describe('false: this list may leave somebody out, so nobody is removed for being absent from it.'),
  limits: limitsOptions.optional().describe('Of requests for this list, where they are counted apart.'),
} as const

export const listOptions = z.strictObject(parts)
/** The same keys, none of them needed and none with a default. */
export const listChanges = z.strictObject(
  Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [
      name,
      withoutDefault(part).describe(part.description ?? ''),
    ]),
  ) as { [Name in keyof typeof parts]: z.ZodOptional<z.ZodType<z.output<(typeof parts)[Name]>>> },
)

function withoutDefault(part: z.ZodType): z.ZodOptional<z.ZodType> {
  const bare = part instanceof z.ZodDefault || part instanceof z.ZodPrefault ? part.unwrap() : part
  return z.optional(bare as z.ZodType)
}

export type ListOptions = z.output<typeof listOptions>
export type ListChanges = z.output<typeof listChanges>
export type Paging = z.output<typeof pagingOptions>
export type Sign = z.output<typeof sign>
