// Owns dying: a process that ends before any statement and around any request, and the disk that outlives it.
// What was not committed is lost, as after a kill -9.
import type Database from 'better-sqlite3'
import { type Db, openDatabase } from '../../../src/db/open.ts'

export class Crash extends Error {
  override readonly name = 'Crash'
}

/** The database as it lies on the disk. */
export interface Disk {
  readonly real: Db
  /** Kept between processes, as preparing costs most of a history's time. */
  readonly statements: Map<string, Database.Statement>
  /** Outermost transactions that were committed so far. */
  commits: number
  /** The file is lost. */
  wipe(): void
}

export function openDisk(): Disk {
  const real = openDatabase(':memory:')
  const tables = real
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid DESC")
    .pluck()
    .all()
  const wipes = tables.map((name) => real.prepare(`DELETE FROM ${name}`))
  return {
    real,
    statements: new Map(),
    commits: 0,
    wipe: () => {
      // Twice: what is deleted may leave marks in tables that were empty already.
      for (const wipe of [...wipes, ...wipes]) wipe.run()
    },
  }
}

export interface Process {
  /** A connection that works until the process dies. */
  readonly db: Db
  readonly signal: AbortSignal
  readonly dead: boolean
  /** A place where it may die. */
  point(): void
  /** It dies, or is told to end, at this point from now on. */
  aim(points: number, how: 'kill' | 'term'): void
  /** Nobody is after it any more. */
  spare(): void
}

export function startProcess(disk: Disk): Process {
  const { real } = disk
  const ending = new AbortController()
  let dead = false
  let left = Number.POSITIVE_INFINITY
  let how: 'kill' | 'term' = 'kill'

  const point = () => {
    if (dead) throw new Crash('dead')
    left -= 1
    if (left > 0) return
    left = Number.POSITIVE_INFINITY
    if (how === 'term') return ending.abort()
    dead = true
    if (real.inTransaction) real.exec('ROLLBACK')
    ending.abort()
    throw new Crash('killed')
  }
  return {
    db: connection(disk, point, () => dead),
    signal: ending.signal,
    get dead() {
      return dead
    },
    point,
    aim: (points, manner) => {
      left = points
      how = manner
    },
    spare: () => {
      left = Number.POSITIVE_INFINITY
    },
  }
}

/** What the engine uses of better-sqlite3, each call a place to die. */
function connection(disk: Disk, point: () => void, isDead: () => boolean): Db {
  const { real } = disk
  const prepared = (sql: string, rows: 'objects' | 'pluck' | 'raw') => {
    const key = `${rows} ${sql}`
    const known = disk.statements.get(key)
    if (known) return known
    const made = real.prepare(sql)
    if (rows !== 'objects') made[rows]()
    disk.statements.set(key, made)
    return made
  }
  const statement = (sql: string, rows: 'objects' | 'pluck' | 'raw'): object => {
    const inner = prepared(sql, rows)
    return {
      run: (...given: unknown[]) => {
        point()
        return inner.run(...given)
      },
      get: (...given: unknown[]) => {
        point()
        return inner.get(...given)
      },
      all: (...given: unknown[]) => {
        point()
        return inner.all(...given)
      },
      iterate: (...given: unknown[]) => {
        point()
        return inner.all(...given)[Symbol.iterator]()
      },
      pluck: () => statement(sql, 'pluck'),
      raw: () => statement(sql, 'raw'),
    }
  }
  const step = (sql: string) => void prepared(sql, 'objects').run()
  const transaction = (work: (...given: unknown[]) => unknown) => {
    const run =
      (begin: string) =>
      (...given: unknown[]) => {
        const outermost = !real.inTransaction
        point()
        step(outermost ? begin : 'SAVEPOINT inner')
        try {
          const result = work(...given)
          point()
          step(outermost ? 'COMMIT' : 'RELEASE inner')
          if (outermost) disk.commits += 1
          return result
        } catch (error) {
          if (!isDead() && real.inTransaction) {
            if (outermost) step('ROLLBACK')
            else for (const undo of ['ROLLBACK TO inner', 'RELEASE inner']) step(undo)
          }
          throw error
        }
      }
    return Object.assign(run('BEGIN'), {
      immediate: run('BEGIN IMMEDIATE'),
      exclusive: run('BEGIN EXCLUSIVE'),
    })
  }
  return {
    prepare: (sql: string) => statement(sql, 'objects'),
    transaction,
    exec: (sql: string) => {
      point()
      return real.exec(sql)
    },
    pragma: (...given: Parameters<Db['pragma']>) => real.pragma(...given),
    close: () => {},
    get inTransaction() {
      return real.inTransaction
    },
  } as unknown as Db
}
