// Owns aligned columns of text, for people; scripts take --json.
import stringWidth from 'string-width'

/** Rows as aligned lines with two spaces between columns; the last column may be as long as it likes. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, stringWidth(cell))
  }
  return rows
    .map((row) => {
      const cells = row.map((cell, at) =>
        at === row.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - stringWidth(cell)),
      )
      return `${indent}${cells.join('  ')}`.trimEnd()
    })
    .join('\n')
}

/** Cuts a text to `width` columns, with an ellipsis where something was cut. */
export function clip(text: string, width: number): string {
  const line = text.replace(/\s+/g, ' ')
  if (stringWidth(line) <= width) return line
  let cut = ''
  for (const char of line) {
    if (stringWidth(cut + char) > width - 1) break
    cut += char
  }
  return `${cut}…`
}

/** `1 contact`, `2 contacts`, `1,200 contacts`. */
export function many(n: number, one: string, more = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : more}`
}

export function number(n: number): string {
  return n.toLocaleString('en-US')
}
