// Owns intents: what a person asked heysync to send, the requests that carry it out, and how far they got.
// An intent is durable before its first request, so a crash, a rerun or a second Enter finds it instead of sending again.
import type { Db } from '../db/open.ts'
import type { ErrorCode, HeysyncError } from '../lib/errors.ts'

export type IntentKind = 'send' | 'broadcast' | 'schedule' | 'email'
export type StepKind = 'list' | 'members' | 'send' | 'schedule' | 'email'
/** `unknown`: the request went out and no answer came, so it may or may not have been applied. */
export type StepState = 'waiting' | 'in_flight' | 'unknown' | 'done' | 'failed'
/** What became of the whole: as far as its steps got. `cancelled`: a scheduled message that was taken back. */
export type IntentState = 'open' | 'unknown' | 'done' | 'failed' | 'cancelled'

export interface NewStep {
  readonly kind: StepKind
  /** Steps of one part share a list; 1 for an intent that has only one. */
  readonly part: number
  readonly localId: string | null
  /** The JSON body of the request. */
  readonly request: Readonly<Record<string, unknown>>
  /** The words that go out, with their merge tokens; left out where only Heymarket knows them. */
  readonly words?: string | null
}

export interface NewIntent {
  readonly key: string
  readonly kind: IntentKind
  /** What was asked, as it is shown again. */
  readonly wish: Readonly<Record<string, unknown>>
  /** Of what was asked, without the key. */
  readonly hash: Buffer
  readonly steps: readonly NewStep[]
  readonly recipients?: readonly NewRecipient[]
}

export interface NewRecipient {
  readonly phone: string
  readonly part: number
  /** Why this person is not texted; null when they are. */
  readonly refused: string | null
}

export interface Intent {
  readonly id: number
  readonly key: string
  readonly kind: IntentKind
  readonly wish: Readonly<Record<string, unknown>>
  readonly state: IntentState
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export interface Step {
  readonly intentId: number
  readonly seq: number
  readonly part: number
  readonly kind: StepKind
  readonly localId: string | null
  readonly request: Readonly<Record<string, unknown>>
  readonly state: StepState
  readonly attempts: number
  readonly attemptedAt: number | null
  readonly firstAttemptedAt: number | null
  readonly words: string | null
  readonly resultId: number | null
  readonly answer: Readonly<Record<string, unknown>> | null
  readonly errorCode: ErrorCode | null
  readonly error: string | null
  readonly requestId: string | null
  readonly doneAt: number | null
}

export interface IntentStore {
  /** Saves an intent with its steps and recipients in one transaction. */
  begin(intent: NewIntent, now: number): Intent
  find(key: string): Intent | null
  hashOf(intent: Intent): Buffer
  /** The newest intent that asked for the same and was not taken back. */
  newestLike(hash: Buffer): Intent | null
  /** When its last step was done; null while one is not. */
  doneAt(intent: Intent): number | null
  /** True when a request of an earlier intent has this `local_id`. */
  hasLocalId(localId: string): boolean
  /** Newest first. */
  list(kind: IntentKind, limit: number): Intent[]
  steps(intent: Intent): Step[]
  recipients(intent: Intent): NewRecipient[]
  /** Remembers that these recipients are not texted after all, and why. */
  leaveOut(intent: Intent, phones: readonly string[], why: string): void
  /** Messages that went out since: other steps that are done, each with the people of its part. */
  sentSince(since: number, except: Step): { readonly step: Step; readonly phones: readonly string[] }[]
  /** A scheduled message was taken back: asked for again, it is another one. */
  cancel(intent: Intent, now: number): void
  /** The request, and what was asked, as it is now, after Heymarket took a change of it. */
  rewrite(step: Step, request: Step['request'], asked: Pick<NewIntent, 'wish' | 'hash'>): void
  inFlight(step: Step, now: number): Step
  done(step: Step, result: { id: number | null; answer: unknown }, now: number): Step
  /** The outcome is not known yet, or never will be. */
  unknown(step: Step, error: HeysyncError): Step
  /** Certainly not applied: a rerun tries it again. */
  failed(step: Step, error: HeysyncError): Step
  /** Certainly not applied, and worth another try. */
  waiting(step: Step): Step
}

interface IntentRow {
  readonly id: number
  readonly key: string
  readonly kind: IntentKind
  readonly wish: string
  readonly hash: Buffer
  readonly created_at: number
  readonly state: IntentState
}

interface StepRow {
  readonly intent_id: number
  readonly seq: number
  readonly part: number
  readonly kind: StepKind
  readonly local_id: string | null
  readonly request: string
  readonly state: StepState
  readonly attempts: number
  readonly attempted_at: number | null
  readonly first_attempted_at: number | null
  readonly words: string | null
  readonly result_id: number | null
  readonly answer: string | null
  readonly error_code: ErrorCode | null
  readonly error: string | null
  readonly request_id: string | null
  readonly done_at: number | null
}

/** An intent is as far as its steps: a failed or unknown one stops those behind it. */
const SELECT_INTENT = `
  SELECT i.*, CASE
    WHEN i.cancelled_at IS NOT NULL THEN 'cancelled'
    WHEN EXISTS (SELECT 1 FROM intent_step s WHERE s.intent_id = i.id AND s.state = 'failed') THEN 'failed'
    WHEN EXISTS (SELECT 1 FROM intent_step s WHERE s.intent_id = i.id AND s.state = 'unknown') THEN 'unknown'
    WHEN EXISTS (SELECT 1 FROM intent_step s WHERE s.intent_id = i.id AND s.state <> 'done') THEN 'open'
    ELSE 'done' END AS state
  FROM intent i`

export function openIntents(db: Db): IntentStore {
  const insertIntent = db.prepare<[string, string, string, Buffer, number]>(
    'INSERT INTO intent (key, kind, wish, hash, created_at) VALUES (?, ?, ?, ?, ?)',
  )
  const insertStep = db.prepare<[number, number, number, string, string | null, string, string | null]>(
    "INSERT INTO intent_step (intent_id, seq, part, kind, local_id, request, words, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting')",
  )
  const insertRecipient = db.prepare<[number, string, number, string | null]>(
    'INSERT INTO intent_recipient (intent_id, phone, part, refused) VALUES (?, ?, ?, ?)',
  )
  const byKey = db.prepare<[string], IntentRow>(`${SELECT_INTENT} WHERE i.key = ?`)
  const likeHash = db.prepare<[Buffer], IntentRow>(
    `${SELECT_INTENT} WHERE i.hash = ? AND i.cancelled_at IS NULL ORDER BY i.id DESC LIMIT 1`,
  )
  const lastDone = db
    .prepare<[number], number | null>('SELECT max(done_at) FROM intent_step WHERE intent_id = ?')
    .pluck()
  const localIdUsed = db
    .prepare<[string], number>('SELECT 1 FROM intent_step WHERE local_id = ? LIMIT 1')
    .pluck()
  const ofKind = db.prepare<[string, number], IntentRow>(
    `${SELECT_INTENT} WHERE i.kind = ? ORDER BY i.id DESC LIMIT ?`,
  )
  const hashById = db.prepare<[number], Buffer>('SELECT hash FROM intent WHERE id = ?').pluck()
  const stepsOf = db.prepare<[number], StepRow>('SELECT * FROM intent_step WHERE intent_id = ? ORDER BY seq')
  const oneStep = db.prepare<[number, number], StepRow>(
    'SELECT * FROM intent_step WHERE intent_id = ? AND seq = ?',
  )
  const recipientsOf = db.prepare<[number], NewRecipient>(
    'SELECT phone, part, refused FROM intent_recipient WHERE intent_id = ? ORDER BY phone',
  )
  const setRefused = db.prepare<[string, number, string]>(
    'UPDATE intent_recipient SET refused = ? WHERE intent_id = ? AND phone = ?',
  )
  const leaveOut = db.transaction((intentId: number, phones: readonly string[], why: string) => {
    for (const phone of phones) setRefused.run(why, intentId, phone)
  })
  const sentSteps = db.prepare<[number, number, number], StepRow>(
    `SELECT * FROM intent_step WHERE kind = 'send' AND state = 'done' AND done_at >= ?
       AND NOT (intent_id = ? AND seq = ?)`,
  )
  const phonesOfPart = db
    .prepare<[number, number], string>(
      'SELECT phone FROM intent_recipient WHERE intent_id = ? AND part = ? AND refused IS NULL',
    )
    .pluck()
  const setCancelled = db.prepare<[number, number]>('UPDATE intent SET cancelled_at = ? WHERE id = ?')
  const setRequest = db.prepare<[string, number, number]>(
    'UPDATE intent_step SET request = ? WHERE intent_id = ? AND seq = ?',
  )
  const setHash = db.prepare<[Buffer, string, number]>('UPDATE intent SET hash = ?, wish = ? WHERE id = ?')
  const setInFlight = db.prepare<[{ now: number; id: number; seq: number }]>(
    `UPDATE intent_step SET state = 'in_flight', attempts = attempts + 1, attempted_at = @now,
       first_attempted_at = coalesce(first_attempted_at, @now), error_code = NULL, error = NULL, request_id = NULL
     WHERE intent_id = @id AND seq = @seq`,
  )
  const setDone = db.prepare<[number | null, string, number, number, number]>(
    `UPDATE intent_step SET state = 'done', result_id = ?, answer = ?, done_at = ?,
       error_code = NULL, error = NULL WHERE intent_id = ? AND seq = ?`,
  )
  const setEnd = db.prepare<[StepState, string | null, string | null, string | null, number, number]>(
    'UPDATE intent_step SET state = ?, error_code = ?, error = ?, request_id = ? WHERE intent_id = ? AND seq = ?',
  )
  const rewrite = db.transaction(
    (step: Step, request: Step['request'], { wish, hash }: Pick<NewIntent, 'wish' | 'hash'>) => {
      setRequest.run(JSON.stringify(request), step.intentId, step.seq)
      setHash.run(hash, JSON.stringify(wish), step.intentId)
    },
  )
  const begin = db.transaction((intent: NewIntent, now: number) => {
    const { key, kind, wish, hash } = intent
    const id = Number(insertIntent.run(key, kind, JSON.stringify(wish), hash, now).lastInsertRowid)
    for (const [seq, step] of intent.steps.entries())
      insertStep.run(
        id,
        seq,
        step.part,
        step.kind,
        step.localId,
        JSON.stringify(step.request),
        step.words ?? null,
      )
    for (const one of intent.recipients ?? []) insertRecipient.run(id, one.phone, one.part, one.refused)
  })
  const reread = ({ intentId, seq }: Step): Step => {
    const row = oneStep.get(intentId, seq)
    if (row === undefined) throw new Error(`Step ${seq} of intent ${intentId} is gone.`)
    return readStep(row)
  }
  const end = (step: Step, state: StepState, error: HeysyncError | null): Step => {
    setEnd.run(
      state,
      error?.code ?? null,
      error?.message ?? null,
      error?.requestId ?? null,
      step.intentId,
      step.seq,
    )
    return reread(step)
  }
  const findByKey = (key: string): Intent | null => readIntent(byKey.get(key))
  return {
    begin: (intent, now) => {
      begin.immediate(intent, now)
      const saved = findByKey(intent.key)
      if (saved === null) throw new Error(`Intent ${intent.key} was not saved.`)
      return saved
    },
    find: findByKey,
    hashOf: (intent) => hashById.get(intent.id) ?? Buffer.alloc(0),
    newestLike: (hash) => readIntent(likeHash.get(hash)),
    doneAt: (intent) => lastDone.get(intent.id) ?? null,
    hasLocalId: (localId) => localIdUsed.get(localId) === 1,
    list: (kind, limit) => ofKind.all(kind, limit).flatMap((row) => readIntent(row) ?? []),
    steps: (intent) => stepsOf.all(intent.id).map(readStep),
    recipients: (intent) => recipientsOf.all(intent.id),
    leaveOut: (intent, phones, why) => leaveOut.immediate(intent.id, phones, why),
    sentSince: (since, { intentId, seq }) =>
      sentSteps.all(since, intentId, seq).map((row) => ({
        step: readStep(row),
        phones: phonesOfPart.all(row.intent_id, row.part),
      })),
    cancel: (intent, now) => void setCancelled.run(now, intent.id),
    rewrite: (step, request, asked) => rewrite.immediate(step, request, asked),
    inFlight: (step, now) => {
      setInFlight.run({ now, id: step.intentId, seq: step.seq })
      return reread(step)
    },
    done: (step, { id, answer }, now) => {
      setDone.run(id, JSON.stringify(answer ?? null), now, step.intentId, step.seq)
      return reread(step)
    },
    unknown: (step, error) => end(step, 'unknown', error),
    failed: (step, error) => end(step, 'failed', error),
    waiting: (step) => end(step, 'waiting', null),
  }
}

function readIntent(row: IntentRow | undefined): Intent | null {
  if (row === undefined) return null
  const { id, key, kind, wish, state, created_at } = row
  return { id, key, kind, wish: JSON.parse(wish) as Intent['wish'], state, createdAt: created_at }
}

function readStep(row: StepRow): Step {
  return {
    intentId: row.intent_id,
    seq: row.seq,
    part: row.part,
    kind: row.kind,
    localId: row.local_id,
    request: JSON.parse(row.request) as Step['request'],
    state: row.state,
    attempts: row.attempts,
    attemptedAt: row.attempted_at,
    firstAttemptedAt: row.first_attempted_at,
    words: row.words,
    resultId: row.result_id,
    answer: row.answer === null ? null : (JSON.parse(row.answer) as Step['answer']),
    errorCode: row.error_code,
    error: row.error,
    requestId: row.request_id,
    doneAt: row.done_at,
  }
}
