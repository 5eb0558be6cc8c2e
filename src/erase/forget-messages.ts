// Owns forgetting in what was sent: the key, the state and Heymarket's ids stay, because they prove that nothing is sent twice (I2).
import type { Db } from '../db/open.ts'

interface IntentRow {
  readonly id: number
  readonly kind: string
  readonly wish: string
}

interface StepRow {
  readonly seq: number
  readonly state: string
  readonly request: string
  readonly answer: string | null
  readonly words: string | null
  readonly error: string | null
}

/** What of a message to one person alone tells nothing of them. */
const IMPERSONAL = new Set(['inbox_id', 'creator_id', 'user_id', 'local_id', 'execute_at', 'private'])

/**
 * Takes the names of a person (number first, then e-mail addresses) out of all intents; returns of how many. Their rows
 * among the recipients are still there, and go after this.
 * A message to them alone loses its words, and is taken back where it is not known to be done, so that nobody goes on with it.
 */
export function forgetMessages(db: Db, names: readonly string[], now: number): number {
  const naming = db.prepare<{ name: string }, IntentRow>(
    `SELECT id, kind, wish FROM intent i WHERE instr(lower(wish), lower(@name)) > 0 OR EXISTS
       (SELECT 1 FROM intent_step s WHERE s.intent_id = i.id AND
          instr(lower(s.request || coalesce(s.answer, '') || coalesce(s.words, '') || coalesce(s.error, '')), lower(@name)) > 0)
       OR EXISTS (SELECT 1 FROM intent_recipient r WHERE r.intent_id = i.id AND r.phone = @name)`,
  )
  const stepsOf = db.prepare<[number], StepRow>(
    'SELECT seq, state, request, answer, words, error FROM intent_step WHERE intent_id = ? ORDER BY seq',
  )
  const setWish = db.prepare<[string, number]>('UPDATE intent SET wish = ? WHERE id = ?')
  // Of few enough words, so that who knows the words could find the number by trying.
  const dropHash = db.prepare<[number]>('UPDATE intent SET hash = zeroblob(16) WHERE id = ?')
  const cancel = db.prepare<[number, number]>(
    'UPDATE intent SET cancelled_at = coalesce(cancelled_at, ?) WHERE id = ?',
  )
  const othersOf = db
    .prepare<[number, string], number>(
      'SELECT count(*) FROM intent_recipient WHERE intent_id = ? AND phone <> ? AND refused IS NULL',
    )
    .pluck()
  const setStep = db.prepare<[string, string | null, string | null, string | null, number, number]>(
    'UPDATE intent_step SET request = ?, answer = ?, words = ?, error = ? WHERE intent_id = ? AND seq = ?',
  )
  const without = (text: string | null): string | null =>
    text === null ? null : names.reduce((rest, name) => cut(rest, name), text)
  const withoutIn = (json: string): string => JSON.stringify(prune(JSON.parse(json), names))

  const intents = new Map(names.flatMap((name) => naming.all({ name })).map((row) => [row.id, row]))
  for (const { id, kind, wish } of intents.values()) {
    const steps = stepsOf.all(id)
    const alone = kind !== 'broadcast' && steps.every(({ request }) => !isToSeveral(request))
    const forNobody = kind === 'broadcast' && othersOf.get(id, names[0] ?? '') === 0
    setWish.run(alone ? '{}' : withoutIn(wish), id)
    if (alone) dropHash.run(id)
    if ((alone || forNobody) && steps.some(({ state }) => state !== 'done')) cancel.run(now, id)
    for (const { seq, request, answer, words, error } of steps) {
      const body = alone ? impersonal(request) : withoutIn(request)
      setStep.run(
        body,
        answer && withoutIn(answer),
        alone ? null : without(words),
        alone ? null : without(error),
        id,
        seq,
      )
    }
  }
  return intents.size
}

function isToSeveral(request: string): boolean {
  const { targets } = JSON.parse(request) as { targets?: readonly string[] }
  return targets !== undefined && targets.length > 1
}

function impersonal(request: string): string {
  const body = Object.entries(JSON.parse(request) as Record<string, unknown>)
  return JSON.stringify({ ...Object.fromEntries(body.filter(([key]) => IMPERSONAL.has(key))), content: {} })
}

/** Takes the names out of lists, and out of texts that hold them. */
function prune(value: unknown, names: readonly string[]): unknown {
  if (typeof value === 'string') return names.reduce(cut, value)
  if (Array.isArray(value)) return value.filter((one) => !names.includes(one)).map((one) => prune(one, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, held]) => (names.includes(key) ? [] : [[key, prune(held, names)]])),
  )
}

function cut(text: string, name: string): string {
  const at = text.toLowerCase().indexOf(name.toLowerCase())
  return at < 0 ? text : cut(text.slice(0, at) + text.slice(at + name.length), name)
}
