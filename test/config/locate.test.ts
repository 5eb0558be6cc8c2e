import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { connectors } from '../support/connectors.ts'
import { config, ENV, errorOf, folder } from './folder.ts'

describe('finding the config file', () => {
  const files = {
    'heysync.yaml': config(),
    'env/b.yaml': config(),
    'flag/a.yaml': config(),
  }

  test('--config comes before HEYSYNC_CONFIG, which comes before ./heysync.yaml', () => {
    const cwd = folder(files)
    const env = { ...ENV, HEYSYNC_CONFIG: 'env/b.yaml' }
    expect(loadConfig({ path: 'flag/a.yaml', env, cwd, connectors }).path).toBe(join(cwd, 'flag/a.yaml'))
    expect(loadConfig({ env, cwd, connectors }).path).toBe(join(cwd, 'env/b.yaml'))
    expect(loadConfig({ env: ENV, cwd, connectors }).path).toBe(join(cwd, 'heysync.yaml'))
    expect(loadConfig({ env: { ...ENV, HEYSYNC_CONFIG: '' }, cwd, connectors }).path).toBe(
      join(cwd, 'heysync.yaml'),
    )
  })

  test('relative paths start from the folder of the file', () => {
    const cwd = folder(files)
    const loaded = loadConfig({ path: 'flag/a.yaml', env: ENV, cwd, connectors })
    expect(loaded.baseDir).toBe(join(cwd, 'flag'))
    expect(loaded.databasePath).toBe(join(cwd, 'flag/data/heysync.db'))
    expect(loaded.config.database).toBe('./data/heysync.db')
    expect(loaded.placeOf(['sources'])).toBe('flag/a.yaml:4:3')
  })

  test('a file that is not there is named with its full path and `heysync init`', () => {
    const cwd = folder({})
    const error = errorOf(() => loadConfig({ env: {}, cwd, connectors }))
    expect(error.code).toBe('ERR_CONFIG_NOT_FOUND')
    expect(error.message).toContain(join(cwd, 'heysync.yaml'))
    expect(error.hint).toContain('`heysync init`')
  })

  test.each([
    [undefined, 'heysync.yml'],
    ['prod.yaml', 'prod.yml'],
    ['conf/hey-sync.yaml', 'conf/heysync.yaml'],
  ])('asked for %s, it names %s, which is there', (path, present) => {
    const cwd = folder({ [present]: '' })
    const error = errorOf(() => loadConfig({ path, env: {}, cwd, connectors }))
    expect(error.code).toBe('ERR_CONFIG_NOT_FOUND')
    expect(error.hint).toContain(join(cwd, present))
  })

  test('a folder is told apart from a file', () => {
    const cwd = folder({})
    mkdirSync(join(cwd, 'conf'))
    const error = errorOf(() => loadConfig({ path: 'conf', env: {}, cwd, connectors }))
    expect(error.message).toContain('is a folder')
    expect(error.hint).toContain(join(cwd, 'conf/heysync.yaml'))
  })
})
