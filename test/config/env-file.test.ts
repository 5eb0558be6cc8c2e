// The file .env beside a config: who wins, and what writing into one leaves alone.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { connectors } from '../../connectors/index.ts'
import { setInEnvFile } from '../../src/config/env-file.ts'
import { loadConfig } from '../../src/config/load.ts'
import { loadConnectors } from '../../src/connector/table.ts'
import { tempFolder } from '../support/folder.ts'

const CONFIG = `heymarket: { auth: { secretId: "\${ID_OF_TEST}", secretKey: "\${KEY_OF_TEST}" } }
sources: [{ id: clinic, connector: csv, options: { path: a.csv, idColumn: id }, map: { phone: phone } }]
`

test('variables come from .env beside the config, and one that is set already wins', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'heysync.yaml'), CONFIG, { mode: 0o600 })
  writeFileSync(join(folder, '.env'), 'ID_OF_TEST=from-file\nKEY_OF_TEST="from file # too"\n')
  const env = { ID_OF_TEST: 'from-shell' }
  const path = join(folder, 'heysync.yaml')
  const loaded = loadConfig({ path, env, cwd: tempFolder(), connectors: await loadConnectors(connectors) })
  expect(loaded.config.heymarket.auth).toEqual({ secretId: 'from-shell', secretKey: 'from file # too' })
  expect(loaded.secrets).toContain('from file # too')
  expect(env).toEqual({ ID_OF_TEST: 'from-shell' })
})

test.each([
  'plain',
  'postgres://ann:p#w@host/db?x=1',
  "it's",
  'say "x"',
  'a $b \\n c',
  ' edges ',
  '-----BEGIN-----\nab+/=\n-----END-----\n',
])('%j is read back from .env as it was', (value) => {
  const text = setInEnvFile('A=1\n', new Map([['B', value]]))
  expect(parseEnv(text)).toEqual({ A: '1', B: value })
})

test('what is there stays where it is, comments too', () => {
  const before = '# first\nA=1\n  export B = old\n\n# last\nC="x\ny"\n'
  const text = setInEnvFile(
    before,
    new Map([
      ['B', 'new'],
      ['C', 'one'],
      ['D', 'd'],
    ]),
  )
  expect(text).toBe('# first\nA=1\nB=new\n\n# last\nC="x\ny"\nC=one\nD=d\n')
  expect(parseEnv(text)).toEqual({ A: '1', B: 'new', C: 'one', D: 'd' })
  expect(setInEnvFile(text, new Map([['B', 'new']]))).toBe(text)
})

test('a value that no .env can hold is refused without being shown', () => {
  expect(() => setInEnvFile('', new Map([['B', `'"\`s3cret`]]))).toThrow('The value of B cannot be written')
})
