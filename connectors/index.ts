// The table of connectors that come with heysync: kind → connector. Nothing else lives here.
import type { Connector } from 'heysync/connector'
import { csvConnector } from './csv/csv.ts'
import { hubspotConnector } from './hubspot/hubspot.ts'
import { pipedriveConnector } from './pipedrive/pipedrive.ts'

export const connectors: ReadonlyMap<string, Connector> = new Map<string, Connector>([
  [csvConnector.kind, csvConnector],
  [hubspotConnector.kind, hubspotConnector],
  [pipedriveConnector.kind, pipedriveConnector],
])
