// Owns the start of an intent: found again by its key or by what it asks, so that a rerun or a second Enter goes on with
// it instead of making another.
import { ulid } from 'ulid'
import { HeysyncError } from '../lib/errors.ts'
import { contentHash } from '../lib/hash.ts'
import type { MessagingDeps } from './deps.ts'
import type { Intent, IntentKind, NewIntent } from './intents.ts'

/** The same message asked for again within this time after it was sent, without a key of its own, is a second Enter. */
const SECOND_ENTER_MS = 10 * 60_000

/** A key for an intent that was given none. */
export function makeKey(deps: Pick<MessagingDeps, 'clock'>, random: () => number): string {
  return `heysync-${ulid(deps.clock.now(), random)}`
}

/**
 * The earlier intent that `wish` asks for again, or null. One that is not done is gone on with however old it is: it may
 * have been sent. `stillCounts` tells of one that is done whether asking again means the same.
 * Errors: ERR_KEY_REUSED when the key belongs to another message.
 */
export function findAgain(
  deps: MessagingDeps,
  kind: IntentKind,
  wish: Readonly<Record<string, unknown>>,
  key: string | undefined,
  stillCounts: (doneAt: number) => boolean = (doneAt) => deps.clock.now() - doneAt < SECOND_ENTER_MS,
): Intent | null {
  const hash = hashOf(kind, wish)
  if (key !== undefined) {
    const known = deps.intents.find(key)
    if (known === null) return null
    const cancelled = known.state === 'cancelled'
    if (!cancelled && deps.intents.hashOf(known).equals(hash)) return known
    throw new HeysyncError('ERR_KEY_REUSED', {
      message: `The key "${key}" was used on ${day(known.createdAt)} for ${cancelled ? 'a message that was cancelled' : 'another message'}.`,
      hint: 'A key stands for one message for good. Give this one a key of its own, or none.',
    })
  }
  const like = deps.intents.newestLike(hash)
  if (like === null || like.state !== 'done') return like
  return stillCounts(deps.intents.doneAt(like) ?? like.createdAt) ? like : null
}

/**
 * Makes the intent durable. From here on it is found again. `asOf` is when it was found out who may be texted.
 * Errors: ERR_KEY_REUSED when a request of another message has one of its `local_id`s already.
 */
export function begin(
  deps: MessagingDeps,
  intent: Omit<NewIntent, 'hash'>,
  asOf: number = deps.clock.now(),
): Intent {
  for (const { localId } of intent.steps) {
    if (localId === null || !deps.intents.hasLocalId(localId)) continue
    throw new HeysyncError('ERR_KEY_REUSED', {
      message: `The key "${intent.key}" would give a message the local_id "${localId}", which another message has.`,
      hint: 'Give it another key, or none.',
    })
  }
  return deps.intents.begin({ ...intent, hash: hashOf(intent.kind, intent.wish) }, asOf)
}

export function hashOf(kind: IntentKind, wish: Readonly<Record<string, unknown>>): Buffer {
  return contentHash(`${kind} ${JSON.stringify(wish)}`)
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
