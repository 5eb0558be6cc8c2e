// Owns a sheet of a workbook as rows of texts.
import type { FileHandle } from 'node:fs/promises'
import { ConnectorError } from 'heysync/connector'
import type { FilesOptions } from '../files-options.ts'
import type { Row } from '../text/row.ts'
import { type Format, numberText, readFormats } from './formats.ts'
import { readMerges } from './merges.ts'
import { damaged, openParts } from './parts.ts'
import { readStrings, type Strings } from './strings.ts'
import { readPlan } from './workbook.ts'
import { attribute, feed, Length, unescapeText } from './xml.ts'

export interface Sheet {
  /** Batches of rows that hold a cell. A row's line is its number in the sheet. */
  readonly rows: AsyncGenerator<readonly Row[]>
  /** Merged cells that lie in this row, such as `A1:C1`; null when there are none. */
  mergedAt(line: number): string | null
}

interface Cells {
  readonly strings: Strings
  readonly formats: readonly Format[]
  readonly since1904: boolean
}

/** As many as Excel has. */
const MAX_COLUMNS = 16_384

/**
 * Opens one sheet. All of its part is looked through once before the first row, so a damaged file yields none.
 * @throws ConnectorError unreadable when this is no workbook that can be read, field when it has no such sheet.
 */
export async function openSheet(
  label: string,
  copy: FileHandle,
  { sheet: wanted, maxBytes = Number.POSITIVE_INFINITY }: FilesOptions,
  signal: AbortSignal,
): Promise<Sheet> {
  const parts = await openParts(label, copy, maxBytes, signal)
  const plan = await readPlan(parts, wanted, label)
  const mergedAt = await readMerges(parts.read(plan.sheet))
  const strings = await readStrings(parts, plan.strings, label)
  const formats = await readFormats(parts, plan.styles, label)
  const cells = { strings, formats, since1904: plan.since1904 }
  return { rows: readRows(parts.read(plan.sheet), label, cells), mergedAt }
}

async function* readRows(
  bytes: AsyncIterable<Buffer>,
  label: string,
  cells: Cells,
): AsyncGenerator<readonly Row[]> {
  const reader = new RowReader(label, cells)
  for await (const _ of feed(bytes, label, reader)) yield reader.take()
}

/** Takes in the elements of a sheet and gives out rows. */
class RowReader {
  readonly #label: string
  readonly #known: Cells
  readonly #length: Length
  #rows: Row[] = []
  #line = 0
  #cells: string[] = []
  #errors: number[] = []
  #column = -1
  #type = ''
  #style = 0
  #value: string | null = null
  #inline = ''
  #computed = false
  #into: 'value' | 'inline' | null = null
  #inReading = false

  constructor(label: string, known: Cells) {
    this.#label = label
    this.#known = known
    this.#length = new Length(label)
  }

  take(): Row[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'c') this.#openCell(attributes)
    else if (name === 'v') {
      this.#into = 'value'
      this.#value = ''
    } else if (name === 't') this.#into = this.#inReading ? null : 'inline'
    else if (name === 'f') this.#computed = true
    else if (name === 'rPh') this.#inReading = true
    else if (name === 'row') {
      this.#line = Number(attribute(attributes, 'r') ?? this.#line + 1)
      this.#cells = []
      this.#errors = []
      this.#column = -1
      this.#length.reset()
    }
  }

  text(more: string): void {
    if (this.#into === null) return
    this.#length.add(more)
    if (this.#into === 'value') this.#value += more
    else this.#inline += more
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.#into = null
    else if (name === 'rPh') this.#inReading = false
    else if (name === 'c') this.#closeCell()
    else if (name === 'row' && this.#cells.length > 0)
      this.#rows.push(toRow(this.#line, this.#cells, this.#errors))
  }

  #openCell(attributes: Readonly<Record<string, string>>): void {
    const reference = attribute(attributes, 'r')
    this.#column = reference === undefined ? this.#column + 1 : columnOf(reference)
    if (!(this.#column >= 0 && this.#column < MAX_COLUMNS))
      throw damaged(this.#label, new Error(`there is no cell ${reference}`))
    this.#type = attribute(attributes, 't') ?? 'n'
    this.#style = Number(attribute(attributes, 's') ?? 0)
    this.#value = null
    this.#inline = ''
    this.#computed = false
  }

  #closeCell(): void {
    if (this.#computed && this.#value === null) throw this.#neverComputed()
    if (this.#type === 'e') this.#errors.push(this.#column)
    while (this.#cells.length < this.#column) this.#cells.push('')
    this.#cells[this.#column] = this.#cellText()
  }

  #cellText(): string {
    const value = this.#value ?? ''
    const { strings, formats, since1904 } = this.#known
    switch (this.#type) {
      case 's': {
        const text = value === '' ? '' : strings.get(Number(value))
        this.#length.add(text ?? '')
        if (text === undefined) throw damaged(this.#label, new Error(`there is no shared text ${value}`))
        return text
      }
      case 'inlineStr':
        return unescapeText(this.#inline)
      case 'str':
        return unescapeText(value)
      case 'b':
        return value === '' ? '' : value === '1' ? 'TRUE' : 'FALSE'
      case 'n':
        return value === '' ? '' : numberText(value, formats[this.#style] ?? { kind: 'number' }, since1904)
      default:
        return value
    }
  }

  #neverComputed(): ConnectorError {
    const place = `${this.#label}:${this.#line}`
    return new ConnectorError('unreadable', {
      message: `${place} holds a formula in column ${this.#column + 1} whose result was never saved.`,
      hint: 'Open the workbook in a spreadsheet program and save it, or have the export write values.',
      place,
    })
  }
}

function toRow(line: number, cells: readonly string[], errors: readonly number[]): Row {
  return {
    cells,
    line,
    lines: 1,
    ended: true,
    ...(errors.length === 0 ? {} : { errors }),
    get raw() {
      return Buffer.from(cells.join('\t'))
    },
  }
}

/** Counted from 0: `A1` is 0, `AB12` is 27. */
function columnOf(reference: string): number {
  let column = 0
  for (const letter of /^[A-Z]+/i.exec(reference)?.[0].toUpperCase() ?? '')
    column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}
