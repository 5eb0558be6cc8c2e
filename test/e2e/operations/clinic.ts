// Owns what the tests of operations share: a clinic with people, and the proof that the account is exactly right.
import { expect } from 'vitest'
import type { SandboxOptions } from '../../../src/sandbox/server.ts'
import { clinicConfig, csv, type House, house, type Person, people, type Tree } from '../support.ts'

export const EVERY_SECOND = { schedule: '* * * * * *' }

/** An account in which each contact takes a request of its own, so that a push has a middle. */
export const ONE_BY_ONE = {
  dialects: { duplicatePhone: 'duplicate', batchCalls: 'gone', bulkCalls: 'gone' },
} as const satisfies SandboxOptions

/** A folder with a config, and so many people in contacts.csv. Nothing is synced yet. */
export async function clinic(
  count: number,
  given: { source?: Tree; top?: Tree; sandbox?: SandboxOptions } = {},
): Promise<House> {
  const home = await house({ dialects: { duplicatePhone: 'duplicate' }, ...given.sandbox })
  home.config(clinicConfig(home.sandbox.url, given.source, given.top))
  home.write('contacts.csv', csv(people(count)))
  return home
}

/** The account holds these people and nobody else, and nobody was ever made twice. */
export function expectExactly(home: House, expected: readonly Person[]): void {
  const shown = home.sandbox.store.contacts().map(({ phone, first, last }) => ({ phone, first, last }))
  const wanted = expected.map(({ phone, first, last }) => ({ phone: phone.replace(/\D/g, ''), first, last }))
  expect(shown.sort(byPhone)).toEqual(wanted.sort(byPhone))
  const made = home.sandbox.store.creations().map(({ phone }) => phone)
  expect(made.filter((phone, index) => made.indexOf(phone) !== index)).toEqual([])
}

function byPhone(a: { phone: string | null }, b: { phone: string | null }): number {
  return (a.phone ?? '') < (b.phone ?? '') ? -1 : 1
}
