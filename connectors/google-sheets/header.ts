// Owns the header row: which column holds which field. Columns are known by name, so they may be moved.
import { closest } from 'fastest-levenshtein'
import { ConnectorError } from 'heysync/connector'
import type { Cell } from './cells.ts'

export interface Header {
  readonly columns: readonly { readonly name: string; readonly at: number }[]
  readonly idAt: readonly number[]
}

/** Errors: a ConnectorError `empty` without any name; `field` for a name that comes twice, or an id column that is missing. */
export function readHeader(cells: readonly Cell[], idNames: readonly string[], place: string): Header {
  const columns = cells
    .map((cell, at) => ({ name: clean(String(cell)), at }))
    .filter(({ name }) => name !== '')
  if (columns.length === 0)
    throw new ConnectorError('empty', {
      message: `${place} holds no names of columns.`,
      hint: 'Check sheet and headerRow in the options of this source.',
      place,
    })
  for (const { name, at } of columns) {
    const first = columns.find((other) => other.name === name)
    if (first && first.at !== at)
      throw new ConnectorError('field', {
        message: `${place} names two columns "${name}": ${letters(first.at)} and ${letters(at)}.`,
        hint: 'Rename one of them: nobody can tell which one is meant.',
        place,
      })
  }
  const names = columns.map(({ name }) => name)
  const idAt = idNames.map((wanted) => {
    const found = columns.find(({ name }) => name === clean(wanted))
    if (found) return found.at
    const nearest =
      names.find((name) => name.toLowerCase() === wanted.toLowerCase()) ?? closest(wanted, names)
    throw new ConnectorError('field', {
      message: `${place} has no column "${wanted}". Its columns are: ${names.join(', ')}`,
      hint: `Did you mean "${nearest}"? Correct idColumn in the options of this source.`,
      place,
    })
  })
  return { columns, idAt }
}

/** 0 is A, 26 is AA. */
export function letters(at: number): string {
  return at < 26 ? String.fromCharCode(65 + at) : `${letters(Math.floor(at / 26) - 1)}${letters(at % 26)}`
}

function clean(name: string): string {
  return name
    .replaceAll(/[\s\u00a0]+/g, ' ')
    .trim()
    .normalize('NFC')
}
