// Owns the table alert: what was told and is not over. It is held in memory too, because a full disk is among what has to be
// told, and told once: what could not be written then is written later.
import type { Db } from '../../db/open.ts'
import type { Violation } from './violations.ts'

export interface AlertRow extends Violation {
  /** Milliseconds since 1970. */
  readonly since: number
  readonly over_at: number | null
  /** JSON list of destinations that know of its present state. */
  readonly told: string
}

export interface AlertStore {
  /** Oldest first. */
  all(): AlertRow[]
  /** Begins it, or begins it again before everybody knew that it was over. */
  begin(violation: Violation, at: number): void
  /** Its words may change while it stands; that is not told again. */
  reword(violation: Violation): void
  end(key: string, at: number): void
  told(key: string, destinations: readonly string[]): void
  drop(key: string): void
  /** Writes what is new, all of it or nothing. Throws where the database cannot be written; the next call tries again. */
  save(): void
}

export function alertStore(db: Db): AlertStore {
  const all = db.prepare<[], AlertRow>('SELECT * FROM alert')
  const put = db.prepare<[AlertRow]>(
    `INSERT OR REPLACE INTO alert (key, code, title, detail, hint, since, over_at, told)
     VALUES (@key, @code, @title, @detail, @hint, @since, @over_at, @told)`,
  )
  const remove = db.prepare<[string]>('DELETE FROM alert WHERE key = ?')
  const rows = new Map(all.all().map((row) => [row.key, row]))
  const unsaved = new Set<string>()
  const change = (key: string, more: Partial<AlertRow>) => {
    const row = rows.get(key)
    if (row === undefined) return
    rows.set(key, { ...row, ...more })
    unsaved.add(key)
  }
  const write = db.transaction(() => {
    for (const key of unsaved) {
      const row = rows.get(key)
      if (row === undefined) remove.run(key)
      else put.run(row)
    }
  })
  return {
    all: () => [...rows.values()].sort((a, b) => a.since - b.since || (a.key < b.key ? -1 : 1)),
    begin: (violation, since) => {
      rows.set(violation.key, { ...violation, since, over_at: null, told: '[]' })
      unsaved.add(violation.key)
    },
    reword: ({ key, title, detail, hint }) => {
      const row = rows.get(key)
      if (row?.title !== title || row.detail !== detail || row.hint !== hint)
        change(key, { title, detail, hint })
    },
    end: (key, at) => change(key, { over_at: at, told: '[]' }),
    told: (key, destinations) => change(key, { told: JSON.stringify(destinations) }),
    drop: (key) => {
      if (rows.delete(key)) unsaved.add(key)
    },
    save: () => {
      if (unsaved.size === 0) return
      write.immediate()
      unsaved.clear()
    },
  }
}
