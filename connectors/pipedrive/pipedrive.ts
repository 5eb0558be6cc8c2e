// The pipedrive connector: persons of a Pipedrive company.
import { defineConnector } from 'heysync/connector'
import { discoverPersons } from './discover.ts'
import { pipedriveOptions } from './options.ts'
import { pullPersons } from './pull.ts'

export const pipedriveConnector = defineConnector({
  kind: 'pipedrive',
  summary: 'Persons of Pipedrive.',
  options: pipedriveOptions,
  capabilities: { incremental: 'watermark', deletes: false, merges: false, consent: false, resumable: true },
  // Each record has every field of the company, so a name that is not there is a mistake in the config.
  fixedFields: true,
  discover: discoverPersons,
  pull: pullPersons,
})
