// Reads 200,000 people from a CSV file and from an Excel workbook: records a second, and the most memory that the process had.
//
//   npm run bench -- connectors/files
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { crc32, createDeflateRaw } from 'node:zlib'
import { RECORDS, readEverybody } from './reading.mjs'

export const name = 'files'

const row = (n) => [String(n), `+1510${2_000_000 + n}`, `First ${n}`, `Last ${n}`, `person${n}@example.com`]
const HEADER = ['id', 'phone', 'first', 'last', 'email']

async function writeCsv(path) {
  const out = createWriteStream(path)
  out.write(`${HEADER.join(',')}\n`)
  for (let n = 1; n <= RECORDS; n++) out.write(`${row(n).join(',')}\n`)
  out.end()
  await finished(out)
}

function* sheetXml() {
  let line = 0
  const xml = (cells) => {
    line += 1
    return `<row r="${line}">${cells.map((_, at) => `<c t="s"><v>${(line - 1) * cells.length + at}</v></c>`).join('')}</row>`
  }
  yield '<worksheet><sheetData>'
  yield xml(HEADER)
  for (let n = 1; n <= RECORDS; n++) yield xml(row(n))
  yield '</sheetData></worksheet>'
}

function* stringsXml() {
  yield '<sst>'
  for (const text of HEADER) yield `<si><t>${text}</t></si>`
  for (let n = 1; n <= RECORDS; n++)
    yield row(n)
      .map((text) => `<si><t>${text}</t></si>`)
      .join('')
  yield '</sst>'
}

const relation = (id, type, target) =>
  `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`

const PARTS = [
  [
    '_rels/.rels',
    () => [`<Relationships>${relation('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`],
  ],
  ['xl/workbook.xml', () => ['<workbook><sheets><sheet name="People" r:id="r1"/></sheets></workbook>']],
  [
    'xl/_rels/workbook.xml.rels',
    () => [
      `<Relationships>${relation('r1', 'worksheet', 'sheet.xml')}${relation('r2', 'sharedStrings', 'strings.xml')}</Relationships>`,
    ],
  ],
  ['xl/sheet.xml', sheetXml],
  ['xl/strings.xml', stringsXml],
]

async function deflated(pieces) {
  const deflate = createDeflateRaw()
  const packed = []
  deflate.on('data', (chunk) => packed.push(chunk))
  let sum = 0
  let size = 0
  for (const piece of pieces) {
    const bytes = Buffer.from(piece)
    sum = crc32(bytes, sum)
    size += bytes.length
    if (!deflate.write(bytes)) await new Promise((go) => deflate.once('drain', go))
  }
  deflate.end()
  await finished(deflate)
  return { bytes: Buffer.concat(packed), sum, size }
}

async function writeWorkbook(path) {
  const out = createWriteStream(path)
  const directory = []
  let offset = 0
  for (const [part, pieces] of PARTS) {
    const { bytes, sum, size } = await deflated(pieces())
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(sum, 10)
    fields.writeUInt32LE(bytes.length, 14)
    fields.writeUInt32LE(size, 18)
    fields.writeUInt16LE(part.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, tail, Buffer.from(part))
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(part), bytes])
    out.write(local)
    offset += local.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(PARTS.length, 4)
  end.writeUInt16LE(PARTS.length, 6)
  end.writeUInt32LE(listing.length, 8)
  end.writeUInt32LE(offset, 12)
  out.end(Buffer.concat([listing, Buffer.from('PK\x05\x06'), end]))
  await finished(out)
}

const read = (path, folder) => readEverybody('files', { path, idColumn: 'id', settleMs: 0 }, folder)

export async function run() {
  const folder = await mkdtemp(join(tmpdir(), 'heysync-bench-'))
  try {
    await writeCsv(join(folder, 'people.csv'))
    const csv = await read('people.csv', folder)
    await writeWorkbook(join(folder, 'people.xlsx'))
    return { csv, xlsx: await read('people.xlsx', folder) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
