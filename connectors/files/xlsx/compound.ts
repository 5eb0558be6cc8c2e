// Owns what is said about a compound file, in which Office keeps old workbooks and those that are locked with a password.
import { ConnectorError } from 'heysync/connector'
import type { Content } from '../content.ts'

/** Name of the stream that holds a workbook locked with a password, as it stands in the file. */
const LOCKED = Buffer.from('EncryptedPackage', 'utf16le')

export async function compoundFileError(content: Content, signal: AbortSignal): Promise<ConnectorError> {
  let tail = Buffer.alloc(0)
  for await (const chunk of content.bytes(signal)) {
    const joined = Buffer.concat([tail, chunk])
    if (joined.includes(LOCKED)) {
      return new ConnectorError('unreadable', {
        message: `${content.label} is an Excel workbook that is locked with a password.`,
        hint: 'Save it without a password (File, Info, Protect Workbook, Encrypt with Password: empty), and guard the folder instead.',
      })
    }
    tail = joined.subarray(-LOCKED.length)
  }
  return new ConnectorError('unreadable', {
    message: `${content.label} is an old Excel workbook (.xls) or another old Office file.`,
    hint: 'Open it in the spreadsheet program and save it as Excel Workbook (.xlsx) or as CSV UTF-8.',
  })
}
