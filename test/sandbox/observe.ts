// Owns how a dialect is observed: what a caller does, and what it sees under each value.
import type { Dialects } from '../../src/sandbox/dialects.ts'
import type { Box, HandClock } from './support.ts'

export const PHONE = '15105553344'
export const OTHER = '15105553355'

export interface Observation {
  /** What a caller sees; it differs from value to value. */
  readonly see: (box: Box, clock: HandClock) => Promise<unknown>
  readonly expected: Readonly<Record<string, unknown>>
  /** Other dialects that make it easier to see. */
  readonly also?: Partial<Dialects>
}

export interface Row {
  readonly id: number
  readonly updated: string
  readonly created: string
}

export async function list(box: Box, body: object = {}): Promise<Row[]> {
  return ((await box.post('/v1/contacts', body)).json ?? []) as Row[]
}

export function put(box: Box, id: number, body: object, query = '') {
  return box.call('PUT', `/v1/contact/${id}${query}`, { phone: PHONE, ...body })
}

/** One field of a contact as it reads back. */
export async function pick(box: Box, id: number, name: string): Promise<unknown> {
  return (await box.read(id))[name]
}
