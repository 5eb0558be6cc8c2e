// Owns text that is made while nobody else may work and read after that: it may be longer than memory, so it lies in a table
// that only this process sees and that ends with it.
import type { Db } from './open.ts'

/** Takes all of it now, a row each, and gives it back as often as it is asked for. The text before it is forgotten. */
export function spooled(db: Db, texts: Iterable<string>): Iterable<string> {
  db.exec('CREATE TEMP TABLE IF NOT EXISTS spool (at INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT')
  db.exec('DELETE FROM spool')
  const add = db.prepare<[string]>('INSERT INTO spool (text) VALUES (?)')
  const next = db.prepare<[number], { at: number; text: string }>(
    'SELECT at, text FROM spool WHERE at > ? ORDER BY at LIMIT 1',
  )
  for (const text of texts) add.run(text)
  return {
    *[Symbol.iterator]() {
      for (let row = next.get(0); row !== undefined; row = next.get(row.at)) yield row.text
    },
  }
}
