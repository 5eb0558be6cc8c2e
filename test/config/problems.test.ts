import { describe, expect, test } from 'vitest'
import { connectors } from '../support/connectors.ts'
import { config, errorOf, load, problems } from './folder.ts'

const KINDS = [...connectors.keys()].join(', ')

describe('problems in a config', () => {
  test.each([
    [
      'an unknown key',
      { heymarket: '  requestPerMinute: 9\n' },
      '3:3  heymarket.requestPerMinute is not a key that heysync knows; did you mean requestsPerMinute?',
    ],
    [
      'a key in snake_case',
      { top: 'default_country: US\n' },
      '8:1  default_country is not a key that heysync knows; did you mean defaultCountry?',
    ],
    [
      'a key of another level',
      { top: 'requestsPerMinute: 9\n' },
      '8:1  requestsPerMinute is not a key that heysync knows here; it belongs under heymarket',
    ],
    [
      'a top-level key too deep',
      { source: '    defaultCountry: US\n' },
      '8:5  sources[0].defaultCountry is not a key that heysync knows here; it belongs at the top level',
    ],
    [
      "a connector's option beside options",
      { source: '    idColumn: id\n' },
      '8:5  sources[0].idColumn is not a key that heysync knows here; it belongs under sources[…].options',
    ],
    [
      'a key like no other',
      { top: 'log: { zzzzzz: 1 }\n' },
      '8:8  log.zzzzzz is not a key that heysync knows; known here: level',
    ],
    [
      'a wrong choice',
      { heymarket: '  writes: bulkk\n' },
      '3:11  heymarket.writes must be auto, bulk or single, not "bulkk"; did you mean bulk?',
    ],
    [
      'a wrong type',
      { heymarket: '  timeoutMs: [1]\n' },
      '3:14  heymarket.timeoutMs must be a number, not a list',
    ],
    [
      'a fraction',
      { heymarket: '  timeoutMs: 100.5\n' },
      '3:14  heymarket.timeoutMs must be a whole number, not 100.5',
    ],
    [
      'a small number',
      { heymarket: '  timeoutMs: 99\n' },
      '3:14  heymarket.timeoutMs must be at least 100, not 99',
    ],
    [
      'a large number',
      { heymarket: '  concurrency: 65\n' },
      '3:16  heymarket.concurrency must be at most 64, not 65',
    ],
    [
      'a number for text',
      { top: 'defaultCountry: 1\n' },
      '8:17  defaultCountry must be text, not 1; put it in quotes',
    ],
    ['an empty text', { top: 'database: ""\n' }, '8:11  database must not be empty'],
    [
      'a key without a value',
      { top: 'lists:\n' },
      '8:1  lists is empty: give it a value or take the key out',
    ],
    [
      'a URL of another kind',
      { heymarket: '  baseUrl: ftp://x\n' },
      '3:12  heymarket.baseUrl must be a URL that begins with http:// or https://, not "ftp://x"',
    ],
    [
      'a group where text belongs',
      { source: '    country: { a: b }\n' },
      '8:14  sources[0].country must be text, not a group of keys',
    ],
    [
      'a bad address',
      { top: 'service: { listen: "8780" }\n' },
      '8:20  service.listen "8780" does not fit: use host:port, e.g. 127.0.0.1:8780',
    ],
    [
      'a port that does not exist',
      { top: 'service: { listen: "127.0.0.1:70000" }\n' },
      '8:20  service.listen has a port above 65535',
    ],
    [
      'a short token',
      { top: 'service: { listen: "0.0.0.0:8780", token: short }\n' },
      '8:43  service.token must have at least 16 characters, because other machines can reach the API; or listen on 127.0.0.1',
    ],
    [
      'a cron expression',
      { source: '    schedule: "61 * * * *"\n' },
      '8:15  sources[0].schedule "61 * * * *" is not a cron expression; look at its minute',
    ],
    [
      'a cron expression of four fields',
      { source: '    fullSchedule: "0 3 * *"\n' },
      '8:19  sources[0].fullSchedule "0 3 * *" is not a cron expression; it has five fields: minute, hour, day of the month, month, day of the week',
    ],
    [
      'a time zone',
      { source: '    timezone: America/New_Yrok\n' },
      '8:15  sources[0].timezone "America/New_Yrok" is not a time zone; did you mean America/New_York?',
    ],
    [
      'a rung that needs a tag',
      { source: '    onRemoved: tag\n' },
      '8:16  sources[0].onRemoved is tag, so removedTag must name the tag to add',
    ],
    [
      'an open service',
      { top: 'service: { listen: "0.0.0.0:8780" }\n' },
      '8:20  service.listen is reachable from other machines, so service.token must be set; or listen on 127.0.0.1',
    ],
    [
      'a list title twice',
      { top: 'lists:\n  - { title: A, where: "true" }\n  - { title: A, where: "true" }\n' },
      '10:14  lists[1].title names a second list like lists[0]; it must be unique',
    ],
    [
      'a list that says nobody',
      { top: 'lists:\n  - { title: A }\n' },
      '9:5  lists[0] says nobody: give it `where` with a condition, or `fromSourceList` with the title of a list of a source',
    ],
    [
      'a list that says twice who is on it',
      { top: 'lists:\n  - { title: A, where: "true", fromSourceList: B }\n' },
      '9:32  lists[0].fromSourceList cannot stand beside where: leave out one of the two; a condition asks for it with source.lists.contains("…")',
    ],
    [
      'a list of a source that is not there',
      { top: 'lists:\n  - { fromSourceList: B, source: clinci }\n' },
      '9:34  lists[0].source is no source of this config; did you mean clinic?',
    ],
    [
      'a source beside a condition',
      { top: 'lists:\n  - { title: A, where: "true", source: clinic }\n' },
      '9:32  lists[0].source is for fromSourceList; a condition asks for it with source.id == "…"',
    ],
    ['a condition without a title', { top: 'lists:\n  - { where: "true" }\n' }, '9:5  lists[0] has no title'],
    [
      'two lists of one title, one of which has it from its source',
      { top: 'lists:\n  - { title: A, where: "true" }\n  - { fromSourceList: A }\n' },
      '10:5  lists[1].title names a second list like lists[0]; it must be unique',
    ],
  ])('%s is named with its place and in plain words', (_name, more, expected) => {
    const error = errorOf(() => load(config(more)))
    expect(error.code).toBe('ERR_CONFIG_INVALID')
    expect(error.message).toBe(`heysync.yaml has a problem:\n  heysync.yaml:${expected}`)
    expect(error.place).toBe(`heysync.yaml:${expected.split(' ')[0]}`)
  })

  test.each([
    [
      'no source',
      config().replace(/sources:[\s\S]*/, 'sources: []\n'),
      '3:10  sources needs at least one entry',
    ],
    ['no sources key', config().replace(/sources:[\s\S]*/, ''), '1:1  sources is missing'],
    ['no map', config().replace(/ {4}map.*\n/, ''), '4:5  sources[0].map is missing'],
    ['no phone', config().replace('phone: mobile', 'first: a'), '7:5  sources[0].map.phone is missing'],
    [
      'a misspelled phone',
      config().replace('phone:', 'phnoe:'),
      '7:12  sources[0].map.phnoe is not a key that heysync knows; did you mean phone?',
    ],
    [
      'a number in a mapping',
      config().replace('phone: mobile', 'phone: [mobile, 5]'),
      '7:28  sources[0].map.phone[1] must be text, not 5; put it in quotes',
    ],
    [
      'neither text nor list in a mapping',
      config().replace('phone: mobile', 'phone: 5'),
      '7:19  sources[0].map.phone must be text or a list, not 5; put it in quotes',
    ],
    [
      'a custom field',
      config().replace('phone: mobile', 'phone: mobile, custom: { "Renewal Date": {} }'),
      '7:53  sources[0].map.custom["Renewal Date"] must be text or a list, not a group of keys',
    ],
    [
      'an id with capitals',
      config().replace('clinic', 'Clinic'),
      '4:9  sources[0].id "Clinic" does not fit: use lower-case letters, digits, - and _',
    ],
    [
      'an unknown kind',
      config().replace('csv', 'cvs'),
      `5:16  sources[0].connector "cvs" is not a kind of source; did you mean csv? There are ${KINDS}; or a path like ./my-connector.js, or a package heysync-connector-…`,
    ],
    [
      'a missing option',
      config().replace(', idColumn: id', ''),
      '6:5  sources[0].options.idColumn is missing',
    ],
    [
      'an unknown option',
      config().replace('idColumn: id', 'idColumn: id, snapshots: true'),
      '6:52  sources[0].options.snapshots is not a key that heysync knows; did you mean snapshot?',
    ],
    [
      'an option of a wrong type',
      config().replace('idColumn: id', 'idColumn: id, snapshot: yes'),
      '6:62  sources[0].options.snapshot must be true or false, not the text "yes"; write true or false without quotes',
    ],
  ])('%s is named with its place', (_name, text, expected) => {
    expect(problems(text)).toEqual([`heysync.yaml:${expected}`])
  })

  test('all problems stand in one error, in the order of the file', () => {
    const error = errorOf(() =>
      load(
        config({ heymarket: '  writes: x\n', source: '    timezone: Moon\n', top: 'resolve: 1\nextra: 2\n' }),
      ),
    )
    expect(error.message).toContain('heysync.yaml has 4 problems:')
    expect([...error.message.matchAll(/yaml:(\d+):/g)].map((match) => Number(match[1]))).toEqual([
      3, 9, 10, 11,
    ])
    expect(error.place).toBe('heysync.yaml:3:11')
  })

  test.each([
    ["  - { title: Premium, key: VIP, where: 'true' }\n  - { title: VIP, where: 'true' }", 9, 'title'],
    ["  - { title: VIP, where: 'true' }\n  - { title: Premium, key: VIP, where: 'true' }", 10, 'title'],
    ["  - { title: A, key: K, where: 'true' }\n  - { title: B, key: K, where: 'true' }", 10, 'key'],
  ])('a list whose key is what another is known by is refused', (lists, line, by) => {
    const [problem] = problems(config({ top: `lists:\n${lists}\n` }))
    expect(problem).toContain(`heysync.yaml:${line}:`)
    expect(problem).toContain(`is known by its ${by}; it must be unique`)
  })

  test.each([
    "  - { title: Premium, key: VIP, where: 'true' }\n  - { title: Other, where: 'true' }",
    "  - { title: VIP, key: VIP, where: 'true' }",
  ])('a list whose key is its own alone is fine', (lists) => {
    expect(() => load(config({ top: `lists:\n${lists}\n` }))).not.toThrow()
  })

  test('two sources of one id are refused', () => {
    const second =
      '  - { id: clinic, connector: csv, options: { path: b.csv, idColumn: id }, map: { phone: p } }\n'
    expect(problems(config({ top: second }))).toEqual([
      'heysync.yaml:8:11  sources[1].id names a second source like sources[0]; it must be unique',
    ])
  })

  test.each([
    ['{}', 'lacks credentials: give either'],
    ['', 'is missing: give either'],
    ['key', 'must be either'],
    ['{ apiKey: a, secretId: b }', 'has both kinds of credentials'],
    ['{ secretId: a }', 'heymarket.auth.secretKey is missing'],
    [
      '{ secretId: a, secretkey: b }',
      'heymarket.auth.secretkey is not a key that heysync knows; did you mean secretKey?',
    ],
    ['{ apikey: a }', 'heymarket.auth.apikey is not a key that heysync knows; did you mean apiKey?'],
  ])('credentials `%s` are explained in one line', (auth, what) => {
    const found = problems(config().replace(/auth: .*/, `auth: ${auth}`))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(what)
  })

  test('a place is found through aliases and merges', () => {
    const text = `${config()}  - <<: &more { connector: csv, options: { path: x, idColumn: 7 } }\n    id: b\n    map: { phone: p }\n`
    expect(problems(text)).toEqual([
      'heysync.yaml:8:63  sources[1].options.idColumn must be text or a list, not 7; put it in quotes',
    ])
  })
})
