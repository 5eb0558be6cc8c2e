// The shopify connector: customers of a Shopify shop, with their consent to SMS, and who is in which segment.
import { defineConnector } from 'heysync/connector'
import { discoverCustomers } from './discover.ts'
import { shopifyOptions } from './options.ts'
import { pullCustomers } from './pull.ts'

export const shopifyConnector = defineConnector({
  kind: 'shopify',
  summary: 'Customers of a Shopify shop, with their consent to SMS and their segments.',
  options: shopifyOptions,
  capabilities: {
    incremental: 'watermark',
    deletes: false,
    merges: false,
    consent: true,
    lists: true,
    resumable: true,
  },
  fixedFields: true,
  discover: discoverCustomers,
  pull: pullCustomers,
})
