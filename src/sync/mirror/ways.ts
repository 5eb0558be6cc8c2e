// Owns the table way: what was learnt about the account's requests for many contacts at once.
import type { Db } from '../../db/open.ts'

/** `create.batch` and `update.batch`: contacts/bulk without and with overwrite. `create.bulk`: contacts/bulk-v2. `list.delta`: members of one lists/update. */
export type WayName = 'create.batch' | 'create.bulk' | 'update.batch' | 'search' | 'list.delta'

/** A closed list, in the order in which they are tried. */
const WAY_NAMES: readonly WayName[] = ['create.batch', 'create.bulk', 'update.batch', 'search', 'list.delta']

export interface Way {
  readonly name: WayName
  readonly state: 'untried' | 'works' | 'missing'
  /** Most contacts that one request took; 0 when none was sent yet. */
  readonly fits: number
  /** Fewest contacts that were too many; null when no number was. */
  readonly ceiling: number | null
  /** Fields that were sent and not kept: `custom`, `tags` and so on. */
  readonly notStored: readonly string[]
  /** Fields that were sent and seen to be kept. */
  readonly stored: readonly string[]
  /** What showed it, in a sentence. */
  readonly why: string
  readonly learntAt: number
}

export interface WayStore {
  /** Also for a way that was never tried. */
  get(name: WayName): Way
  put(way: Way): void
  /** In the order of WAY_NAMES, those that were tried. */
  learnt(): Way[]
  /** The next request begins anew with a few. */
  forget(): void
}

interface WayRow {
  readonly name: WayName
  readonly state: Way['state']
  readonly fits: number
  readonly ceiling: number | null
  readonly not_stored: string
  readonly stored: string
  readonly why: string
  readonly learnt_at: number
}

export function wayStore(db: Db): WayStore {
  const find = db.prepare<[string], WayRow>('SELECT * FROM way WHERE name = ?')
  const put = db.prepare(
    `INSERT INTO way (name, state, fits, ceiling, not_stored, stored, why, learnt_at)
     VALUES (@name, @state, @fits, @ceiling, @notStored, @stored, @why, @learntAt)
     ON CONFLICT (name) DO UPDATE SET state = excluded.state, fits = excluded.fits, ceiling = excluded.ceiling,
       not_stored = excluded.not_stored,
       stored = excluded.stored, why = excluded.why, learnt_at = excluded.learnt_at`,
  )
  const forget = db.prepare('DELETE FROM way')
  const get = (name: WayName): Way => {
    const row = find.get(name)
    if (row === undefined)
      return {
        name,
        state: 'untried',
        fits: 0,
        ceiling: null,
        notStored: [],
        stored: [],
        why: '',
        learntAt: 0,
      }
    const { not_stored, learnt_at, ...rest } = row
    const list = (text: string) => JSON.parse(text) as string[]
    return { ...rest, notStored: list(not_stored), stored: list(row.stored), learntAt: learnt_at }
  }
  return {
    get,
    put: (way) =>
      void put.run({
        ...way,
        notStored: JSON.stringify(way.notStored),
        stored: JSON.stringify(way.stored),
      }),
    learnt: () => WAY_NAMES.map(get).filter((way) => way.state !== 'untried'),
    forget: () => void forget.run(),
  }
}
