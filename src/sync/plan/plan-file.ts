// Owns the plan file: its shape, its content hash, and reading one that may have been changed on the way. Pure.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { HeysyncError } from '../../lib/errors.ts'
import { type BareE164, bareE164 } from '../../lib/phone.ts'
import type { Change } from '../diff/change.ts'
import { type LeftWay, readWays } from '../removal.ts'

/** Goes up when a file of a new shape would be misread by an older heysync. */
const VERSION = 1

const phone = z
  .string()
  .refine((text) => bareE164(text) !== null)
  .transform((text) => text as BareE164)

const count = z.int().min(0)

const fieldChange = z
  .union([
    z.strictObject({
      field: z.literal('tags'),
      before: z.string(),
      after: z.string(),
      add: z.array(z.string()),
      remove: z.array(z.string()),
    }),
    z.strictObject({ field: z.string().min(1), before: z.string(), after: z.string() }),
  ])
  // Consent only tightens (I3): no file can ask for the contrary.
  .refine(({ field, after }) => field !== 'optedOut' || after === 'true')

const pin = z.strictObject({ field: z.string().min(1), value: z.string() })

const plannedChange = z
  .strictObject({
    kind: z.enum(['create', 'update', 'remove']),
    phone,
    /** The contact in Heymarket; null for a create. */
    contactId: z.int().nullable(),
    source: z.string(),
    record: z.string(),
    /** Of a removal. */
    rung: z.enum(['keep', 'tag', 'removeFromLists', 'clear', 'delete']).nullable(),
    /** Of a removal: how the last records left. The database that applies the plan may not have read it yet. */
    ways: z.array(z.custom<LeftWay>((way) => readWays(String(way)).length === 1)).optional(),
    fields: z.array(fieldChange),
    /** Why the guard keeps it back, or null. */
    held: z.string().nullable(),
    /** What Heymarket held: a hash of the contact and its revision, null for a create; and whether the number was opted out. */
    base: z.strictObject({ hash: z.string().nullable(), rev: z.int().nullable(), optedOut: z.boolean() }),
    /** What the sources may not write again until they say something else; for an undo. */
    pins: z.array(pin),
  })
  .refine((change) => (change.kind === 'create') === (change.contactId === null))
  .refine((change) => (change.kind === 'remove') === (change.rung !== null))
export type PlannedChange = z.infer<typeof plannedChange>

/** A list that members get on or off. */
const plannedList = z.strictObject({
  /** Names the list's rule. */
  list: z.string().min(1),
  /** 1, or more where one list cannot hold everybody. */
  shard: z.int().min(1),
  title: z.string(),
  /** Heymarket's; null for a list that the plan makes. */
  id: z.int().nullable(),
})
export type PlannedList = z.infer<typeof plannedList>

const plannedMember = z.strictObject({
  list: z.string().min(1),
  shard: z.int().min(1),
  what: z.enum(['add', 'remove']),
  phone,
  /** The contact in Heymarket; null where the plan creates it, or there is none. */
  contactId: z.int().nullable(),
  /** Why the guard keeps them on the list, or null. */
  held: z.string().nullable(),
})
export type PlannedMember = z.infer<typeof plannedMember>

const content = z.strictObject({
  format: z.literal('heysync-plan'),
  version: z.literal(VERSION),
  madeAt: z.iso.datetime(),
  account: z.strictObject({ id: z.int(), name: z.string() }),
  /** Names the part of the config that the plan was made with. */
  config: z.string(),
  cycle: z.string(),
  /** The cycle that this plan takes back; null for a plan of what the sources want. */
  undoes: z.string().nullable(),
  counts: z.strictObject({
    create: count,
    update: count,
    remove: count,
    listAdd: count,
    listRemove: count,
    held: count,
    optOut: count,
  }),
  /** Of what is not held. `…AtMost`: if the account turns out to take no more than one contact in a request. */
  requests: count,
  requestsAtMost: count,
  requestsPerMinute: z.int().min(1),
  minutes: count,
  minutesAtMost: count,
  lists: z.array(plannedList),
  changes: z.array(plannedChange),
  members: z.array(plannedMember),
})
const planFile = content.extend({ id: z.string() })

export type PlanContent = z.infer<typeof content>
export type PlanFile = z.infer<typeof planFile>

/** Gives a plan its name. */
export function sealed(made: PlanContent): PlanFile {
  return { id: contentId(made), ...made }
}

/** The file as text: one JSON object with one change or member per line, for jq and grep alike. */
export function planText({ lists, changes, members, ...head }: PlanFile): string {
  const top = JSON.stringify(head, null, 2).replace(/\n}$/, '')
  const rows = Object.entries({ lists, changes, members }).map(
    ([name, all]) => `  "${name}": [\n${all.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`,
  )
  return `${[top, ...rows].join(',\n')}\n}\n`
}

/** Reads the text of a plan file. `name` is for messages. Errors: ERR_PLAN_INVALID. */
export function readPlan(text: string, name: string): PlanFile {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw invalid(`${name} is not a plan file: it is not JSON.`)
  }
  const head = z.looseObject({ format: z.literal('heysync-plan'), version: z.int() }).safeParse(json)
  if (!head.success) throw invalid(`${name} is not a plan file.`)
  if (head.data.version > VERSION) {
    throw new HeysyncError('ERR_PLAN_INVALID', {
      message: `${name} was written by a newer heysync (format ${head.data.version}; this one knows ${VERSION}).`,
      hint: 'Apply it with the heysync that wrote it, or make the plan anew: heysync plan --out',
    })
  }
  const parsed = planFile.safeParse(json)
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join('.')
    throw invalid(`${name} is damaged or was edited${at ? `: look at ${at}` : ''}. Nothing was written.`)
  }
  const { id, ...made } = parsed.data
  if (contentId(made) !== id)
    throw invalid(
      `${name} was edited since it was made: its content is not what its id says. Nothing was written.`,
    )
  return parsed.data
}

function invalid(message: string): HeysyncError {
  return new HeysyncError('ERR_PLAN_INVALID', { message, hint: 'Make the plan anew: heysync plan --out' })
}

/** SHA-256 of the content, whatever the order of its keys and the white space between them. */
function contentId({ lists, changes, members, ...head }: PlanContent): string {
  const sum = createHash('sha256').update(JSON.stringify(inOrder(head)))
  // Row by row: a large plan as one text more would be a large text more.
  for (const rows of [lists, changes, members]) {
    sum.update('\n')
    for (const row of rows) sum.update(JSON.stringify(inOrder(row)))
  }
  return sum.digest('hex')
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, held]) => [key, inOrder(held)]),
  )
}

/** A planned change as the engine writes it: exactly. */
export function asChange(planned: PlannedChange): Change {
  const base = {
    phone: planned.phone,
    sourceId: planned.source,
    recordId: planned.record,
    fields: planned.fields,
    exact: true as const,
  }
  if (planned.contactId === null) return { ...base, kind: 'create' }
  if (planned.rung === null) return { ...base, kind: 'update', contactId: planned.contactId }
  return {
    ...base,
    kind: 'remove',
    contactId: planned.contactId,
    rung: planned.rung,
    leftCycle: null,
    ...(planned.ways ? { ways: planned.ways } : {}),
  }
}
