// Owns a small config with one source, for what only reads it.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../../src/config/load.ts'
import type { Config } from '../../../src/config/schema.ts'
import { connectors } from '../../support/connectors.ts'
import { tempFolder } from '../../support/folder.ts'

export function loadedConfig(): Config {
  const path = join(tempFolder(), 'heysync.yaml')
  writeFileSync(
    path,
    `heymarket: { auth: { secretId: a, secretKey: "\${KEY}" } }
sources:
  - { id: clinic, connector: csv, options: { path: x.csv, idColumn: id }, map: { phone: phone } }
`,
  )
  return loadConfig({ path, env: { KEY: 'k' }, cwd: '.', connectors }).config
}
