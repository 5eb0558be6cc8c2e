// Owns the people of the tests of many at once: each has something in every kind of field, told by their number.
import { nthPhone } from '../../support/contact.ts'
import { aSource, type TestEngine } from '../../support/engine.ts'

export const RICH = aSource({
  map: { tags: 'tags', custom: { Plan: 'plan' }, email: 'email', optedOut: 'stop' },
})

export function person(n: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    phone: nthPhone(n),
    first: `P${n}`,
    last: 'X',
    email: `p${n}@example.com`,
    plan: n % 2 === 0 ? 'Gold' : '',
    tags: n % 3 === 0 ? 'VIP' : '',
    stop: n % 10 === 0 ? 'yes' : 'no',
    ...more,
  }
}

/** The rows r1 … rN. */
export function people(world: TestEngine, count: number, more: Record<string, unknown> = {}): void {
  for (let n = 1; n <= count; n += 1) world.rows[`r${n}`] = person(n, more)
}

/** Every one of them has another first name from now on. */
export function renamed(world: TestEngine, count: number, name = 'New'): void {
  for (let n = 1; n <= count; n += 1) world.rows[`r${n}`] = person(n, { first: `${name}${n}` })
}

export const firsts = (world: TestEngine) => world.sandbox.store.contacts().map(({ first }) => first)

/** Mappings name a custom field that was deleted in the account a moment ago: its id is none any more. */
export async function aFieldIsGone({ engine }: TestEngine, name: string): Promise<void> {
  const { lookups } = engine
  const real = await lookups.get()
  const fieldId = (asked: string) => (asked === name ? 999 : real.fieldId(asked))
  Object.assign(lookups, { get: async () => ({ ...real, fieldId }) })
}
