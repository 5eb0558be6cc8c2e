// Owns the shape of heysync.yaml: every key with its default, its unit and a sentence.
// The JSON Schema, the commented example and docs/configuration.md are generated from here.
import { z } from 'zod'
import { heymarket } from './account-keys.ts'
import { alertsSchema } from './alerts.ts'
import { example } from './example.ts'
import { fields } from './field-policies.ts'
import { guard, sourceGuard } from './guard-dials.ts'
import { service } from './service-keys.ts'

/** A plain string is a field path of the record; a string with a leading `=` is a CEL expression. */
const expression = z.string().min(1).meta({ title: 'path or expression' })
/** One path or expression, or several of which the first that gives a value is used. */
const mapping = z
  .union([expression, z.array(expression).min(1)])
  .meta({ title: 'path or expression, or a list of them' })
const condition = z.string().min(1).meta({ title: 'CEL condition' })
const cron = z.string().meta({ title: 'cron expression' })

const map = z
  .strictObject({
    phone: mapping
      .describe('The phone number. With several, the first that is a valid number.')
      .meta(example(['mobile', 'phone'])),
    first: mapping.optional().describe('First name.').meta(example('first_name')),
    last: mapping.optional().describe('Last name.').meta(example('last_name')),
    displayName: mapping
      .optional()
      .describe(
        'Name shown in Heymarket. Left alone unless mapped; where it is first + last it follows them.',
      )
      .meta(example('nickname')),
    email: mapping.optional().describe('E-mail address.').meta(example('email')),
    optedOut: mapping
      .optional()
      .describe('True when this person must not be texted. It only ever tightens consent.')
      .meta(example('=record.sms_opt_out == "yes"')),
    assignee: mapping
      .optional()
      .describe('E-mail or name of the team member that the contact is assigned to.')
      .meta(example('owner_email')),
    tags: mapping
      .optional()
      .describe('Tags by name: a list, or text separated by commas. At most 5 reach Heymarket.')
      .meta(example('=record.vip == "1" ? ["VIP"] : []')),
    custom: z
      .record(z.string().min(1), mapping)
      .optional()
      .describe("Custom fields by their name in Heymarket; a name that the account doesn't have is an error.")
      .meta(example({ Plan: 'plan', 'Renewal Date': 'renewal' })),
  })
  .describe('Contact field to record field. Heymarket fields that are not named here are never touched.')

export const REMOVAL_RUNGS = ['keep', 'tag', 'removeFromLists', 'clear', 'delete'] as const

const rung = z.enum(REMOVAL_RUNGS).default('removeFromLists')

/** A rung for each way in which a record leaves. */
const rungsByWay = z.strictObject({
  deleted: rung.describe('The source says that the record is deleted.'),
  archived: rung.describe('The source put the record aside, and may take it back.'),
  merged: rung.describe('The record was merged into one that has another number.'),
  outOfScope: rung.describe('The record is there, and the filter or the options leave it out now.'),
  absent: rung.describe('A completed full pull did not show the record.'),
  numberChanged: rung.describe('The record is there, under another number.'),
})

const source = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _')
    .describe('Name of this source in logs, tables and commands.')
    .meta(example('clinic')),
  connector: z
    .string()
    .min(1)
    .describe(
      'Kind of source, see `heysync connectors`; or a connector of your own: a path from the folder of this file, or the name of a package.',
    )
    .meta(example('csv')),
  schedule: cron
    .optional()
    .describe('Cron expression for incremental pulls under `heysync run`.')
    .meta(example('*/5 * * * *')),
  fullSchedule: cron
    .optional()
    .describe('Cron expression for full resyncs under `heysync run`.')
    .meta(example('0 3 * * *')),
  timezone: z
    .string()
    .optional()
    .describe("Time zone of the schedules, e.g. America/New_York. Default: the machine's.")
    .meta(example('America/New_York')),
  jitterSeconds: z
    .int()
    .min(0)
    .max(3600)
    .default(0)
    .describe(
      'Each time a schedule of this source comes due, it waits for a random while of at most so long, so that not everything asks at the full minute.',
    ),
  options: z.record(z.string(), z.unknown()).default({}).describe("The connector's own options."),
  country: expression
    .optional()
    .describe('Country of the phone number, for numbers without a country code: ISO code or English name.')
    .meta(example('=record.country')),
  filter: condition
    .optional()
    .describe('CEL condition. A record that does not match is treated as if it had left the source.')
    .meta(example('record.status != "archived"')),
  map,
  phones: z
    .enum(['first', 'all'])
    .default('first')
    .describe(
      'Which of the numbers that `map.phone` finds in a record become contacts: the first valid one, or each valid one.',
    ),
  onRemoved: z
    .union([z.enum(REMOVAL_RUNGS), rungsByWay])
    .default('removeFromLists')
    .describe(
      'What happens to a contact whose last record left: from harmless (keep) to final (delete), for all or by the way it left.',
    ),
  removedTag: z
    .string()
    .min(1)
    .optional()
    .describe('The tag that `onRemoved: tag` adds.')
    .meta(example('Former customer')),
  onPhoneChange: z
    .enum(['create', 'update'])
    .default('create')
    .describe(
      'What the new number of a record becomes: a new contact, and the old one counts as left; or the number of the contact that it has.',
    ),
  guard: sourceGuard,
  overlapSeconds: z
    .int()
    .min(0)
    .default(300)
    .describe(
      'How far behind its watermark an incremental pull reads again, for rows that became visible late.',
    ),
  lagSeconds: z.int().min(0).default(0).describe('How far behind the present an incremental pull stops.'),
})

const list = z
  .strictObject({
    title: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Title of the list in Heymarket. With `fromSourceList` the default is the title of that list.',
      ),
    where: condition
      .optional()
      .describe('CEL condition over `contact` and `source`: who is on the list. This, or `fromSourceList`.'),
    fromSourceList: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Instead of `where`: title of a list or segment of a source. Whoever is on that one is on this one.',
      )
      .meta(example('Newsletter')),
    source: z
      .string()
      .optional()
      .describe(
        'With `fromSourceList`: id of the source whose list it is, where several have one of that title.',
      )
      .meta(example('clinic')),
    key: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Names the rule for good, so that its title can be changed without making another list. Default: the title.',
      )
      .meta(example('premium')),
    owned: z
      .boolean()
      .default(false)
      .describe('true: members that heysync did not put on the list are taken off as well.'),
  })
  .meta(
    example({
      title: 'Premium customers',
      where: 'contact.custom["Plan"] == "Premium" && !contact.optedOut',
    }),
  )

export const configSchema = z.strictObject({
  heymarket,
  database: z
    .string()
    .min(1)
    .default('./data/heysync.db')
    .describe('SQLite file that holds the mirror and the outbox.'),
  defaultCountry: z
    .string()
    .optional()
    .describe(
      'Country of phone numbers that carry none and whose record names none. Without it such a number is rejected.',
    )
    .meta(example('US')),
  resolve: z
    .enum(['winner', 'fill'])
    .default('winner')
    .describe(
      'When several records claim one phone: the winner gives all fields, or the others fill its blanks.',
    ),
  sources: z
    .array(source)
    .min(1)
    .describe('Where people come from, in order of priority: the first wins a shared number.'),
  lists: z.array(list).default([]).describe('Lists kept in Heymarket by rule.'),
  guard,
  fields,
  tags: z
    .strictObject({
      policy: z
        .enum(['add', 'replace'])
        .default('add')
        .describe(
          'add: only tags that the mapping names or named come and go. replace: the mapping owns the whole set.',
        ),
      priority: z
        .array(z.string().min(1))
        .default([])
        .describe(
          'Where a contact would have more than 5 tags, these are taken first, in this order; then the rest in the order of the mapping.',
        )
        .meta(example(['VIP', 'New patient'])),
    })
    .prefault({})
    .describe('How mapped tags meet tags that people set in Heymarket.'),
  undo: z
    .strictObject({
      keepDays: z
        .int()
        .min(0)
        .default(30)
        .describe('How many days heysync keeps what contacts held before it wrote to them.'),
    })
    .prefault({})
    .describe('Taking back what a cycle wrote: `heysync undo`.'),
  messaging: z
    .strictObject({
      inbox: z
        .union([z.string().min(1), z.int()])
        .optional()
        .describe('Name or id of the inbox that messages go out from, where --inbox names none.')
        .meta(example('Front desk')),
      sender: z
        .union([z.string().min(1), z.int()])
        .optional()
        .describe('Name, e-mail or id of the member who sends them, where --sender names none.')
        .meta(example('ana@example.com')),
      timeZone: z
        .string()
        .optional()
        .describe("Time zone of --at, e.g. America/New_York. Default: the machine's.")
        .meta(example('America/New_York')),
      settleSeconds: z
        .int()
        .min(0)
        .default(30)
        .describe(
          'How long Heymarket is looked through for a message whose answer was lost, before it is sent again.',
        ),
    })
    .prefault({})
    .describe('Sending messages: `send`, `broadcast`, `schedule` and `email`.'),
  service,
  alerts: alertsSchema,
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .default('info')
        .describe('Least severe line that is written.'),
    })
    .prefault({})
    .describe('Logs go to stderr: JSON in the service, plain on a terminal.'),
})

export type Config = z.infer<typeof configSchema>
export type SourceConfig = Config['sources'][number]
export type ListConfig = Config['lists'][number]
export type MapConfig = SourceConfig['map']
export type Mapping = string | string[]
export type RemovalRung = (typeof REMOVAL_RUNGS)[number]
export type OnPhoneChange = SourceConfig['onPhoneChange']
export type Dial = Config['guard']['removals']
export type GuardConfig = Config['guard']
export type SourceGuard = SourceConfig['guard']
export type FieldsConfig = Config['fields']

/** What the list is called in Heymarket; the cross-checks see to it that one of the two is there. */
export function titleOfList({ title, fromSourceList }: ListConfig): string {
  return title ?? fromSourceList ?? ''
}
