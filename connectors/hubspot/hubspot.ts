// The hubspot connector: contacts of a HubSpot account, and who is on its lists.
import { defineConnector } from 'heysync/connector'
import { discoverContacts } from './discover.ts'
import { hubspotOptions } from './options.ts'
import { pullChanges } from './pull-changes.ts'
import { pullEverything } from './pull-everything.ts'
import { makeReady } from './ready.ts'

export const hubspotConnector = defineConnector({
  kind: 'hubspot',
  summary: 'Contacts of HubSpot, and who is on its lists.',
  options: hubspotOptions,
  capabilities: {
    incremental: 'watermark',
    deletes: false,
    merges: true,
    consent: false,
    lists: true,
    resumable: true,
  },
  // A property that was not asked for would be empty for everybody; like this it is an error of the config.
  fixedFields: true,
  discover: discoverContacts,
  pull: async function* (options, request, context) {
    const ready = await makeReady(options, request, context)
    yield* request.mode === 'full' ? pullEverything(ready) : pullChanges(ready)
  },
})
