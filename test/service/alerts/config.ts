// Owns a small config with one source, for what only reads it.
import { type Config, configSchema } from '../../../src/config/schema.ts'

export const config: Config = configSchema.parse({
  heymarket: { auth: { secretId: 'a', secretKey: 'k' } },
  sources: [
    { id: 'clinic', connector: 'csv', options: { path: 'x.csv', idColumn: 'id' }, map: { phone: 'phone' } },
  ],
})
