// The table of phones: country, raw text, expected number or the reason why there is none.
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { compileNormalizer } from '../../../src/sync/normalize/normalize.ts'
import { sourceConfig } from './source-config.ts'

interface Row {
  readonly country: string
  readonly raw: string
  readonly expected: string
  readonly reason: string
  readonly note: string
}

const rows: Row[] = parse(readFileSync(new URL('../../fixtures/phones.csv', import.meta.url)), {
  columns: true,
})
const normalizer = compileNormalizer(sourceConfig({ country: 'country' }), { keyPath: ['sources', 0] })

function outcome(row: Row): string {
  const fields = { phone: row.raw, country: row.country }
  const result = normalizer.normalize({ id: '1', fields, updatedAt: null })
  return result.kind === 'contact'
    ? result.contact.phone
    : result.kind === 'rejected'
      ? result.rejection.code
      : result.kind
}

describe('phones.csv', () => {
  test.each(rows)('$country $raw is $expected$reason', (row) => {
    expect(outcome(row)).toBe(row.expected || row.reason)
  })

  test('holds 150 rows or more over 25 countries or more', () => {
    expect(rows.length).toBeGreaterThanOrEqual(150)
    expect(
      new Set(rows.map((row) => row.country).filter((name) => /^[A-Z]{2}$/.test(name))).size,
    ).toBeGreaterThanOrEqual(25)
  })
})
