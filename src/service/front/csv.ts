// Owns CSV files that people open in a spreadsheet: no cell may become a formula there.

/** A spreadsheet takes what begins so for a formula, also after blanks. */
const FORMULA = /^\s*[=+\-@\t\r]/

/** The whole text in parts: the header, and each page of rows. */
export function* csvOf(
  header: readonly string[],
  pages: Iterable<readonly Readonly<Record<string, unknown>>[]>,
): Generator<string> {
  // The mark tells spreadsheets that it is UTF-8.
  yield `\ufeff${header.map(cell).join(',')}\r\n`
  for (const rows of pages)
    yield rows.map((row) => `${header.map((name) => cell(row[name])).join(',')}\r\n`).join('')
}

function cell(value: unknown): string {
  if (typeof value === 'number') return String(value)
  const text = value === null || value === undefined ? '' : String(value)
  const harmless = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) || harmless !== text ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
