// Owns the plan file: its shape, its text, and the id that its content gives it. Pure. Its rows may be millions, so they are
// gone through and never held together.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type BareE164, bareE164 } from '../../lib/phone.ts'
import { byTurns } from '../../lib/turns.ts'
import type { Change } from '../diff/change.ts'
import { type LeftWay, readWays } from '../removal.ts'

/** Goes up when a file of a new shape would be misread by an older heysync. */
export const VERSION = 1

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

export const plannedChange = z
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
export const plannedList = z.strictObject({
  /** Names the list's rule. */
  list: z.string().min(1),
  /** 1, or more where one list cannot hold everybody. */
  shard: z.int().min(1),
  title: z.string(),
  /** Heymarket's; null for a list that the plan makes. */
  id: z.int().nullable(),
})
export type PlannedList = z.infer<typeof plannedList>

export const plannedMember = z.strictObject({
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
})
/** All of a plan file but its rows. */
export const planHead = content.extend({ id: z.string() })

export interface PlanRows {
  readonly lists: readonly PlannedList[]
  /** Opt-outs first, then in phone order. */
  readonly changes: Iterable<PlannedChange>
  readonly members: Iterable<PlannedMember>
}

export interface PlanContent extends z.infer<typeof content>, PlanRows {}

export interface Plan extends PlanContent {
  readonly id: string
}

/** A plan file as JSON. */
export interface PlanFile extends Plan {
  readonly changes: PlannedChange[]
  readonly members: PlannedMember[]
}

/** In the order of the file. */
export const SECTIONS = ['lists', 'changes', 'members'] as const
export type Section = (typeof SECTIONS)[number]

/** Rows that are gone through in one step. */
const PART = 500

/** Gives a plan its name. Its rows are gone through once. */
export async function sealed<T extends PlanContent>(made: T): Promise<T & { id: string }> {
  return { id: await byTurns(idSteps(made)), ...made }
}

function* idSteps(made: PlanContent): Generator<void, string> {
  const sum = contentSum(made)
  let n = 0
  for (const section of SECTIONS)
    for (const row of made[section]) {
      sum.add(section, row)
      n += 1
      if (n % PART === 0) yield
    }
  return sum.id()
}

/** The file as text: one JSON object with one change or member per line, for jq and grep alike. */
export function* planText(plan: Plan): Generator<string> {
  const { lists: _lists, changes: _changes, members: _members, ...head } = plan
  yield JSON.stringify(head, null, 2).replace(/\n}$/, '')
  for (const section of SECTIONS) {
    yield `,\n${opening(section)}\n`
    let between = ''
    for (const row of plan[section]) {
      yield `${between}${ROW_INDENT}${JSON.stringify(row)}`
      between = ',\n'
    }
    yield `\n${CLOSING}`
  }
  yield '\n}\n'
}

/** The lines between which the rows stand, and how those begin. */
export const opening = (section: Section) => `  "${section}": [`
export const CLOSING = '  ]'
export const ROW_INDENT = '    '

/** SHA-256 of the content, whatever the order of its keys and the white space between them; row by row, in the order of the file. */
export function contentSum(
  content: Omit<PlanContent, keyof PlanRows> & Partial<PlanRows> & { id?: string },
): {
  add(section: Section, row: unknown): void
  id(): string
} {
  const { id: _id, lists: _lists, changes: _changes, members: _members, ...head } = content
  const sum = createHash('sha256').update(JSON.stringify(inOrder(head)))
  let begun = 0
  const begin = (sections: number) => {
    for (; begun < sections; begun += 1) sum.update('\n')
  }
  return {
    add: (section, row) => {
      begin(SECTIONS.indexOf(section) + 1)
      sum.update(JSON.stringify(inOrder(row)))
    },
    id: () => {
      begin(SECTIONS.length)
      return sum.digest('hex')
    },
  }
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
