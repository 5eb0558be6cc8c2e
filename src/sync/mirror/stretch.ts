// Owns the cutting of a long table into stretches of its key, so that others have their turn between two.

/** Rows by their keys, behind `after` and up to `to`; null is the end. */
export interface Stretch {
  readonly after: string
  readonly to: string | null
}

/** In SQL, of a column of text. A blob is greater than every text; with an OR in its place each stretch would be read to the end of the table. */
export function inStretch(column: string): string {
  return `${column} > @after AND ${column} <= coalesce(@to, x'')`
}

/** `behind`: the key so many rows behind this one, null when there are fewer. */
export function* stretches(behind: (after: string) => string | null): Generator<Stretch> {
  let after = ''
  for (;;) {
    const to = behind(after)
    yield { after, to }
    if (to === null) return
    after = to
  }
}
