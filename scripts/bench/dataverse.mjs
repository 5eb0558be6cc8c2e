// Reads 200,000 contacts of a made-up environment on loopback with change tracking on: records a second, and the most
// memory that the process had. The environment runs in a process of its own.
//
//   npm run build && node scripts/bench-connectors.mjs dataverse
import { fileURLToPath } from 'node:url'
import { readAll, vendorProcess } from './reading.mjs'

export const name = 'dataverse'

const ROWS = 200_000

export async function run() {
  const { dataverseConnector } = await import('../../dist/connectors/dataverse/dataverse.js')
  const vendor = await vendorProcess(fileURLToPath(new URL('./dataverse-vendor.mjs', import.meta.url)), ROWS)
  try {
    const auth = { tenantId: 'bench', clientId: 'bench', clientSecret: 'bench' }
    return [
      {
        what: 'tracked',
        ...(await readAll(dataverseConnector, { url: vendor.url, authority: vendor.url, auth })),
      },
    ]
  } finally {
    vendor.stop()
  }
}
