// ZIP files and Excel workbooks for tests, written by hand so that a test can bend each byte of them.
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipPart {
  readonly name: string
  readonly content: string | Buffer
  /** General purpose flags; 1 means locked with a password. */
  readonly flags?: number
}

export function zip(parts: readonly ZipPart[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, flags = 0 } of parts) {
    const bytes = Buffer.from(content as string)
    const packed = deflateRawSync(bytes)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(flags, 2)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(bytes.length, 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, tail, Buffer.from(name))
    files.push(local)
    offset += local.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(parts.length, 4)
  end.writeUInt16LE(parts.length, 6)
  end.writeUInt32LE(listing.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...files, listing, Buffer.from('PK\x05\x06'), end])
}

export interface SheetPart {
  readonly title: string
  /** What stands between `<sheetData>` and its end. */
  readonly data: string
  readonly after?: string
  readonly state?: 'hidden' | 'veryHidden'
}

export interface WorkbookParts {
  readonly sheets: readonly SheetPart[]
  readonly strings?: readonly string[]
  /** Format codes by the number of the cell style; '' is the general one. */
  readonly formats?: readonly string[]
  readonly date1904?: boolean
}

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relations = (list: readonly string[]) =>
  `<?xml version="1.0"?><Relationships>${list.join('')}</Relationships>`
const relation = (id: string, type: string, target: string) =>
  `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

export function workbookParts({ sheets, strings, formats, date1904 }: WorkbookParts): ZipPart[] {
  const related = sheets.map((_, at) =>
    relation(`rId${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`),
  )
  if (strings) related.push(relation('rIdS', 'sharedStrings', 'sharedStrings.xml'))
  if (formats) related.push(relation('rIdF', 'styles', '/xl/styles.xml'))
  const listed = sheets.map(
    ({ title, state }, at) =>
      `<sheet name="${escapeXml(title)}" sheetId="${at + 1}" ${state ? `state="${state}" ` : ''}r:id="rId${at + 1}"/>`,
  )
  const parts: ZipPart[] = [
    { name: '_rels/.rels', content: relations([relation('rId1', 'officeDocument', 'xl/workbook.xml')]) },
    {
      name: 'xl/workbook.xml',
      content:
        `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr ${date1904 ? 'date1904="1"' : ''}/>` +
        `<sheets>${listed.join('')}</sheets></workbook>`,
    },
    { name: 'xl/_rels/workbook.xml.rels', content: relations(related) },
    ...sheets.map(({ data, after = '' }, at) => ({
      name: `xl/worksheets/sheet${at + 1}.xml`,
      content: `<?xml version="1.0"?><worksheet xmlns="${MAIN}"><sheetData>${data}</sheetData>${after}</worksheet>`,
    })),
  ]
  if (strings) parts.push({ name: 'xl/sharedStrings.xml', content: `<sst>${strings.join('')}</sst>` })
  if (formats) {
    const own = formats.map((code, at) =>
      code === '' ? '' : `<numFmt numFmtId="${200 + at}" formatCode="${escapeXml(code)}"/>`,
    )
    const styles = formats.map((code, at) => `<xf numFmtId="${code === '' ? 0 : 200 + at}"/>`)
    parts.push({
      name: 'xl/styles.xml',
      content:
        `<styleSheet><numFmts>${own.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>` +
        `<cellXfs>${styles.join('')}</cellXfs></styleSheet>`,
    })
  }
  return parts
}

export function workbook(parts: WorkbookParts): Buffer {
  return zip(workbookParts(parts))
}

/** `A1` for 0 and 1. */
function address(column: number, row: number): string {
  return `${String.fromCharCode(65 + column)}${row}`
}

/** Rows of texts as inline strings; an empty text is no cell at all. */
export function inlineRows(rows: readonly (readonly string[])[]): string {
  return rows
    .map((cells, at) => {
      const inside = cells.map((text, column) =>
        text === ''
          ? ''
          : `<c r="${address(column, at + 1)}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`,
      )
      return `<row r="${at + 1}">${inside.join('')}</row>`
    })
    .join('')
}

/** A workbook of one sheet of texts. */
export function plainWorkbook(rows: readonly (readonly string[])[]): Buffer {
  return workbook({ sheets: [{ title: 'Sheet1', data: inlineRows(rows) }] })
}
