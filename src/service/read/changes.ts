// Owns what one cycle changed, person by person: what was written (from the before-images), what waits or is dead (from
// the outbox) and what is held. Read part by part, each in the order of its key.
import type { z } from 'zod'
import type { Db } from '../../db/open.ts'
import type { Change } from '../../sync/diff/change.ts'
import { readWritten, type Written } from '../../sync/mirror/image-fields.ts'
import type { changeRow, changes } from '../api/contract.ts'
import { type Key, pageOf, readCursor } from './cursor.ts'
import { namesReader } from './names.ts'

type Row = z.infer<typeof changeRow>
export type ChangeState = Row['state']

export interface ChangesReader {
  page(ask: {
    cycle: string
    limit: number
    after: string | undefined
    state: ChangeState | undefined
  }): z.infer<typeof changes>
}

/** One row with its place: the list's key ('' for a contact) and the phone. */
interface Placed {
  readonly key: string
  readonly phone: string
  readonly row: Omit<Row, 'phone' | 'name'>
}

interface Part {
  readonly name: string
  readonly states: readonly ChangeState[]
  rows(cycle: string, after: { key: string; phone: string }, limit: number): Placed[]
}

interface ImageRow {
  readonly phone: string
  readonly kind: 'create' | 'update' | 'remove'
  readonly rung: string | null
  readonly fields: string
  readonly acked: 0 | 1
  readonly state: string | null
}

const START = { key: '', phone: '' }

/** `titleOf`: what the list of a rule is called. */
export function changesReader(db: Db, titleOf: (key: string) => string): ChangesReader {
  const parts = partsOf(db, titleOf)
  const nameOf = namesReader(db)
  return {
    page: ({ cycle, limit, after, state }) => {
      const mark = readCursor(after, 3)
      const wanted = parts.filter(({ states }) => state === undefined || states.includes(state))
      const first = mark === null ? 0 : parts.findIndex(({ name }) => name === mark[0])
      const found: { part: string; placed: Placed }[] = []
      for (const part of wanted) {
        if (parts.indexOf(part) < first) continue
        let from = part.name === mark?.[0] ? { key: mark[1] ?? '', phone: mark[2] ?? '' } : START
        while (found.length <= limit) {
          const rows = part.rows(cycle, from, limit + 1)
          const last = rows.at(-1)
          for (const placed of rows)
            if (state === undefined || placed.row.state === state) found.push({ part: part.name, placed })
          if (rows.length <= limit || last === undefined) break
          from = last
        }
        if (found.length > limit) break
      }
      const keyOf = ({ part, placed }: (typeof found)[number]): Key => [part, placed.key, placed.phone]
      const page = pageOf(found, limit, keyOf)
      return {
        changes: page.rows.map(({ placed: { phone, row } }) => ({ phone, name: nameOf(phone), ...row })),
        after: page.after,
      }
    },
  }
}

function partsOf(db: Db, titleOf: (key: string) => string): Part[] {
  const images = db.prepare<[string, string, number], ImageRow>(
    `SELECT i.phone, i.kind, i.rung, i.fields, o.state AS state,
       EXISTS (SELECT 1 FROM attempt a WHERE a.phone = i.phone AND a.cycle_id = i.cycle_id AND a.outcome = 'acked') AS acked
     FROM before_image i LEFT JOIN operation o ON o.phone = i.phone
     WHERE i.cycle_id = ? AND i.phone > ? ORDER BY i.phone LIMIT ?`,
  )
  // What was never tried belongs to the newest plan; of older ones only a few are left, which their state finds.
  const newestPlan = db
    .prepare<[], string>(
      "SELECT cycle_id FROM operation WHERE state = 'pending' ORDER BY lane DESC, id DESC LIMIT 1",
    )
    .pluck()
  const NOT_SHOWN =
    'NOT EXISTS (SELECT 1 FROM before_image i WHERE i.cycle_id = o.cycle_id AND i.phone = o.phone)'
  const waiting = db.prepare<[string, string, number], { phone: string; change: string; state: string }>(
    `SELECT o.phone, o.change, o.state FROM operation o WHERE o.cycle_id = ? AND o.phone > ? AND ${NOT_SHOWN} ORDER BY o.phone LIMIT ?`,
  )
  const left = db.prepare<[string, string, number], { phone: string; change: string; state: string }>(
    `SELECT o.phone, o.change, o.state FROM operation o INDEXED BY operation_due
     WHERE o.state IN ('dead', 'unsettled', 'in_flight') AND o.cycle_id = ? AND o.phone > ? AND ${NOT_SHOWN} ORDER BY o.phone LIMIT ?`,
  )
  const held = db.prepare<[string, string, string, number], { phone: string; change: string }>(
    'SELECT phone, change FROM held WHERE since_cycle <= ? AND cycle_id >= ? AND phone > ? ORDER BY phone LIMIT ?',
  )
  const members = db.prepare<[string, string, string, number], { key: string; phone: string; what: string }>(
    'SELECT key, phone, what FROM member_image WHERE cycle_id = ? AND (key, phone) > (?, ?) ORDER BY key, phone LIMIT ?',
  )
  const heldMembers = db.prepare<[string, string, string, string, number], { key: string; phone: string }>(
    `SELECT key, phone FROM held_member WHERE since_cycle <= ? AND cycle_id >= ? AND (key, phone) > (?, ?)
     ORDER BY key, phone LIMIT ?`,
  )
  return [
    {
      name: 'written',
      states: ['written', 'waiting', 'dead'],
      rows: (cycle, { phone }, limit) =>
        images.all(cycle, phone, limit).map((image) => ({
          key: '',
          phone: image.phone,
          row: {
            kind: image.kind,
            detail: image.rung,
            fields: fieldsOf(readWritten(image.fields)),
            state: image.acked === 1 || image.state === null ? 'written' : openState(image.state),
          },
        })),
    },
    {
      name: 'waiting',
      states: ['waiting', 'dead'],
      rows: (cycle, { phone }, limit) =>
        (newestPlan.get() === cycle ? waiting : left)
          .all(cycle, phone, limit)
          .map((one) => ({ key: '', phone: one.phone, row: changed(one.change, openState(one.state)) })),
    },
    {
      name: 'held',
      states: ['held'],
      rows: (cycle, { phone }, limit) =>
        held
          .all(cycle, cycle, phone, limit)
          .map((one) => ({ key: '', phone: one.phone, row: changed(one.change, 'held') })),
    },
    {
      name: 'members',
      states: ['written'],
      rows: (cycle, { key, phone }, limit) =>
        members.all(cycle, key, phone, limit).map((one) => ({
          key: one.key,
          phone: one.phone,
          row: {
            kind: one.what === 'add' ? 'listAdd' : 'listRemove',
            detail: titleOf(one.key),
            fields: [],
            state: 'written',
          },
        })),
    },
    {
      name: 'heldMembers',
      states: ['held'],
      rows: (cycle, { key, phone }, limit) =>
        heldMembers.all(cycle, cycle, key, phone, limit).map((one) => ({
          key: one.key,
          phone: one.phone,
          row: { kind: 'listRemove', detail: titleOf(one.key), fields: [], state: 'held' },
        })),
    },
  ]
}

function openState(state: string): ChangeState {
  return state === 'dead' ? 'dead' : 'waiting'
}

function changed(text: string, state: ChangeState): Placed['row'] {
  const change = JSON.parse(text) as Change
  const detail = change.kind === 'remove' ? change.rung : null
  return { kind: change.kind, detail, fields: fieldsOf(change.fields), state }
}

function fieldsOf(fields: readonly Written[]): Row['fields'] {
  return fields.map(({ field, before, after }) => ({ field, before, after }))
}
