// 200,000 rows of a sheet.
import { readEverybody, withVendor } from './reading.mjs'

export const name = 'google-sheets'

export const run = () =>
  withVendor('./google-sheets-vendor.mjs', ({ url, privateKey }) =>
    readEverybody('google-sheets', {
      spreadsheet: '1AbCdEfGhIjKlMn',
      idColumn: 'id',
      clientEmail: 'bench@example.com',
      privateKey,
      requestsPerMinute: 100_000,
      url,
    }),
  )
