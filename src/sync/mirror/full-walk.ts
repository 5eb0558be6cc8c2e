// Owns full_walk: how far the walk through all of Heymarket's contacts has come, so that it can be gone on with.
import type { Db } from '../../db/open.ts'

export interface FullWalk {
  readonly walk_seq: number
  readonly started_at: number
  readonly head: string
  readonly watermark: string
  readonly resume_from: string | null
  readonly added: number
  readonly changed: number
}

export interface FullWalkStore {
  find(): FullWalk | undefined
  save(walk: FullWalk): void
  drop(): void
}

export function fullWalkStore(db: Db): FullWalkStore {
  const find = db.prepare<[], FullWalk>(
    'SELECT walk_seq, started_at, head, watermark, resume_from, added, changed FROM full_walk',
  )
  const save = db.prepare(
    `INSERT OR REPLACE INTO full_walk (one, walk_seq, started_at, head, watermark, resume_from, added, changed)
     VALUES (1, @walk_seq, @started_at, @head, @watermark, @resume_from, @added, @changed)`,
  )
  const drop = db.prepare('DELETE FROM full_walk')
  return {
    find: () => find.get(),
    save: (walk) => void save.run(walk),
    drop: () => void drop.run(),
  }
}
