// Owns the normalize stage: a source record becomes a contact, or the reason why it does not. Pure, and the same every time.
import { createHash } from 'node:crypto'
import metadata from 'libphonenumber-js/metadata.max.json'
import type { SourceConfig } from '../../config/schema.ts'
import type { SourceRecord } from '../../connector/contract.ts'
import type { BareE164 } from '../../lib/phone.ts'
import type { Contact, ContactFields, Note } from '../contact.ts'
import type { LeftWay } from '../removal.ts'
import type { KeyPath } from './cel.ts'
import { readEmail, readTags } from './contact-fields.ts'
import { compileMapping, compileOptional, type NamedField } from './mapping.ts'
import {
  allPhones,
  compileFilter,
  countryReader,
  type Fields,
  firstOf,
  firstPhone,
  type PhonesRead,
  Rejected,
  saysOptedOut,
} from './record-readers.ts'
import type { Rejection } from './rejection.ts'
import { toLine, toText } from './text.ts'

export interface SaidOfConsent {
  /** The record's numbers when it says "do not text". */
  readonly consent: readonly BareE164[]
  /** It says so, whether or not its number can be read. */
  readonly optedOut: boolean
}

/** Raise it when the same record and config may give another outcome: every record is then normalized again. */
const NORMALIZER_VERSION = 3

export type Normalized =
  | {
      readonly kind: 'contact'
      readonly contact: Contact
      readonly notes: readonly Note[]
      /** Its values that are no number, where another one is. */
      readonly refused: readonly Rejection[]
      readonly consent: readonly BareE164[]
    }
  | (SaidOfConsent & { readonly kind: 'filtered' })
  | (SaidOfConsent & { readonly kind: 'rejected'; readonly rejection: Rejection })
  | (SaidOfConsent & { readonly kind: 'deleted'; readonly way: LeftWay })

export interface Normalizer {
  /** Never throws, whatever the record holds. `consent` holds the record's numbers when the record says "do not text". */
  normalize(record: SourceRecord): Normalized
  /** What a record that may have lost fields says of consent: a field that is not there says nothing. Never throws. */
  consentOf(record: SourceRecord): SaidOfConsent
  /** The numbers that a record shows, whatever becomes of it. Never throws. */
  numbersOf(record: SourceRecord): readonly BareE164[]
  /** SHA-256 (hex) of everything that changes the outcome: map, filter, country, default, version, phone metadata. */
  readonly fingerprint: string
  /** Record fields that the mapping, filter and country name, each with its config key. */
  readonly fields: readonly NamedField[]
  /** Names in `map.custom`. */
  readonly customFields: readonly string[]
  /** Tag names that are written in the tags expressions. */
  readonly tagLiterals: readonly string[]
  /** Contact fields that the mapping owns: `first`, `tags`, `custom.Plan` … */
  readonly owned: readonly string[]
}

const OWNABLE = ['first', 'last', 'displayName', 'email', 'assignee', 'tags'] as const

const isBlank = (text: string): boolean => text === ''

/**
 * Compiles a source's mapping. `keyPath` is where the source stands in the config, e.g. `['sources', 0]`.
 * Throws ERR_EXPRESSION for an expression that does not compile, ERR_CONFIG_INVALID for an unknown `defaultCountry`.
 */
export function compileNormalizer(
  source: SourceConfig,
  settings: { readonly defaultCountry?: string | undefined; readonly keyPath: KeyPath },
): Normalizer {
  const { map } = source
  const key = (...keys: readonly string[]): KeyPath => [...settings.keyPath, ...keys]

  const phone = compileMapping(map.phone, key('map', 'phone'))
  const optedOut = compileOptional(map.optedOut, key('map', 'optedOut'))
  const country = compileOptional(source.country, key('country'))
  const filter = source.filter === undefined ? undefined : compileFilter(source.filter, key('filter'))
  const plain = OWNABLE.flatMap((name) => {
    const mapping = compileOptional(map[name], key('map', name))
    return mapping === undefined ? [] : [{ name, mapping }]
  })
  const custom = Object.entries(map.custom ?? {}).map(([name, mapping]) => ({
    name,
    mapping: compileMapping(mapping, key('map', 'custom', name)),
  }))
  const countryOf = countryReader(country, settings.defaultCountry)

  const saysNo = (fields: Fields, notes: Note[]): boolean =>
    optedOut !== undefined && saysOptedOut(optedOut.readers, fields, notes)
  const readNumbers = source.phones === 'all' ? allPhones : firstPhone
  const numbersOf = (fields: Fields, notes: Note[]): PhonesRead =>
    readNumbers(phone, fields, countryOf, notes)
  const shownNumbers = (fields: Fields): readonly BareE164[] => orNone(() => numbersOf(fields, []).phones)

  function consentOf({ fields }: SourceRecord): SaidOfConsent {
    const out = orFalse(() => optedOut !== undefined && saysOptedOut(optedOut.sureReaders, fields, []))
    return { consent: out ? shownNumbers(fields) : [], optedOut: out }
  }

  function normalize(record: SourceRecord): Normalized {
    const { fields } = record
    const way = wayOf(record)
    // Deleted records often carry little more than their id.
    if (way !== null) return { kind: 'deleted', way, ...consentOf(record) }
    const notes: Note[] = []
    let out = false
    try {
      out = saysNo(fields, notes)
      if (filter !== undefined && !filter.matches(fields)) {
        return { kind: 'filtered', consent: out ? shownNumbers(fields) : [], optedOut: out }
      }
      const { phones, refused } = numbersOf(fields, notes)
      const [number, ...further] = phones
      const contact = { phone: number, further, fields: contactFields(fields, notes), optedOut: out }
      return { kind: 'contact', contact, notes, refused, consent: out ? phones : [] }
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      const consent = out ? shownNumbers(fields) : []
      return { kind: 'rejected', rejection: error.rejection, consent, optedOut: out }
    }
  }

  function contactFields(fields: Fields, notes: Note[]): ContactFields {
    const found: { -readonly [Name in keyof ContactFields]: ContactFields[Name] } = {}
    for (const { name, mapping } of plain) {
      if (name === 'tags') found.tags = firstOf(mapping, fields, name, readTags, (tags) => tags.length === 0)
      else if (name === 'email')
        found.email = firstOf(mapping, fields, name, (value) => readEmail(value, notes), isBlank)
      else found[name] = firstOf(mapping, fields, name, toLine, isBlank)
    }
    if (map.custom !== undefined) {
      found.custom = Object.fromEntries(
        custom.map(({ name, mapping }) => [
          name,
          firstOf(mapping, fields, `custom.${name}`, toText, isBlank),
        ]),
      )
    }
    return found
  }

  const customFields = custom.map(({ name }) => name)
  const tags = plain.find(({ name }) => name === 'tags')?.mapping
  return {
    normalize,
    consentOf,
    numbersOf: ({ fields }) => shownNumbers(fields),
    fingerprint: fingerprintOf(source, settings.defaultCountry),
    fields: [
      phone,
      ...[...plain, ...custom].map(({ mapping }) => mapping),
      optedOut,
      country,
      filter,
    ].flatMap((named) => named?.fields ?? []),
    customFields,
    tagLiterals: [...new Set((tags?.literals ?? []).flatMap(readTags))],
    owned: [...plain.map(({ name }) => name), ...customFields.map((name) => `custom.${name}`)],
  }
}

/** The source keeps the person under another record: this one is as good as deleted. */
export function mergedAway({ id, mergedInto }: SourceRecord): boolean {
  return mergedInto !== undefined && mergedInto !== '' && mergedInto !== id
}

function wayOf(record: SourceRecord): LeftWay | null {
  if (mergedAway(record)) return 'merged'
  if (record.deleted) return 'deleted'
  if (record.archived) return 'archived'
  return record.outOfScope ? 'outOfScope' : null
}

function orFalse(read: () => boolean): boolean {
  try {
    return read()
  } catch (error) {
    if (error instanceof Rejected) return false
    throw error
  }
}

function orNone(read: () => readonly BareE164[]): readonly BareE164[] {
  try {
    return read()
  } catch (error) {
    if (error instanceof Rejected) return []
    throw error
  }
}

let metadataHash: string | undefined

function fingerprintOf(source: SourceConfig, defaultCountry: string | undefined): string {
  metadataHash ??= sha256(JSON.stringify(metadata))
  const { map, phones, filter, country } = source
  return sha256(
    JSON.stringify([NORMALIZER_VERSION, metadataHash, { map, phones, filter, country, defaultCountry }]),
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
