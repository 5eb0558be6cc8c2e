// Owns the shapes of the admin API: what each route answers, for OpenAPI, the dashboard and the command line alike.
// Instants are RFC 3339 in UTC; phones are bare E.164.
import { z } from 'zod'

const instant = z.string().describe('RFC 3339, UTC')
const maybe = instant.nullable()

/** What a person should know at once and can do something about. */
export const problem = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  since: maybe,
})

export const counts = z.object({
  read: z.number(),
  unchanged: z.number(),
  accepted: z.number(),
  rejected: z.number(),
  filtered: z.number(),
  deleted: z.number(),
  gone: z.number(),
})

const planCounts = z.object({
  create: z.number(),
  update: z.number(),
  remove: z.number(),
  listAdd: z.number(),
  listRemove: z.number(),
  held: z.number(),
})

const pushCounts = z.object({
  requests: z.number(),
  acked: z.number(),
  retrying: z.number(),
  deferred: z.number(),
  deadLettered: z.number(),
  seconds: z.number(),
})

export const sourceState = z.object({
  id: z.string(),
  connector: z.string(),
  state: z.enum(['ok', 'syncing', 'failing', 'paused', 'never']),
  schedule: z.string().nullable(),
  fullSchedule: z.string().nullable(),
  nextAt: maybe,
  nextFullAt: maybe,
  lastPullAt: maybe,
  lastFullPullAt: maybe,
  /** Since it was last read to its end, in seconds. */
  freshnessSeconds: z.number().nullable(),
  /** Of its last cycle. */
  last: counts.extend({ cycle: z.string(), mode: z.string() }).nullable(),
  /** Its records in the mirror by state. */
  records: z.record(z.string(), z.number()),
  overlapSeconds: z.number(),
  overlapLearned: z.boolean(),
  problem: problem.nullable(),
})

export const heldPart = z.object({
  cycle: z.string(),
  /** Id of the source, or title of the list. */
  about: z.string(),
  changes: z.number(),
  reason: z.string(),
})

export const underWay = z.object({
  cycle: z.string(),
  mode: z.string(),
  trigger: z.string(),
  since: instant,
  phase: z.string().nullable(),
  source: z.string().nullable(),
  done: z.number(),
  total: z.number().nullable(),
  secondsLeft: z.number().nullable(),
})

/** GET /api/status */
export const status = z.object({
  version: z.string(),
  startedAt: instant,
  now: instant,
  state: z.enum(['ok', 'working', 'attention', 'paused']),
  /** What stops something until it is over or somebody acts: revoked credential, full disk, held changes, newer database. */
  problems: z.array(problem),
  sources: z.array(sourceState),
  underWay: underWay.nullable(),
  budget: z.object({ perMinute: z.number(), used: z.number() }),
  outbox: z.object({
    lanes: z.array(
      z.object({
        lane: z.enum(['consent', 'interactive', 'incremental', 'backfill', 'scrub']),
        waiting: z.number(),
      }),
    ),
    waiting: z.number(),
    deadLetters: z.number(),
  }),
  /** The last day in equal parts, oldest first. */
  throughput: z.object({
    partSeconds: z.number(),
    parts: z.array(z.object({ at: instant, written: z.number(), requests: z.number() })),
  }),
  contacts: z.object({
    wanted: z.number(),
    inHeymarket: z.number(),
    optedOut: z.number(),
    collisions: z.number(),
  }),
  rejections: z.number(),
  held: z.array(heldPart),
  alarms: z.array(z.object({ code: z.string(), source: z.string(), message: z.string(), cycle: z.string() })),
})

export const cycleRow = z.object({
  id: z.string(),
  mode: z.string(),
  trigger: z.string(),
  status: z.enum(['waiting', 'running', 'ok', 'held', 'failed', 'interrupted']),
  startedAt: instant,
  finishedAt: maybe,
  /** Why everything was read; null for an incremental cycle. */
  reason: z.string().nullable(),
  sources: z.array(z.string()),
  read: z.number(),
  plan: planCounts,
  push: pushCounts,
  problem: problem.nullable(),
})

/** GET /api/cycles?limit=&before= */
export const cycles = z.object({ cycles: z.array(cycleRow), before: z.string().nullable() })

/** GET /api/cycles/:id */
export const cycle = cycleRow.extend({
  perSource: z.array(counts.extend({ id: z.string(), mode: z.string() })),
  failures: z.array(z.object({ source: z.string() }).extend(problem.omit({ since: true }).shape)),
  warnings: z.array(z.string()),
  held: z.array(heldPart),
})

export const changeRow = z.object({
  phone: z.string(),
  name: z.string(),
  kind: z.enum(['create', 'update', 'remove', 'listAdd', 'listRemove']),
  /** Of a removal: its rung; of a member: the title of the list. */
  detail: z.string().nullable(),
  fields: z.array(z.object({ field: z.string(), before: z.string(), after: z.string() })),
  state: z.enum(['written', 'held', 'waiting', 'dead']),
})

/** GET /api/cycles/:id/changes?after=&limit=&state= */
export const changes = z.object({ changes: z.array(changeRow), after: z.string().nullable() })

export const personRow = z.object({
  phone: z.string(),
  name: z.string(),
  source: z.string().nullable(),
  record: z.string().nullable(),
  state: z.string(),
  inHeymarket: z.boolean(),
  optedOut: z.boolean(),
})

/** GET /api/contacts?q=&after=&limit= : by phone in any spelling, by name, by record id. */
export const people = z.object({ people: z.array(personRow), after: z.string().nullable() })

/** GET /api/contacts/:phone : as `heysync why --json`. */
export const person = z.looseObject({
  asked: z.string(),
  phone: z.string().nullable(),
  /** One sentence: what became of this person. */
  verdict: z.string(),
  records: z.array(
    z.looseObject({
      source: z.string(),
      record: z.string(),
      place: z.string().nullable(),
      state: z.string(),
      phones: z.array(z.string()),
      wins: z.boolean(),
      updatedAt: z.string().nullable(),
      lists: z.array(z.string()),
    }),
  ),
  rejections: z.array(
    z.looseObject({ source: z.string(), record: z.string(), code: z.string(), message: z.string() }),
  ),
  contact: z
    .looseObject({
      state: z.string(),
      fields: z.array(z.object({ field: z.string(), value: z.string(), from: z.string() })),
    })
    .nullable(),
  heymarket: z.looseObject({ id: z.number(), link: z.string().nullable() }).nullable(),
  erased: z.object({ at: instant, reason: z.string() }).nullable(),
  consent: z.object({
    optedOut: z.boolean(),
    history: z.array(z.object({ state: z.string(), origin: z.string(), evidence: z.string(), at: instant })),
  }),
  lists: z.array(z.string()),
  drift: z.array(
    z.looseObject({
      field: z.string(),
      expected: z.string().nullable(),
      found: z.string(),
      outcome: z.string(),
      since: instant,
    }),
  ),
  operation: z
    .looseObject({
      kind: z.string(),
      state: z.string(),
      attempts: z.number(),
      error: z.string().nullable(),
      wayOut: z.string().nullable(),
    })
    .nullable(),
  held: z.object({ cycle: z.string(), reason: z.string(), kind: z.string() }).nullable(),
  attempts: z.array(z.looseObject({ kind: z.string(), outcome: z.string(), at: instant, cycle: z.string() })),
})

export const rejectionRow = z.object({
  source: z.string(),
  record: z.string(),
  place: z.string().nullable(),
  code: z.string(),
  field: z.string(),
  value: z.string(),
  message: z.string(),
  at: instant,
})

/** GET /api/rejections?code=&source=&after=&limit= ; with `Accept: text/csv` all of them as a file. */
export const rejections = z.object({
  groups: z.array(z.object({ code: z.string(), about: z.string(), count: z.number() })),
  rejections: z.array(rejectionRow),
  after: z.string().nullable(),
})

export const failureRow = z.object({
  phone: z.string(),
  name: z.string(),
  kind: z.string(),
  state: z.enum(['dead', 'retrying']),
  message: z.string().nullable(),
  field: z.string().nullable(),
  list: z.string().nullable(),
  requestId: z.string().nullable(),
  attempts: z.number(),
  source: z.string().nullable(),
  record: z.string().nullable(),
  since: instant,
})

/** GET /api/failures : grouped by cause, dead letters first; with `Accept: text/csv` as a file. */
export const failures = z.object({
  causes: z.array(
    z.object({
      /** For POST /api/redrive. */
      id: z.string(),
      state: z.enum(['dead', 'retrying']),
      code: z.string().nullable(),
      cause: z.string().nullable(),
      wayOut: z.string(),
      count: z.number(),
      /** The first of them. */
      failures: z.array(failureRow),
    }),
  ),
})

/** GET /api/lists */
export const lists = z.object({
  lists: z.array(
    z.object({
      title: z.string(),
      id: z.number().nullable(),
      /** Its condition, or the list of the source. */
      rule: z.string(),
      members: z.number(),
      waiting: z.number(),
      refused: z.number(),
      held: z.number(),
    }),
  ),
})

/** GET /api/lists/members?title=&after=&limit= */
export const members = z.object({
  members: z.array(z.object({ phone: z.string(), name: z.string(), state: z.string() })),
  after: z.string().nullable(),
})

/** GET /api/messages */
export const messages = z.object({
  broadcasts: z.array(
    z.object({
      key: z.string(),
      state: z.string(),
      createdAt: instant,
      text: z.string(),
      reached: z.number(),
      replies: z.number(),
      optOuts: z.number(),
    }),
  ),
  scheduled: z.array(
    z.object({
      key: z.string(),
      state: z.string(),
      executeAt: maybe,
      target: z.string(),
      text: z.string(),
    }),
  ),
  /** What webhooks brought, newest first. */
  replies: z.array(
    z.object({ phone: z.string(), name: z.string(), text: z.string(), at: instant, optOut: z.boolean() }),
  ),
})

/** GET /api/settings : secrets are masked. */
export const settings = z.object({
  configPath: z.string(),
  databasePath: z.string(),
  /** The config with all defaults, as YAML. */
  config: z.string(),
  warnings: z.array(z.string()),
  /** What was learnt of the account: `fact`, what it is, since when. */
  account: z.array(z.object({ fact: z.string(), value: z.string(), since: maybe })),
  webhooks: z.object({ url: z.string().nullable(), lastAt: maybe, waiting: z.number() }),
})

/** GET /api/resync/preview?source= : what reading everything costs. */
export const preview = z.object({
  sources: z.array(z.object({ id: z.string(), records: z.number() })),
  heymarketContacts: z.number(),
  requests: z.number(),
  minutes: z.number(),
})

/** 202 of POST /api/sync, /api/resync, /api/redrive, /api/reconcile and /api/cycles/:id/approve. */
export const accepted = z.object({ cycle: z.string() })

/** POST /api/pause, /api/resume : {source?} */
export const paused = z.object({ paused: z.array(z.string()) })

/** POST /api/reload */
export const reloaded = z.object({ changed: z.array(z.string()), warnings: z.array(z.string()) })

/** Every answer that is no success. */
export const failure = z.object({ error: problem.omit({ since: true }) })

/** GET /api/events : server-sent events; `status` means that /api/status is another one now. */
export const event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status') }),
  z.object({ type: z.literal('progress'), underWay }),
  z.object({ type: z.literal('cycle'), id: z.string(), status: cycleRow.shape.status }),
  z.object({ type: z.literal('webhook'), kind: z.string() }),
])
