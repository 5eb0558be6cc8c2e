// The table of connectors that come with heysync: kind → connector. Nothing else lives here.
import type { Connector } from 'heysync/connector'
import { csvConnector } from './csv/csv.ts'
import { dataverseConnector } from './dataverse/dataverse.ts'
import { salesforceConnector } from './salesforce/salesforce.ts'

export const connectors: ReadonlyMap<string, Connector> = new Map<string, Connector>([
  [csvConnector.kind, csvConnector],
  [dataverseConnector.kind, dataverseConnector],
  [salesforceConnector.kind, salesforceConnector],
])
