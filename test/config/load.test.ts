import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { connectors } from '../support/connectors.ts'
import { config, ENV, folder, load } from './folder.ts'

describe('a config that is right', () => {
  test('comes with its defaults, frozen all the way down', () => {
    const { config: loaded } = load(config())
    expect(loaded.heymarket).toMatchObject({ baseUrl: 'https://api.heymarket.com', requestsPerMinute: 450 })
    expect(loaded.guard.removals).toEqual({ ratio: 0.1, min: 20, count: 5000 })
    expect(Object.isFrozen(loaded)).toBe(true)
    expect(Object.isFrozen(loaded.sources[0]?.map)).toBe(true)
  })

  test("comes with each source's options as its connector reads them", () => {
    const { sources } = load(config())
    expect([...sources.keys()]).toEqual(['clinic'])
    expect(sources.get('clinic')?.connector.kind).toBe('csv')
    expect(sources.get('clinic')?.options).toMatchObject({ path: './contacts.csv', snapshot: true })
  })

  test('tells where a key path stands, or the nearest key around it', () => {
    const { placeOf } = load(config())
    expect(placeOf(['sources', 0, 'map', 'phone'])).toBe('heysync.yaml:7:19')
    expect(placeOf(['sources', 0, 'map', 'last'])).toBe('heysync.yaml:7:5')
    expect(placeOf(['sources', 0, 'filter'])).toBe('heysync.yaml:4:5')
    expect(placeOf(['service', 'listen'])).toBe('heysync.yaml:1:1')
  })

  test('names every secret for redaction, and nothing else', () => {
    const text = config({ top: 'service: { token: "Bearer-${TOKEN}" }\ndatabase: "${DB}"\n' })
    const { secrets } = load(text, { ...ENV, TOKEN: 'abcdefghijkl', DB: 'x.db' })
    expect([...secrets].sort()).toEqual(
      [ENV.HEYMARKET_SECRET_ID, ENV.HEYMARKET_SECRET_KEY, 'abcdefghijkl', 'Bearer-abcdefghijkl'].sort(),
    )
  })

  test('lets sources share lines by anchors and merge keys', () => {
    const text = `${config().replace('map: {', 'map: &map {')}  - id: b\n    connector: csv\n    options: { path: b, idColumn: id }\n    map: { <<: *map, first: given }\n`
    expect(load(text).config.sources[1]?.map).toEqual({ phone: 'mobile', first: 'given' })
  })

  test('a service beyond loopback is fine with a token, and loopback without', () => {
    const open = config({ top: 'service: { listen: "0.0.0.0:1", token: "${HEYMARKET_SECRET_KEY}" }\n' })
    expect(load(open).config.service.listen).toBe('0.0.0.0:1')
    expect(load(config({ top: 'service: { listen: "[::1]:1" }\n' })).config.service.listen).toBe('[::1]:1')
  })
})

describe('warnings', () => {
  const plain = config().replace('${HEYMARKET_SECRET_KEY}', 'plain')

  test('there are none for the smallest config', () => {
    expect(load(config()).warnings).toEqual([])
  })

  test('a rate above the limit of an account is pointed out', () => {
    const { warnings } = load(config({ heymarket: '  requestsPerMinute: 501\n' }))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatchObject({ place: 'heysync.yaml:3:22' })
    expect(load(config({ heymarket: '  requestsPerMinute: 500\n' })).warnings).toEqual([])
  })

  test('a secret in the file is pointed out, and a default for one too', () => {
    expect(load(plain).warnings[0]?.place).toBe('heysync.yaml:2:58')
    expect(load(plain).warnings[0]?.message).toMatch(
      /^heymarket\.auth\.secretKey is a secret in plain text; better/,
    )
    expect(load(config().replace('_KEY}', '_KEY_2:-plain}')).warnings).toHaveLength(1)
  })

  test('a file that everyone can read makes it worse', () => {
    const cwd = folder({ 'heysync.yaml': plain })
    chmodSync(join(cwd, 'heysync.yaml'), 0o644)
    const { warnings } = loadConfig({ env: ENV, cwd, connectors })
    expect(warnings[0]?.message).toContain('`chmod 600 heysync.yaml`')
  })

  test("the sandbox's key is no secret", () => {
    expect(load(plain.replace('sources:', '  baseUrl: http://127.0.0.1:8781\nsources:')).warnings).toEqual([])
  })
})
