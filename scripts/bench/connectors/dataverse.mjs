// Reads 200,000 contacts of a made-up environment on loopback with change tracking on: records a second, and the most
// memory that the process had. The environment runs in a process of its own.
//
//   npm run bench -- connectors/dataverse
import { readEverybody, withVendor } from './reading.mjs'

export const name = 'dataverse'

export const run = () =>
  withVendor('./dataverse-vendor.mjs', async ({ url }) => {
    const auth = { tenantId: 'bench', clientId: 'bench', clientSecret: 'bench' }
    return { tracked: await readEverybody('dataverse', { url, authority: url, auth }) }
  })
