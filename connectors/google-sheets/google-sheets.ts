// The google-sheets connector: contacts from one tab of a Google spreadsheet.
import { defineConnector } from 'heysync/connector'
import { discoverColumns } from './discover.ts'
import { sheetsOptions } from './options.ts'
import { pullRows } from './pull.ts'

export const googleSheetsConnector = defineConnector({
  kind: 'google-sheets',
  summary: 'Contacts from one tab of a Google spreadsheet.',
  options: sheetsOptions,
  capabilities: { incremental: 'token', deletes: true, merges: false, consent: false, resumable: false },
  fixedFields: true,
  discover: discoverColumns,
  pull: pullRows,
})
