// Owns the journal of webhooks: a small database beside the main one, so that whoever calls is answered as soon as the
// event is safe on the disk, whatever the main database is busy with. What was worked off keeps no word and no number.
import Database from 'better-sqlite3'
import { useWal } from '../db/wal.ts'
import { contentHash } from '../lib/hash.ts'
import type { WebhookEvent } from '../messaging/webhook-event.ts'

export interface WaitingWebhook {
  readonly id: number
  readonly event: WebhookEvent
  readonly receivedAt: number
}

export interface WebhookCounts {
  readonly waiting: number
  /** When the last one came; null when none did. */
  readonly lastAt: number | null
  /** When the oldest that waits came. */
  readonly oldestAt: number | null
}

export interface WebhookJournal {
  /** False where the same waits already. */
  put(event: WebhookEvent, now: number): boolean
  /** Oldest first. */
  waiting(limit: number): WaitingWebhook[]
  done(id: number, now: number): void
  counts(): WebhookCounts
  close(): void
}

/** How long it is known that one came, in milliseconds. */
const KEEP_MS = 7 * 24 * 60 * 60_000

function journalPath(databasePath: string): string {
  return `${databasePath}-webhooks`
}

export function openJournal(databasePath: string): WebhookJournal {
  const db = new Database(journalPath(databasePath))
  db.pragma('busy_timeout = 1000')
  useWal(db)
  // Heymarket may not tell again what it was thanked for, so it has to outlive a power cut.
  db.pragma('synchronous = FULL')
  db.pragma('secure_delete = ON')
  db.exec(`CREATE TABLE IF NOT EXISTS webhook (
    id          INTEGER PRIMARY KEY,
    hash        BLOB NOT NULL,
    kind        TEXT NOT NULL,
    event       TEXT,                        -- JSON WebhookEvent; NULL when it was worked off
    received_at INTEGER NOT NULL,
    done_at     INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS webhook_waiting ON webhook (hash) WHERE done_at IS NULL;
  CREATE INDEX IF NOT EXISTS webhook_by_time ON webhook (received_at);`)
  const insert = db.prepare<[Buffer, string, string, number]>(
    `INSERT INTO webhook (hash, kind, event, received_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (hash) WHERE done_at IS NULL DO NOTHING`,
  )
  const waiting = db.prepare<[number], { id: number; event: string; received_at: number }>(
    'SELECT id, event, received_at FROM webhook WHERE done_at IS NULL ORDER BY id LIMIT ?',
  )
  const done = db.prepare<[number, number]>(
    "UPDATE webhook SET done_at = ?, event = NULL, hash = x'' WHERE id = ?",
  )
  const prune = db.prepare<[number]>('DELETE FROM webhook WHERE received_at < ? AND done_at IS NOT NULL')
  const counts = db.prepare<[], WebhookCounts>(
    `SELECT (SELECT count(*) FROM webhook WHERE done_at IS NULL) AS waiting,
            (SELECT max(received_at) FROM webhook) AS lastAt,
            (SELECT min(received_at) FROM webhook WHERE done_at IS NULL) AS oldestAt`,
  )
  return {
    put: (event, now) => {
      const text = JSON.stringify(event)
      return insert.run(contentHash(text), event.kind, text, now).changes === 1
    },
    waiting: (limit) =>
      waiting.all(limit).map(({ id, event, received_at }) => ({
        id,
        event: JSON.parse(event) as WebhookEvent,
        receivedAt: received_at,
      })),
    done: (id, now) => {
      done.run(now, id)
      prune.run(now - KEEP_MS)
    },
    counts: () => counts.get() ?? { waiting: 0, lastAt: null, oldestAt: null },
    close: () => void db.close(),
  }
}
