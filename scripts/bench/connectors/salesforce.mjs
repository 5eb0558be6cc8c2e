// Reads 200,000 contacts of a made-up organisation on loopback, page by page and then through the bulk API: records a
// second, and the most memory that the process had. The organisation runs in a process of its own.
//
//   npm run bench -- connectors/salesforce
import { readEverybody, withVendor } from './reading.mjs'

export const name = 'salesforce'

const FIELDS = ['FirstName', 'LastName', 'MobilePhone', 'Email']

export const run = () =>
  withVendor('./salesforce-vendor.mjs', async ({ url }) => {
    const options = { loginUrl: url, auth: { clientId: 'bench', clientSecret: 'bench' }, fields: FIELDS }
    return {
      pages: await readEverybody('salesforce', { ...options, bulkAbove: 1_000_000 }),
      bulk: await readEverybody('salesforce', { ...options, bulkAbove: 1_000 }),
    }
  })
