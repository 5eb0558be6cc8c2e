// Owns how the context of a pull is put together for the engine, the command line and the kit.
import type { ConnectorContext } from './contract.ts'
import type { Ground } from './ground.ts'
import { type Keep, keepInMemory } from './http/keep.ts'
import { type SourceRequests, sourceRequests } from './http/source-http.ts'

export interface ContextParts extends Ground {
  readonly baseDir: string
  readonly keep?: Keep
  readonly requests?: SourceRequests
}

/** Without a `keep` of its own, what is kept is forgotten with the context. */
export function connectorContext(parts: ContextParts): ConnectorContext {
  const { signal, clock, log, baseDir, keep = keepInMemory() } = parts
  const requests = parts.requests ?? sourceRequests(Math.random)
  const ground = { signal, clock, log }
  return { ...ground, baseDir, keep, http: (options) => requests.open(ground, options) }
}
