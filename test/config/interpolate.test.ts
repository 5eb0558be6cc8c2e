import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { connectors } from '../support/connectors.ts'
import { config, ENV, errorOf, folder, load, problems } from './folder.ts'

describe('references in values', () => {
  test('a variable, a default, an escape and several in one text are filled in', () => {
    const env = { ...ENV, PLACE: 'here', EMPTY: '' }
    const read = (value: string) => load(config({ top: `database: '${value}'\n` }), env).config.database
    expect(read('${PLACE}')).toBe('here')
    expect(read('${NOT_SET:-there}')).toBe('there')
    expect(read('${EMPTY:-there}')).toBe('there')
    expect(read('a/${PLACE}/${NOT_SET:-}/b')).toBe('a/here//b')
    expect(read('$${PLACE} costs $5')).toBe('${PLACE} costs $5')
  })

  test('what a variable holds is not looked into again', () => {
    expect(load(config({ top: 'database: "${A}"\n' }), { ...ENV, A: '${B}' }).config.database).toBe('${B}')
  })

  test('a file is read from the folder of the config, without its last line break', () => {
    const cwd = folder({
      'conf/heysync.yaml': config({ top: 'database: "${file:name.txt}"\n' }),
      'conf/name.txt': 'x.db\r\n',
    })
    expect(loadConfig({ path: 'conf/heysync.yaml', env: ENV, cwd, connectors }).config.database).toBe('x.db')
  })

  test('a filled-in text becomes a number or a boolean where the schema wants one, and stays text elsewhere', () => {
    const env = { ...ENV, RPM: '120', SNAP: 'false', NAME: '007', RATIO: '0.25' }
    const text = config({
      heymarket: '  requestsPerMinute: "${RPM}"\n',
      top: 'database: "${NAME}"\nguard: { removals: { ratio: "${RATIO}", min: "${MIN:-3}" } }\n',
    }).replace('idColumn: id', 'idColumn: "${NAME}", snapshot: "${SNAP}"')
    const loaded = load(text, env)
    expect(loaded.config.heymarket.requestsPerMinute).toBe(120)
    expect(loaded.config.guard.removals).toEqual({ count: 5000, ratio: 0.25, min: 3 })
    expect(loaded.config.database).toBe('007')
    expect(loaded.sources.get('clinic')?.options).toMatchObject({ idColumn: '007', snapshot: false })
  })

  test('a quoted number that is not filled in stays an error', () => {
    expect(problems(config({ heymarket: '  requestsPerMinute: "120"\n' }))).toEqual([
      'heysync.yaml:3:22  heymarket.requestsPerMinute must be a number, not the text "120"; write it without quotes',
    ])
  })

  test('all variables that are missing are named at once, with key, place and what to do', () => {
    const error = errorOf(() => load(config(), { UNRELATED: 'x', HEYMARKET_SECRET_KEY: '' }))
    expect(error.code).toBe('ERR_CONFIG_SECRET')
    expect(error.place).toBe('heysync.yaml:2:21')
    expect(error.message.split('\n')).toEqual([
      'heysync.yaml has 2 values that cannot be filled in:',
      '  heysync.yaml:2:21  heymarket.auth.secretId needs the environment variable HEYMARKET_SECRET_ID, which is not set',
      '  heysync.yaml:2:58  heymarket.auth.secretKey needs the environment variable HEYMARKET_SECRET_KEY, which is set but empty',
    ])
    expect(error.hint).toContain('Put HEYMARKET_SECRET_ID=… into .env')
  })

  test('a variable of almost this name is pointed out', () => {
    expect(problems(config(), { ...ENV, HEYMARKET_SECRET_ID: '', HEYMARKET_SECRETID: 'x' })[0]).toContain(
      'set but empty',
    )
    expect(problems(config(), { HEYMARKET_SECRETID: 'x', HEYMARKET_SECRET_KEY: 'y' })[0]).toMatch(
      /HEYMARKET_SECRET_ID, which is not set; did you mean HEYMARKET_SECRETID\?$/,
    )
  })

  test.each([
    ['${file:nowhere.txt}', 'needs the file nowhere.txt, which is not there'],
    ['${file:.}', 'needs the file ., which is a folder'],
    ['${file:}', 'has a ${file:} without a path'],
    ['${NAME', 'has a ${ without its }'],
    ['${not a name}', 'has a ${…} that heysync does not know'],
    ['${A:-${B}}', 'has a ${…} that heysync does not know'],
  ])('%s is an error with its place', (reference, what) => {
    const error = errorOf(() => load(config({ top: `database: '${reference}'\n` })))
    expect(error.code).toBe('ERR_CONFIG_SECRET')
    expect(error.message).toContain(`  heysync.yaml:8:11  database ${what}`)
  })

  test('an empty file is an error', () => {
    const cwd = folder({ 'heysync.yaml': config({ top: 'database: "${file:empty}"\n' }) })
    writeFileSync(join(cwd, 'empty'), '\n')
    expect(errorOf(() => loadConfig({ env: ENV, cwd, connectors })).message).toContain(
      'empty, which is empty',
    )
  })
})
