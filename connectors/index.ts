// The table of connectors that come with heysync: kind → connector. Nothing else lives here.
import type { Connector } from 'heysync/connector'

<<<<<<< HEAD

import { csvConnector } from './csv/csv.ts'
import { hubspotConnector } from './hubspot/hubspot.ts'
import { restConnector } from './rest/rest.ts'
import { salesforceConnector } from './salesforce/salesforce.ts'

export const connectors: ReadonlyMap<string, Connector> = new Map<string, Connector>([
  [csvConnector.kind, csvConnector],
  [hubspotConnector.kind, hubspotConnector],
  [restConnector.kind, restConnector],
  [salesforceConnector.kind, salesforceConnector],
=======
import { csvConnector } from './files/csv.ts'
import { filesConnector } from './files/files.ts'

export const connectors: ReadonlyMap<string, Connector> = new Map<string, Connector>([
  [csvConnector.kind, csvConnector],
  [filesConnector.kind, filesConnector],
>>>>>>> 0b0a3cd13770c393da473466b857305f4f81edd6
])
