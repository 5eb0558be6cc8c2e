// Owns before_image: what a contact held before a cycle wrote to it, for undo.
import type { RemovalRung } from '../../config/schema.ts'
import type { Db } from '../../db/open.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { readWritten, type Written, writtenText } from './image-fields.ts'

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
  readonly fields: readonly Written[]
  readonly at: number
}

type StoredImage = Omit<ImageRow, 'fields'> & { readonly fields: string }

export interface ImageStore {
  find(cycleId: string, phone: string): ImageRow | undefined
  /** A second write of the same cycle changes the fields; what was there before the first stays. */
  put(row: ImageRow): void
  /** In phone order. */
  ofCycle(cycleId: string): ImageRow[]
  /** Drops the cycles whose images are older than this instant. */
  prune(before: number): void
}

export function imageStore(db: Db): ImageStore {
  const find = db.prepare<[string, string], StoredImage>(
    'SELECT * FROM before_image WHERE cycle_id = ? AND phone = ?',
  )
  const put = db.prepare(
    `INSERT INTO before_image (cycle_id, phone, kind, rung, contact_id, source_id, record_id, body, fields, at)
     VALUES (@cycle_id, @phone, @kind, @rung, @contact_id, @source_id, @record_id, @body, @fields, @at)
     ON CONFLICT (cycle_id, phone) DO UPDATE SET fields = excluded.fields`,
  )
  const ofCycle = db.prepare<[string], StoredImage>(
    'SELECT * FROM before_image WHERE cycle_id = ? ORDER BY phone',
  )
  // Ids of cycles sort by their time.
  const oldest = db.prepare<[], Pick<ImageRow, 'cycle_id' | 'at'>>(
    'SELECT cycle_id, at FROM before_image ORDER BY cycle_id LIMIT 1',
  )
  const drop = db.prepare<[string]>('DELETE FROM before_image WHERE cycle_id = ?')
  return {
    find: (cycleId, phone) => {
      const row = find.get(cycleId, phone)
      return row && readImage(row)
    },
    put: (row) => void put.run({ ...row, fields: writtenText(row.fields) }),
    ofCycle: (cycleId) => ofCycle.all(cycleId).map(readImage),
    prune: (before) => {
      for (let row = oldest.get(); row && row.at < before; row = oldest.get()) drop.run(row.cycle_id)
    },
  }
}

function readImage({ fields, ...row }: StoredImage): ImageRow {
  return { ...row, fields: readWritten(fields) }
}
