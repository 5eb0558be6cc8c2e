// The dataverse connector: contacts of Microsoft Dynamics 365 and of anything else that stands on Dataverse.
import { defineConnector } from 'heysync/connector'
import { discoverDataverse } from './discover.ts'
import { dataverseOptions } from './options.ts'
import { pullDataverse } from './pull.ts'

export const dataverseConnector = defineConnector({
  kind: 'dataverse',
  summary: 'Contacts of Microsoft Dynamics 365 (Dataverse), with change tracking.',
  options: dataverseOptions,
  capabilities: { incremental: 'token', deletes: true, merges: true, consent: true, resumable: true },
  fixedFields: true,
  discover: discoverDataverse,
  pull: pullDataverse,
})
