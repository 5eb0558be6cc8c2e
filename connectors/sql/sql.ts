// The sql connector: contacts from a table or a query of PostgreSQL, MySQL, MariaDB, SQLite or SQL Server.
import { defineConnector } from 'heysync/connector'
import { discoverColumns } from './discover.ts'
import { sqlOptions } from './options.ts'
import { pullTable } from './pull.ts'

export const sqlConnector = defineConnector({
  kind: 'sql',
  summary: 'Contacts from a table or a query: PostgreSQL, MySQL, MariaDB, SQLite, SQL Server.',
  options: sqlOptions,
  // By token, so that a pull may say itself whether it shows changes of a window or everything.
  capabilities: { incremental: 'token', deletes: true, merges: false, consent: false, resumable: true },
  fixedFields: true,
  discover: discoverColumns,
  pull: pullTable,
})
