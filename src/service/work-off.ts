// Owns the way of a webhook from the journal into the main database: opt-outs into the consent ledger, messages among
// those that were seen. It can be cut off anywhere, because taking the same in twice changes nothing.
import type { Db } from '../db/open.ts'
import { databaseError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { openSeenMessages } from '../messaging/seen-messages.ts'
import { asksToStop } from '../messaging/stop-words.ts'
import type { WebhookEvent } from '../messaging/webhook-event.ts'
import type { Mirror } from '../sync/mirror/mirror.ts'
import type { WebhookJournal } from './webhook-journal.ts'

export interface WorkOffDeps {
  readonly db: Db
  readonly mirror: Pick<Mirror, 'consent' | 'hints' | 'erased' | 'transaction'>
  readonly journal: WebhookJournal
  readonly now: () => number
  readonly log: Logger
  /** What kind of event was taken in. */
  onTaken(kind: WebhookEvent['kind']): void
}

const AT_ONCE = 100

/** Works off everything that waits. False when the database was busy: it is to be tried again soon. */
export function workOff({ db, mirror, journal, now, log, onTaken }: WorkOffDeps): () => boolean {
  const seen = openSeenMessages(db, mirror.consent)
  const take = (event: WebhookEvent) => {
    seen.take(event, now())
    const phone = whoStopped(event)
    // Erased people leave no number behind.
    if (phone !== null && !mirror.erased.has(phone)) mirror.hints.put(phone, now())
  }
  return () => {
    for (let rows = journal.waiting(AT_ONCE); rows.length > 0; rows = journal.waiting(AT_ONCE)) {
      for (const { id, event } of rows) {
        try {
          mirror.transaction(() => take(event))
        } catch (error) {
          if (isBusy(error)) return false
          // One that can never be taken in must not stand in the way of the others.
          log.error({ kind: event.kind }, 'a webhook could not be taken in and is left out')
        }
        journal.done(id, now())
        onTaken(event.kind)
      }
    }
    return true
  }
}

function whoStopped(event: WebhookEvent): string | null {
  if (event.kind === 'opt-out') return event.phone
  const { kind } = event
  if (kind !== 'message' || event.message.direction !== 'in' || !asksToStop(event.message.text)) return null
  return event.message.phone
}

function isBusy(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code)
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED') || databaseError(error) !== null
}
