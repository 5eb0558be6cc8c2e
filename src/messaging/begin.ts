// Owns the start of an intent: found again by its key or by what it asks, so that a rerun or a second Enter goes on with
// it instead of making another.
import { ulid } from 'ulid'
import { HeysyncError } from '../lib/errors.ts'
import { contentHash } from '../lib/hash.ts'
import type { MessagingDeps } from './deps.ts'
import type { Intent, IntentKind, NewIntent } from './intents.ts'

/** The same message asked for again within this time, without a key of its own, is taken for a second Enter. */
const SECOND_ENTER_MS = 10 * 60_000
/** One that did not get through is taken up again for this long. */
const TAKE_UP_MS = 24 * 60 * 60_000

/** A key for an intent that was given none. */
export function makeKey(deps: Pick<MessagingDeps, 'clock'>, random: () => number): string {
  return `heysync-${ulid(deps.clock.now(), random)}`
}

/**
 * The earlier intent that `wish` asks for again, or null.
 * Errors: ERR_KEY_REUSED when the key belongs to another message.
 */
export function findAgain(
  deps: MessagingDeps,
  kind: IntentKind,
  wish: Readonly<Record<string, unknown>>,
  key: string | undefined,
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
  const now = deps.clock.now()
  const like = deps.intents.newestLike(hash, now - TAKE_UP_MS)
  if (like === null) return null
  return like.state !== 'done' || now - like.createdAt < SECOND_ENTER_MS ? like : null
}

/** Makes the intent durable. From here on it is found again. */
export function begin(deps: MessagingDeps, intent: Omit<NewIntent, 'hash'>): Intent {
  return deps.intents.begin({ ...intent, hash: hashOf(intent.kind, intent.wish) }, deps.clock.now())
}

function hashOf(kind: IntentKind, wish: Readonly<Record<string, unknown>>): Buffer {
  return contentHash(`${kind} ${JSON.stringify(wish)}`)
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
