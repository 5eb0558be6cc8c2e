// Owns the people of the checks: many, all different, some of them with names that break careless code.
import type { Person } from './world.ts'

const NAMES = [
  ['Ana', 'Silva'],
  ['Zoë', 'Ångström'],
  ['محمد', 'الأحمد'],
  ['שרה', 'לוי'],
  ['😀 Joy', 'O’Neil'],
  ['李', '小龍'],
  ['Björn "Bear"', "D'Arcy, Jr."],
  ['N\u0303o', 'Peña'],
] as const

/** Names that careless code takes for numbers, formulas, markup, placeholders, or the end of a cell. */
export const LOOKALIKES = [
  '007',
  '1e5',
  'True',
  '=1+1',
  '@home',
  'a,b;c|d',
  'O"Neil "Oz"',
  "O'Neil",
  'back\\slash \\n',
  '<b>&amp;</b>',
  '%41 + %2B',
  '{{first}} ${last}',
] as const

/** A valid number for each n below 2,000,000. */
function phoneOf(n: number): string {
  return String(15_102_000_000 + n)
}

export function person(n: number, more: Partial<Person> = {}): Person {
  const [first, last] = NAMES[n % NAMES.length] ?? NAMES[0]
  return {
    key: `p${n}`,
    phone: `+${phoneOf(n)}`,
    first: `${first} ${n}`,
    last,
    email: `person${n}@example.com`,
    ...more,
  }
}

export function people(from: number, to: number): Person[] {
  return Array.from({ length: to - from + 1 }, (_, index) => person(from + index))
}
