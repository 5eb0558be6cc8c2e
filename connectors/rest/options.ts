// Owns the options of the rest connector: how an API is described, and what makes no sense in such a description.
import { IANAZone } from 'luxon'
import { z } from 'zod'
import { faultsOf } from './faults.ts'
import { isTimeFormat } from './instants.ts'
import { authOptions } from './options-auth.ts'
import { limitsOptions, listChanges, listOptions } from './options-list.ts'

const time = z
  .strictObject({
    format: z
      .string()
      .refine(
        isTimeFormat,
        'not a time format: use iso, iso-seconds, epoch-seconds, epoch-milliseconds, or one of luxon such as yyyy-MM-dd HH:mm:ss',
      )
      .default('iso')
      .describe(
        'How {{from}} and {{to}} are written: iso (milliseconds), iso-seconds, epoch-seconds, epoch-milliseconds, or a format of luxon.',
      ),
    zone: z
      .string()
      .refine(
        (name) => IANAZone.isValidZone(name),
        'not a time zone; use an IANA name such as America/New_York',
      )
      .default('UTC')
      .describe('Time zone of a format without one, and of times in records that carry none.'),
    lower: z
      .enum(['inclusive', 'exclusive'])
      .default('inclusive')
      .describe(
        'exclusive: the API leaves out what changed exactly at {{from}}, so it is asked one step earlier.',
      ),
    upper: z
      .enum(['inclusive', 'exclusive'])
      .default('inclusive')
      .describe('The same for {{to}}, one step later.'),
    since: z.iso
      .datetime({ offset: true })
      .optional()
      .describe(
        '{{from}} where nothing was pulled before. Default: it is left out, so that everything comes.',
      ),
    recordFormat: z
      .string()
      .refine(isTimeFormat, 'not a time format of luxon')
      .optional()
      .describe('Format of luxon for times in records that are neither ISO 8601 nor a count since 1970.'),
  })
  .prefault({})
  .describe('How the API writes times.')

const answers = z
  .array(
    z.strictObject({
      status: z.array(z.int().min(100).max(599)).min(1).describe('Statuses that it is about.'),
      contains: z.string().min(1).optional().describe('Only answers that hold this text.'),
      means: z
        .enum(['again', 'quota', 'sign-in', 'expired', 'refused'])
        .describe(
          'again: wait and repeat. quota: stop until it begins anew. sign-in: the credential is not taken. expired: the cursor is, start over. refused: an error.',
        ),
    }),
  )
  .default([])
  .describe(
    'What answers mean, where they break the custom (429 and 5xx: again, 401: sign-in, else refused).',
  )

export const restOptions = z
  .strictObject({
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .describe('Where the API is, with its version, e.g. https://api.example.com/v2.'),
    auth: authOptions.prefault({ kind: 'none' }),
    headers: z
      .record(z.string().min(1), z.string())
      .default({})
      .describe('Headers of every request that are no secret.'),
    list: listOptions.describe('How everybody is listed.'),
    changes: listChanges
      .optional()
      .describe('What is different when only changes are asked for: each key replaces the one of `list`.'),
    deletions: listOptions.optional().describe('A list of ids that were deleted, read after the changes.'),
    pageSize: z.int().min(2).max(10_000).default(100).describe('Records on a page, for {{pageSize}}.'),
    time,
    limits: limitsOptions.default([]),
    answers,
    retryAfter: z
      .enum(['seconds', 'milliseconds', 'guess'])
      .default('seconds')
      .describe('What the header Retry-After counts; guess: 1,000 and more are milliseconds.'),
    busySeconds: z
      .number()
      .positive()
      .optional()
      .describe('How long to wait where a 429 does not say how long.'),
    longestWaitSeconds: z
      .number()
      .positive()
      .default(300)
      .describe('A longer wait stops the pull, in seconds.'),
    timeoutSeconds: z.number().positive().default(60).describe('Longest wait for one answer, in seconds.'),
    resume: z
      .boolean()
      .default(true)
      .describe('false: cursors do not last, so an interrupted pull starts over.'),
    identity: z
      .strictObject({
        path: z.string().min(1).describe('Below baseUrl, e.g. users/me.'),
        at: z
          .array(z.string().min(1))
          .min(1)
          .describe('What of its answer says who asks and what they may see.'),
      })
      .optional()
      .describe(
        'A request that tells who asks. When that changes, nobody is removed before a person has looked.',
      ),
  })
  .superRefine((options, check) => {
    for (const { path, message } of faultsOf(options))
      check.addIssue({ code: 'custom', path: [...path], message })
  })

export type RestOptions = z.output<typeof restOptions>
