// Owns a table of connectors: kind → the way to its connector. What is not asked for does not load.
import type { Connector } from './contract.ts'

export type ConnectorTable = ReadonlyMap<string, () => Promise<Connector>>

/** All connectors of a table, in its order. */
export async function loadConnectors(table: ConnectorTable): Promise<ReadonlyMap<string, Connector>> {
  return new Map(await Promise.all([...table].map(async ([kind, load]) => [kind, await load()] as const)))
}
