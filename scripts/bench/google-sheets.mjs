// 200,000 rows of a sheet.
import { readFromLoopback } from './from-loopback.mjs'

export const name = 'google-sheets'

export function run() {
  return readFromLoopback('google-sheets', './google-sheets-vendor.mjs', ({ url, privateKey }) => ({
    spreadsheet: '1AbCdEfGhIjKlMn',
    idColumn: 'id',
    clientEmail: 'bench@example.com',
    privateKey,
    requestsPerMinute: 100_000,
    url,
  }))
}
