// Reads 200,000 contacts of a made-up organisation on loopback, page by page and then through the bulk API: records a
// second, and the most memory that the process had. The organisation runs in a process of its own.
//
//   npm run build && node scripts/bench-connectors.mjs salesforce
import { fileURLToPath } from 'node:url'
import { readAll, vendorProcess } from './reading.mjs'

export const name = 'salesforce'

const ROWS = 200_000
const FIELDS = ['FirstName', 'LastName', 'MobilePhone', 'Email']

export async function run() {
  const { salesforceConnector } = await import('../../dist/connectors/salesforce/salesforce.js')
  const vendor = await vendorProcess(fileURLToPath(new URL('./salesforce-vendor.mjs', import.meta.url)), ROWS)
  try {
    const options = {
      loginUrl: vendor.url,
      auth: { clientId: 'bench', clientSecret: 'bench' },
      fields: FIELDS,
    }
    const paged = await readAll(salesforceConnector, { ...options, bulkAbove: 1_000_000 })
    const bulk = await readAll(salesforceConnector, options)
    return [
      { what: 'pages', ...paged },
      { what: 'bulk', ...bulk },
    ]
  } finally {
    vendor.stop()
  }
}
