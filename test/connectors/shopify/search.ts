// How the fake reads Shopify's search syntax: terms of customers joined by AND. A term that it does not know is dropped
// with a warning, as Shopify does.
export interface Searched {
  readonly id: number
  readonly updatedAt: number
}

export interface Search {
  matches(row: Searched): boolean
  readonly warnings: readonly { readonly field: string; readonly message: string; readonly code: string }[]
}

const DAY_MS = 86_400_000
const TERM = /^(\w+):(>=|<=|>|<)?(?:'([^']*)'|"([^"]*)"|(\S+))$/

/** `wholeDays`: the documentation says that a time matches "a whole day", so bounds may be cut to it. */
export function readSearch(text: string, wholeDays: boolean): Search {
  const warnings: { field: string; message: string; code: string }[] = []
  const tests = text.split(/\s+AND\s+|\s+(?=\w+:)/).flatMap((term) => {
    const [, field = term, sign = '=', single, double, bare] = TERM.exec(term.trim()) ?? []
    const value = single ?? double ?? bare ?? ''
    const number = field === 'updated_at' ? Date.parse(value) : Number(value)
    if (!['id', 'updated_at'].includes(field) || Number.isNaN(number)) {
      warnings.push({ field, message: 'Invalid search field for this query.', code: 'invalid_field' })
      return []
    }
    const cut = (ms: number) => (wholeDays ? Math.floor(ms / DAY_MS) * DAY_MS : ms)
    if (field === 'id') return [(row: Searched) => holds(row.id, sign, number)]
    return [(row: Searched) => holds(cut(row.updatedAt), sign, cut(number))]
  })
  return { matches: (row) => tests.every((test) => test(row)), warnings }
}

function holds(left: number, sign: string, right: number): boolean {
  if (sign === '>=') return left >= right
  if (sign === '<=') return left <= right
  if (sign === '>') return left > right
  if (sign === '<') return left < right
  return left === right
}
