// Owns what the service promised and has not begun: kept in the database from the answer on, so that a stop, also a hard one,
// loses none of it.
import { z } from 'zod'
import type { Db } from '../db/open.ts'

const mode = z.enum(['full', 'incremental'])

/** What was asked for, as data. */
const request = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('sync'),
    mode,
    sources: z.array(z.string()).readonly(),
    allowEmpty: z.array(z.string()).readonly(),
    trigger: z.string(),
  }),
  z.object({ kind: z.literal('approve'), cycle: z.string() }),
  z.object({ kind: z.literal('redrive'), cause: z.string().optional(), phone: z.string().optional() }),
])

export type Request = z.infer<typeof request>

export interface Promised {
  /** The id of the cycle that it will be. */
  readonly id: string
  readonly request: Request
}

export interface Promises {
  add(promised: Promised): void
  /** Its cycle has begun, or cannot. */
  forget(id: string): void
  /** Those that no cycle was begun for, in the order in which they were asked. */
  open(): readonly Promised[]
}

export function promiseStore(db: Db): Promises {
  const insert = db.prepare<[string, string]>('INSERT INTO asked (cycle_id, request) VALUES (?, ?)')
  const remove = db.prepare<[string]>('DELETE FROM asked WHERE cycle_id = ?')
  const removeBegun = db.prepare<[]>('DELETE FROM asked WHERE cycle_id IN (SELECT id FROM cycle)')
  const all = db.prepare<[], { id: string; request: string }>(
    'SELECT cycle_id AS id, request FROM asked ORDER BY cycle_id',
  )
  return {
    add: ({ id, request }) => void insert.run(id, JSON.stringify(request)),
    forget: (id) => void remove.run(id),
    open: () => {
      removeBegun.run()
      return all.all().map(({ id, request: text }) => ({ id, request: request.parse(JSON.parse(text)) }))
    },
  }
}
