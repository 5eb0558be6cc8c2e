// The salesforce connector: contacts, leads and person accounts of an organisation, and campaigns as lists.
import { defineConnector } from 'heysync/connector'
import { discoverSalesforce } from './discover.ts'
import { salesforceOptions } from './options.ts'
import { pullSalesforce } from './pull.ts'

export const salesforceConnector = defineConnector({
  kind: 'salesforce',
  summary: 'Contacts, leads and person accounts of Salesforce, and its campaigns as lists.',
  options: salesforceOptions,
  capabilities: {
    incremental: 'watermark',
    deletes: true,
    merges: true,
    consent: true,
    lists: true,
    resumable: true,
  },
  fixedFields: true,
  discover: discoverSalesforce,
  pull: pullSalesforce,
})
