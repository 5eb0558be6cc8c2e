// Owns member_image: whom a cycle put on lists and took off them, for undo.
import type { Db } from '../../db/open.ts'
import type { BareE164 } from '../../lib/phone.ts'

export interface MemberImage {
  readonly cycle_id: string
  /** Names the list's rule. */
  readonly key: string
  readonly phone: BareE164
  readonly shard: number
  readonly what: 'add' | 'remove'
  readonly at: number
}

export interface MemberImageStore {
  /** What the cycle did first stays: a repeat of the same request changes nothing. */
  put(image: MemberImage): void
  /** List by list, in phone order. */
  ofCycle(cycleId: string): MemberImage[]
  /** Drops the cycles whose images are older than this instant. */
  prune(before: number): void
}

export function memberImageStore(db: Db): MemberImageStore {
  const put = db.prepare(
    `INSERT INTO member_image (cycle_id, key, phone, shard, what, at)
     VALUES (@cycle_id, @key, @phone, @shard, @what, @at) ON CONFLICT (cycle_id, key, phone) DO NOTHING`,
  )
  const ofCycle = db.prepare<[string], MemberImage>(
    'SELECT * FROM member_image WHERE cycle_id = ? ORDER BY key, phone',
  )
  // Ids of cycles sort by their time.
  const oldest = db.prepare<[], Pick<MemberImage, 'cycle_id' | 'at'>>(
    'SELECT cycle_id, at FROM member_image ORDER BY cycle_id LIMIT 1',
  )
  const drop = db.prepare<[string]>('DELETE FROM member_image WHERE cycle_id = ?')
  return {
    put: (image) => void put.run(image),
    ofCycle: (cycleId) => ofCycle.all(cycleId),
    prune: (before) => {
      for (let row = oldest.get(); row && row.at < before; row = oldest.get()) drop.run(row.cycle_id)
    },
  }
}
