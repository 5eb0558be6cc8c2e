// The table of connectors that come with heysync: kind → connector. Nothing else lives here.
import type { Connector } from 'heysync/connector'
import { csvConnector } from './files/csv.ts'
import { filesConnector } from './files/files.ts'

export const connectors: ReadonlyMap<string, Connector> = new Map<string, Connector>([
  [csvConnector.kind, csvConnector],
  [filesConnector.kind, filesConnector],
])
