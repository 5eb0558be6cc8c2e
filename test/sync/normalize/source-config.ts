// A source's config as the config loader hands it over, with only what a test cares about.
import type { MapConfig, SourceConfig } from '../../../src/config/schema.ts'

export function sourceConfig(
  given: Partial<Pick<SourceConfig, 'country' | 'filter' | 'phones'>> & { map?: Partial<MapConfig> } = {},
): SourceConfig {
  const { map, ...rest } = given
  return {
    id: 'clinic',
    connector: 'csv',
    jitterSeconds: 0,
    options: {},
    phones: 'first',
    onRemoved: 'removeFromLists',
    onPhoneChange: 'create',
    overlapSeconds: 300,
    lagSeconds: 0,
    map: { phone: 'phone', ...map },
    ...rest,
  }
}
