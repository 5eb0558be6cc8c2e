// Owns reading one record through compiled mappings: the first value, its valid phones, the country, the filter;
// and turns whatever fails into a rejection.
import type { SourceConfig } from '../../config/schema.ts'
import { HeysyncError } from '../../lib/errors.ts'
import type { BareE164 } from '../../lib/phone.ts'
import type { Note } from '../contact.ts'
import { compileExpression, ExpressionFailure, type KeyPath, keyText } from './cel.ts'
import { readOptedOut } from './contact-fields.ts'
import { countryCode } from './country.ts'
import type { CompiledMapping, NamedField, Reader } from './mapping.ts'
import { type CountryAnswer, type PhoneReading, readPhone, readPhones } from './phone.ts'
import type { Rejection } from './rejection.ts'
import { isBlankWord, quote, toLine, toText } from './text.ts'

export type Fields = Readonly<Record<string, unknown>>
export type CountryReader = (fields: Fields) => CountryAnswer

/** Ends the work on one record. Thrown here, caught in normalize.ts. */
export class Rejected extends Error {
  override readonly name = 'Rejected'
  readonly rejection: Rejection

  constructor(rejection: Rejection) {
    super(rejection.message)
    this.rejection = rejection
  }
}

/** The first value that is not blank, as `convert` makes it; else the last blank one. Throws Rejected. */
export function firstOf<Value>(
  mapping: CompiledMapping,
  fields: Fields,
  field: string,
  convert: (value: unknown) => Value,
  isBlank: (value: Value) => boolean,
): Value {
  let found: Value = convert('')
  for (const read of mapping.readers) {
    found = convert(readOrReject(read, fields, field))
    if (!isBlank(found)) break
  }
  return found
}

/** True when any of the mapped values says "do not text": with several, the strictest counts. Throws Rejected. */
export function saysOptedOut(readers: readonly Reader[], fields: Fields, notes: Note[]): boolean {
  let out = false
  for (const read of readers) {
    out = readOptedOut(readOrReject(read, fields, 'optedOut'), notes) || out
  }
  return out
}

/** Numbers in the order of the mapping, each once; `refused` says why other values are none. */
export interface PhonesRead {
  readonly phones: readonly [BareE164, ...BareE164[]]
  readonly refused: readonly Rejection[]
}

type PhoneMappingReader = (
  mapping: CompiledMapping,
  fields: Fields,
  country: CountryReader,
  notes: Note[],
) => PhonesRead

/** The first valid number of the mapped phone fields. Throws Rejected with the reason of the first that has a value. */
export const firstPhone: PhoneMappingReader = (mapping, fields, country, notes) => {
  const failed: Failed[] = []
  for (const reading of readings(mapping, fields, country, notes, (cell, ask) => [readPhone(cell, ask)])) {
    if (reading.kind === 'number') return { phones: [reading.phone], refused: [] }
    failed.push(reading)
  }
  throw noNumber(failed)
}

/** Every valid number of the mapped phone fields. Throws Rejected, as `firstPhone` does, when there is none. */
export const allPhones: PhoneMappingReader = (mapping, fields, country, notes) => {
  const failed: Failed[] = []
  const found = new Set<BareE164>()
  for (const reading of readings(mapping, fields, country, notes, readPhones)) {
    if (reading.kind === 'number') found.add(reading.phone)
    else failed.push(reading)
  }
  const [first, ...further] = found
  if (first === undefined) throw noNumber(failed)
  return { phones: [first, ...further], refused: failed.map((one) => rejectionOf(one)) }
}

type Failed = PhoneReading & { kind: 'failed' }

/** Reads one cell after the other; what is remarkable about a number becomes a note. Throws Rejected. */
function* readings(
  mapping: CompiledMapping,
  fields: Fields,
  country: CountryReader,
  notes: Note[],
  readCell: (cell: unknown, country: () => CountryAnswer) => readonly PhoneReading[],
): Generator<Exclude<PhoneReading, { kind: 'blank' }>> {
  let answer: CountryAnswer | undefined
  const askCountry = (): CountryAnswer => {
    answer ??= country(fields)
    return answer
  }
  for (const read of mapping.readers) {
    const value = readOrReject(read, fields, 'phone')
    for (const cell of Array.isArray(value) ? value : [value]) {
      for (const reading of readCell(cell, askCountry)) {
        if (reading.kind === 'blank') continue
        if (reading.kind === 'number')
          for (const message of reading.notes)
            notes.push({ field: 'phone', value: clip(toText(cell)), message })
        yield reading
      }
    }
  }
}

function noNumber(failed: readonly Failed[]): Rejected {
  const [first, ...more] = failed
  if (first === undefined) {
    return new Rejected({
      code: 'PHONE_MISSING',
      field: 'phone',
      value: '',
      message:
        'None of the mapped phone fields has a value. Fill one in, or leave such records out with a filter.',
    })
  }
  return new Rejected(
    rejectionOf(
      first,
      more.reduce((sum, { others }) => sum + others + 1, first.others),
    ),
  )
}

function rejectionOf({ code, value, message }: Failed, others = 0): Rejection {
  const more =
    others === 0 ? '' : ` ${others} other ${others === 1 ? 'value' : 'values'} of this record failed too.`
  return { code, field: 'phone', value, message: message + more }
}

/** What decides a record's country: the mapped value, else the default. Throws ERR_CONFIG_INVALID for an unknown default. */
export function countryReader(
  mapping: CompiledMapping | undefined,
  defaultCountry: string | undefined,
): CountryReader {
  const fallback = defaultAnswer(defaultCountry)
  if (mapping === undefined) return () => fallback
  return (fields) => {
    const text = firstOf(mapping, fields, 'country', toLine, isBlankWord)
    if (isBlankWord(text)) return fallback
    const country = countryCode(text)
    return country === null ? { kind: 'unknown', text } : { kind: 'known', country, from: 'record' }
  }
}

export interface Filter {
  /** Throws Rejected when the expression fails or gives something else than true or false. */
  matches(fields: Fields): boolean
  readonly fields: readonly NamedField[]
}

/** Compiles a source's filter. Throws ERR_EXPRESSION when it does not compile or cannot give true or false. */
export function compileFilter(source: NonNullable<SourceConfig['filter']>, key: KeyPath): Filter {
  const expression = compileExpression(source.replace(/^=/, ''), key)
  if (expression.type !== 'bool' && expression.type !== 'dyn') {
    throw new HeysyncError('ERR_EXPRESSION', {
      message: `${keyText(key)} gives ${expression.type}, and a filter must give true or false:\n\n  ${source}`,
      hint: 'Compare with something, e.g. record.status == "active".',
    })
  }
  const read: Reader = (fields) => expression.evaluate(fields)
  return {
    fields: expression.fields.map((path) => ({ path, key })),
    matches(fields) {
      const result = readOrReject(read, fields, 'filter')
      if (typeof result === 'boolean') return result
      const text = toText(result)
      throw new Rejected({
        code: 'EXPRESSION_FAILED',
        field: 'filter',
        value: clip(text),
        message: `The filter gave ${quote(text)} where it must give true or false. Compare with something, e.g. record.status == "active".`,
      })
    },
  }
}

function defaultAnswer(text: string | undefined): CountryAnswer {
  if (text === undefined || text.trim() === '') return { kind: 'missing' }
  const country = countryCode(text)
  if (country !== null) return { kind: 'known', country, from: 'defaultCountry' }
  throw new HeysyncError('ERR_CONFIG_INVALID', {
    message: `defaultCountry is ${quote(text)}, which is not a country that heysync knows.`,
    hint: 'Write an ISO code such as US or GBR, or an English name such as Germany.',
  })
}

function readOrReject(read: Reader, fields: Fields, field: string): unknown {
  try {
    return read(fields)
  } catch (error) {
    if (!(error instanceof ExpressionFailure)) throw error
    throw new Rejected({
      code: 'EXPRESSION_FAILED',
      field,
      value: clip(error.value),
      message: `The expression of ${field} fails on this record: ${error.message}. Make it cope with this value; docs/mapping.md shows how.`,
    })
  }
}

function clip(text: string): string {
  return text.slice(0, 200)
}
