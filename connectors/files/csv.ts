// The csv connector: contacts from a delimited text file on this machine, or from the files that a glob names.
import { defineConnector } from 'heysync/connector'
import { discoverFields } from './discover.ts'
import { csvOptions } from './options.ts'
import { pullFiles } from './pull.ts'
import { type Kind, openLocal } from './source.ts'

const csv: Kind = { openStore: openLocal, textOnly: true }

export const csvConnector = defineConnector({
  kind: 'csv',
  summary: 'Contacts from CSV, TSV and other delimited text files.',
  options: csvOptions,
  capabilities: { incremental: 'token', deletes: true, merges: false, consent: false, resumable: false },
  fixedFields: true,
  discover: (options, context) => discoverFields(csv, options, context),
  pull: (options, request, context) => pullFiles(csv, options, request, context),
})
