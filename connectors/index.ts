// The table of connectors that come with heysync: kind → connector. Nothing else lives here.
import type { Connector } from 'heysync/connector'
import { csvConnector } from './csv/csv.ts'
import { googleSheetsConnector } from './google-sheets/google-sheets.ts'
import { shopifyConnector } from './shopify/shopify.ts'

export const connectors: ReadonlyMap<string, Connector> = new Map<string, Connector>([
  [csvConnector.kind, csvConnector],
  [googleSheetsConnector.kind, googleSheetsConnector],
  [shopifyConnector.kind, shopifyConnector],
])
