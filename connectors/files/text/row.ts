// Owns what a row of a table is, before anybody knows what its cells mean.

export interface Row {
  readonly cells: readonly string[]
  /** Line on which it starts, from 1. */
  readonly line: number
  /** How many lines it covers. */
  readonly lines: number
  /** False where the file ends within its last line, so that the row may be cut off. */
  readonly ended: boolean
  /** The row as it stands in the file. */
  readonly raw: Buffer
  /** Indexes of cells that hold an error such as #REF! where a value should be. */
  readonly errors?: readonly number[]
}
