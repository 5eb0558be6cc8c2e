// Owns how a record looks beside what the mapping makes of it: before on the left, after or the reason on the right.
import stringWidth from 'string-width'
import type { SourceRecord } from '../connector/contract.ts'
import { maskPhone } from '../lib/phone.ts'
import type { Normalized } from '../sync/normalize/normalize.ts'
import type { Io } from './io.ts'
import { clip, columns, wrap } from './table-text.ts'

/** The indent, the bar and the spaces beside it. */
const BETWEEN = 7

export interface Pulled {
  readonly record: SourceRecord
  readonly result: Normalized
}

export function mappedOf({ contact }: Extract<Normalized, { kind: 'contact' }>): Record<string, unknown> {
  const { custom = {}, ...fields } = contact.fields
  const further = contact.further.length === 0 ? {} : { further: contact.further }
  return { phone: contact.phone, ...further, ...fields, ...custom, optedOut: contact.optedOut }
}

/** `only`: fields of the record to show, within the width of the terminal; all of them unless given. */
export function sideBySide(
  { record, result }: Pulled,
  io: Pick<Io, 'color' | 'columns'>,
  only?: ReadonlySet<string>,
): string {
  const { color } = io
  const half = Math.max(30, Math.floor((io.columns - 6) / 2))
  const marks = [
    record.deleted && 'deleted',
    record.archived && 'archived',
    record.outOfScope && 'out of scope',
  ]
  const into = record.mergedInto === undefined ? [] : [`merged into ${record.mergedInto}`]
  const head = [
    record.id,
    record.updatedAt ?? 'no time',
    ...marks.filter(Boolean),
    ...into,
    record.place ?? '',
  ]
  const left = Object.entries(record.fields)
    .filter(([name]) => only === undefined || only.has(name))
    .map(([name, value]) => `${name}: ${JSON.stringify(value) ?? ''}`)
  const mapped = mappedLines(result, io)
  const room = io.columns - Math.max(0, ...left.map((line) => stringWidth(clip(line, half)))) - BETWEEN
  const right = only === undefined ? mapped : mapped.flatMap((line) => wrap(line, room).split('\n'))
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, at) => [
    clip(left[at] ?? '', half),
    color.dim('│'),
    right[at] ?? '',
  ])
  return `${color.bold(head.filter(Boolean).join('  '))}\n${columns(rows, '  ')}`
}

function mappedLines(result: Normalized, { color }: Pick<Io, 'color'>): string[] {
  if (result.kind === 'rejected') {
    const { code, field, message } = result.rejection
    return [color.red(`rejected: ${code} at ${field}`), message]
  }
  if (result.kind !== 'contact') return [color.dim(`${result.kind}: no contact of it`)]
  const notes = result.notes.map(({ field, message }) => color.yellow(`${field}: ${message}`))
  const refused = result.refused.map(({ code, value }) => color.yellow(`${maskPhone(value)}: ${code}`))
  const lines = Object.entries(mappedOf(result)).map(
    ([name, value]) => `${color.cyan(name)}: ${[value].flat().join(', ')}`,
  )
  return [...lines, ...notes, ...refused]
}
