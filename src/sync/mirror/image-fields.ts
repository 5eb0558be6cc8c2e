// Owns the form in which an image keeps what was written: by field, and without what was blank before, because a first load
// writes to blanks alone.

/** A field before and after; of tags also what came and went. */
export interface Written {
  readonly field: string
  readonly before: string
  readonly after: string
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
}

/** What it is now; or what it was, what it is, and of tags what came and what went. */
type Kept = string | [string, string] | [string, string, readonly string[], readonly string[]]

export function writtenText(fields: readonly Written[]): string {
  return JSON.stringify(Object.fromEntries(fields.map((one) => [one.field, kept(one)])))
}

function kept({ before, after, add, remove }: Written): Kept {
  if (add !== undefined && remove !== undefined) return [before, after, add, remove]
  return before === '' ? after : [before, after]
}

/** Earlier versions of heysync kept a list of them. */
export function readWritten(text: string): readonly Written[] {
  const held = JSON.parse(text) as readonly Written[] | Readonly<Record<string, Kept>>
  if (isList(held)) return held
  return Object.entries(held).map(([field, value]) => {
    if (typeof value === 'string') return { field, before: '', after: value }
    const [before, after, add, remove] = value
    return add !== undefined && remove !== undefined
      ? { field, before, after, add, remove }
      : { field, before, after }
  })
}

function isList(held: readonly Written[] | Readonly<Record<string, Kept>>): held is readonly Written[] {
  return Array.isArray(held)
}
