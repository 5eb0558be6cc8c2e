// Owns before_image: what a contact held before a cycle wrote to it, for undo.
import type { RemovalRung } from '../../config/schema.ts'
import type { Db } from '../../db/open.ts'
import type { BareE164 } from '../../lib/phone.ts'

export interface ImageRow {
  readonly cycle_id: string
  readonly phone: BareE164
  readonly kind: 'create' | 'update' | 'remove'
  /** Of a removal. */
  readonly rung: RemovalRung | null
  /** Null for a create. */
  readonly contact_id: number | null
  readonly source_id: string
  readonly record_id: string
  /** What a deleted contact held, as remote-body.ts writes it; null for others. */
  readonly body: string | null
  /** JSON FieldChange[]. */
  readonly fields: string
  readonly at: number
}

export interface ImageStore {
  find(cycleId: string, phone: string): ImageRow | undefined
  /** A second write of the same cycle changes the fields; what was there before the first stays. */
  put(row: ImageRow): void
  /** In phone order. */
  ofCycle(cycleId: string): ImageRow[]
  /** Drops what is older than this instant. */
  prune(before: number): void
}

export function imageStore(db: Db): ImageStore {
  const find = db.prepare<[string, string], ImageRow>(
    'SELECT * FROM before_image WHERE cycle_id = ? AND phone = ?',
  )
  const put = db.prepare(
    `INSERT INTO before_image (cycle_id, phone, kind, rung, contact_id, source_id, record_id, body, fields, at)
     VALUES (@cycle_id, @phone, @kind, @rung, @contact_id, @source_id, @record_id, @body, @fields, @at)
     ON CONFLICT (cycle_id, phone) DO UPDATE SET fields = excluded.fields`,
  )
  const ofCycle = db.prepare<[string], ImageRow>(
    'SELECT * FROM before_image WHERE cycle_id = ? ORDER BY phone',
  )
  const prune = db.prepare<[number]>('DELETE FROM before_image WHERE at < ?')
  return {
    find: (cycleId, phone) => find.get(cycleId, phone),
    put: (row) => void put.run(row),
    ofCycle: (cycleId) => ofCycle.all(cycleId),
    prune: (before) => void prune.run(before),
  }
}
