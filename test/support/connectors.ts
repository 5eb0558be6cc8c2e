// All connectors that come with heysync, loaded.
import { connectors as table } from '../../connectors/index.ts'
import { loadConnectors } from '../../src/connector/table.ts'

export const connectors = await loadConnectors(table)
