// Owns what a connector can do for one source: where its options decide that, it is asked once, and nobody else has to know.
import type { Connector } from './contract.ts'

/** The connector with the capabilities that it has under these options; they were parsed by its own schema. */
export function fitted(connector: Connector, options: unknown): Connector {
  const { capabilitiesWith } = connector
  return capabilitiesWith ? { ...connector, capabilities: capabilitiesWith(options) } : connector
}
