// Owns the table alert: what was told and is not over.
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
}

export function alertStore(db: Db): AlertStore {
  const all = db.prepare<[], AlertRow>('SELECT * FROM alert ORDER BY since, key')
  const begin = db.prepare(
    `INSERT INTO alert (key, code, title, detail, hint, since) VALUES (@key, @code, @title, @detail, @hint, @at)
     ON CONFLICT (key) DO UPDATE SET code = excluded.code, title = excluded.title, detail = excluded.detail,
       hint = excluded.hint, since = excluded.since, over_at = NULL, told = '[]'`,
  )
  const reword = db.prepare(
    'UPDATE alert SET title = @title, detail = @detail, hint = @hint WHERE key = @key',
  )
  const end = db.prepare<[number, string]>("UPDATE alert SET over_at = ?, told = '[]' WHERE key = ?")
  const told = db.prepare<[string, string]>('UPDATE alert SET told = ? WHERE key = ?')
  const drop = db.prepare<[string]>('DELETE FROM alert WHERE key = ?')
  return {
    all: () => all.all(),
    begin: ({ key, code, title, detail, hint }, at) => void begin.run({ key, code, title, detail, hint, at }),
    reword: ({ key, title, detail, hint }) => void reword.run({ key, title, detail, hint }),
    end: (key, at) => void end.run(at, key),
    told: (key, destinations) => void told.run(JSON.stringify(destinations), key),
    drop: (key) => void drop.run(key),
  }
}
