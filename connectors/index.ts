// The table of connectors that come with heysync: kind → the way to its connector, whose code and vendor's library load
// only where a config names it. Nothing else lives here.
import type { Connector } from 'heysync/connector'

export const connectors: ReadonlyMap<string, () => Promise<Connector>> = new Map<
  string,
  () => Promise<Connector>
>([
  ['csv', async () => (await import('./files/csv.ts')).csvConnector],
  ['airbyte', async () => (await import('./bridge/airbyte.ts')).airbyteConnector],
  ['dataverse', async () => (await import('./dataverse/dataverse.ts')).dataverseConnector],
  ['files', async () => (await import('./files/files.ts')).filesConnector],
  ['google-sheets', async () => (await import('./google-sheets/google-sheets.ts')).googleSheetsConnector],
  ['hubspot', async () => (await import('./hubspot/hubspot.ts')).hubspotConnector],
  ['pipedrive', async () => (await import('./pipedrive/pipedrive.ts')).pipedriveConnector],
  ['rest', async () => (await import('./rest/rest.ts')).restConnector],
  ['salesforce', async () => (await import('./salesforce/salesforce.ts')).salesforceConnector],
  ['shopify', async () => (await import('./shopify/shopify.ts')).shopifyConnector],
  ['singer', async () => (await import('./bridge/singer.ts')).singerConnector],
  ['sql', async () => (await import('./sql/sql.ts')).sqlConnector],
])
