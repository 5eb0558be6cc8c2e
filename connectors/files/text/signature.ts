// Owns what is recognised by its first bytes as no text file at all, with the way to get text out of it.

interface Signature {
  readonly bytes: Buffer
  readonly what: string
  readonly hint: string
  /** Set where more than text is read. */
  readonly format?: 'zip' | 'compound'
}

const UNPACK = 'Unpack it, and point path at the CSV file that was in it.'
const SAVE_AS_CSV =
  'Open it in the spreadsheet program and save as CSV (best: CSV UTF-8), then point path at that file.'

const SIGNATURES: readonly Signature[] = [
  {
    bytes: Buffer.from('PK\x03\x04', 'latin1'),
    what: 'an Excel workbook or another ZIP file',
    hint: SAVE_AS_CSV,
    format: 'zip',
  },
  { bytes: Buffer.from('PK\x05\x06', 'latin1'), what: 'an empty ZIP file', hint: SAVE_AS_CSV },
  {
    bytes: Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    what: 'an old Excel workbook (.xls)',
    hint: SAVE_AS_CSV,
    format: 'compound',
  },
  { bytes: Buffer.from('%PDF'), what: 'a PDF', hint: 'Export the data as CSV instead of printing it.' },
  { bytes: Buffer.from('1f8b', 'hex'), what: 'a gzip file', hint: UNPACK },
  { bytes: Buffer.from('28b52ffd', 'hex'), what: 'a zstd file', hint: UNPACK },
  { bytes: Buffer.from('fd377a585a00', 'hex'), what: 'an xz file', hint: UNPACK },
  { bytes: Buffer.from('377abcaf271c', 'hex'), what: 'a 7-Zip file', hint: UNPACK },
  { bytes: Buffer.from('89504e47', 'hex'), what: 'a PNG picture', hint: 'Point path at a CSV file.' },
  { bytes: Buffer.from('ffd8ff', 'hex'), what: 'a JPEG picture', hint: 'Point path at a CSV file.' },
  {
    bytes: Buffer.from('SQLite format 3\0'),
    what: 'a SQLite database',
    hint: 'Export the table as CSV.',
  },
]

const PAGE = /^\s*<(!doctype html|html|\?xml)/i

/** What the file is by its first bytes, with a hint; null when it may be text. */
export function recognise(head: Buffer): Omit<Signature, 'bytes'> | null {
  const found = SIGNATURES.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes))
  if (found) return found
  if (
    PAGE.test(
      head
        .subarray(0, 256)
        .toString('latin1')
        .replace(/^\u00ef\u00bb\u00bf/, ''),
    )
  ) {
    return {
      what: 'a web page or XML',
      hint: 'A download that needs a login often saves its login page. Download the export again, as CSV.',
    }
  }
  return null
}
