// Owns source_keep: what connectors keep between pulls beside their cursors.
import type { Keep } from '../../connector/http/keep.ts'
import type { Db } from '../../db/open.ts'

export function sourceKeep(db: Db, sourceId: string): Keep {
  const get = db
    .prepare<[string, string], string>('SELECT value FROM source_keep WHERE source_id = ? AND name = ?')
    .pluck()
  const set = db.prepare<[string, string, string]>(
    `INSERT INTO source_keep (source_id, name, value) VALUES (?, ?, ?)
     ON CONFLICT (source_id, name) DO UPDATE SET value = excluded.value`,
  )
  return {
    get: (name) => get.get(sourceId, name) ?? null,
    set: (name, value) => void set.run(sourceId, name, value),
  }
}
