// Owns what there is to know about how a file is written, before its first row can be read.

export interface Dialect {
  readonly delimiter: string
  /** One character, or empty when nothing is quoted. */
  readonly quote: string
  /** What ends a row: line feed (with or without carriage return), or the lone carriage return of old Macs. */
  readonly newline: 'lf' | 'cr'
  /** The file begins with a line such as `sep=;`, which Excel reads and which is no header. */
  readonly namesSeparator: boolean
}
