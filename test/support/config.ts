// Owns the config as the read-only answers take it: the engine's one source, everything else at its default.
import { type Config, configSchema } from '../../src/config/schema.ts'
import type { TestEngine } from './engine.ts'

export function config(world: TestEngine): Config {
  const [source] = world.engine.sources
  return configSchema.parse({ heymarket: { auth: { apiKey: 'k' } }, sources: [source?.config] })
}
