// Owns aligned columns of text, for people; scripts take --json.
import stringWidth from 'string-width'

/**
 * Rows as aligned lines with two spaces between columns. The last column may be as long as it likes, or is cut where the
 * line would be wider than `width`; a little of it always stays.
 */
export function columns(
  rows: readonly (readonly string[])[],
  indent = '  ',
  width = Number.POSITIVE_INFINITY,
): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, stringWidth(cell))
  }
  return rows
    .map((row) => {
      const before = widths.slice(0, row.length - 1).reduce((sum, one) => sum + one + 2, indent.length)
      const cells = row.map((cell, at) =>
        at === row.length - 1
          ? clipLast(cell, width - before)
          : cell + ' '.repeat((widths[at] ?? 0) - stringWidth(cell)),
      )
      return `${indent}${cells.join('  ')}`.trimEnd()
    })
    .join('\n')
}

const LEAST_OF_LAST = 20

function clipLast(cell: string, left: number): string {
  return left === Number.POSITIVE_INFINITY ? cell : clip(cell, Math.max(left, LEAST_OF_LAST))
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

/** Breaks each line of a text at spaces, so that none is wider than `width` columns unless a single word is. */
export function wrap(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n')
}

function wrapLine(line: string, width: number): string {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`
    if (current !== '' && stringWidth(longer) > width) {
      lines.push(current)
      current = word
    } else {
      current = longer
    }
  }
  return [...lines, current].join('\n')
}
