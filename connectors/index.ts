// The table of connectors that come with heysync: kind → connector. Nothing else lives here.
import type { Connector } from 'heysync/connector'
import { airbyteConnector } from './bridge/airbyte.ts'
import { singerConnector } from './bridge/singer.ts'
import { dataverseConnector } from './dataverse/dataverse.ts'
import { csvConnector } from './files/csv.ts'
import { filesConnector } from './files/files.ts'
import { googleSheetsConnector } from './google-sheets/google-sheets.ts'
import { hubspotConnector } from './hubspot/hubspot.ts'
import { pipedriveConnector } from './pipedrive/pipedrive.ts'
import { restConnector } from './rest/rest.ts'
import { salesforceConnector } from './salesforce/salesforce.ts'
import { shopifyConnector } from './shopify/shopify.ts'
import { sqlConnector } from './sql/sql.ts'

export const connectors: ReadonlyMap<string, Connector> = new Map<string, Connector>([
  [csvConnector.kind, csvConnector],
  [airbyteConnector.kind, airbyteConnector],
  [dataverseConnector.kind, dataverseConnector],
  [filesConnector.kind, filesConnector],
  [googleSheetsConnector.kind, googleSheetsConnector],
  [hubspotConnector.kind, hubspotConnector],
  [pipedriveConnector.kind, pipedriveConnector],
  [restConnector.kind, restConnector],
  [salesforceConnector.kind, salesforceConnector],
  [shopifyConnector.kind, shopifyConnector],
  [singerConnector.kind, singerConnector],
  [sqlConnector.kind, sqlConnector],
])
