// Owns the marked parts of hand-written documents, and Markdown tables to put there.

const PART = /(<!-- generated:([\w-]+) -->\n)[\s\S]*?(<!-- \/generated -->)/g

/**
 * The document with each marked part replaced.
 * @throws Error when the document is not there, or its marks and the parts do not match.
 */
export function withMarked(
  path: string,
  current: string | null,
  byName: Readonly<Record<string, string>>,
): string {
  if (current === null)
    throw new Error(`${path} is not there; its text is written by hand around generated parts.`)
  const used = new Set<string>()
  const text = current.replace(PART, (_whole, open: string, name: string, close: string) => {
    const part = byName[name]
    if (part === undefined) throw new Error(`${path} marks a part ${name} that nothing generates.`)
    used.add(name)
    return `${open}\n${part.trim()}\n\n${close}`
  })
  const unused = Object.keys(byName).filter((name) => !used.has(name))
  if (unused.length > 0) throw new Error(`${path} has no mark for: ${unused.join(', ')}.`)
  return text
}

/** A Markdown table. Bars inside of cells are escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
