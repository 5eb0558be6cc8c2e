// Owns what a cell holds. Google tells it in two ways, and each bends something: as a number a phone loses its zeros and its
// plus, as it is shown it may be 1.41556E+10. Pure.

export type Cell = string | boolean

/** `plain`: UNFORMATTED_VALUE. `shown`: FORMATTED_VALUE, which counts only where it writes the same number. */
export function mergeCells(plain: unknown, shown: unknown): Cell {
  if (typeof plain === 'boolean') return plain
  if (typeof plain !== 'number') return plain === null || plain === undefined ? '' : String(plain)
  const digits = typeof shown === 'string' ? shown.replace(/[^\d]/g, '') : ''
  const text = plainNumber(plain)
  const isSame = typeof shown === 'string' && !/[eE]/.test(shown) && digits.replace(/^0+(?=\d)/, '') === text
  if (!isSame) return text
  return `${/^\s*\+/.test(String(shown)) ? '+' : ''}${digits}`
}

/** All digits, never 1.4e+21. */
function plainNumber(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value)
}

const ERRORS = /^#(?:REF!|N\/A|VALUE!|ERROR!|NAME\?|DIV\/0!|NUM!|NULL!)$/

/** True for what a formula shows that failed. */
export function isErrorCell(cell: Cell): boolean {
  return typeof cell === 'string' && ERRORS.test(cell)
}

/** True for what a formula shows while its data is still on the way. */
export function isLoadingCell(cell: Cell): boolean {
  return cell === 'Loading...'
}
