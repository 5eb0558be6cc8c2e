import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { csvConnector } from '../../connectors/files/csv.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Connector } from '../../src/connector/contract.ts'
import { HeysyncError } from '../../src/lib/errors.ts'
import { config, errorOf, folder, load } from './folder.ts'

const SECRET = 'hunter2-s3cr3t-value'
const ENV = { HEYMARKET_SECRET_ID: SECRET, HEYMARKET_SECRET_KEY: SECRET, ANY: SECRET }

function whole(error: HeysyncError): string {
  return [error.message, error.hint, error.place, error.stack].join('\n')
}

describe('errors', () => {
  test('never hold what was filled in, whatever key it stands in', () => {
    const keys = [
      'heymarket: "${ANY}"',
      'heymarket: { auth: "${ANY}" }',
      'heymarket: { auth: { apiKey: ["${ANY}"] } }',
      'heymarket: { auth: { secretId: x, secretKey: { a: "${ANY}" } } }',
      'heymarket: { auth: { apiKey: x }, baseUrl: "${ANY}", writes: "${ANY}", requestsPerMinute: "${ANY}" }',
      'service: { token: 5, listen: "${ANY}" }',
      'service: { listen: "${ANY}:70000" }',
      'log: { level: "${ANY}" }',
      'lists: "${ANY}"',
      'sources: [{ id: "${ANY}!", connector: "${ANY}", schedule: "${ANY}", timezone: "${ANY}" }]',
      'sources: [{ id: a, connector: csv, options: { path: "${ANY}", quote: "${ANY}", timezone: "${ANY}" } }]',
    ]
    for (const key of keys) {
      const error = errorOf(() => load(`${key}\n`, ENV))
      expect(error.code).toBe('ERR_CONFIG_INVALID')
      expect(whole(error)).not.toContain(SECRET)
    }
  })

  test.each([
    `heymarket:\n  auth:\n    secretKey: ${SECRET}: x\n`,
    `heymarket: { auth: { secretKey: "${SECRET}", secretKey: "${SECRET}" } }\n`,
    `heymarket:\n  auth:\n    secretKey: "${SECRET}\n`,
    `heymarket:\n  auth:\n    secretKey:\n      ${SECRET}: a: b\n`,
    `service: { token: ${SECRET} }}\n`,
    `service:\n  token: !${SECRET} x\n`,
    `service:\n  token: *${SECRET}\n`,
    `heymarket: { auth: { apiKey: 5, secretId: "${SECRET}" } }\n`,
    `service: { token: { x: "${SECRET}" } }\n`,
  ])('never hold a secret that stands in the file itself: %#', (text) => {
    expect(whole(errorOf(() => load(text, ENV)))).not.toContain(SECRET)
  })
})

describe('a message about a value', () => {
  const invalid = (text: string, env: Readonly<Record<string, string>>): string =>
    errorOf(() => load(text, env)).message

  test('shows it when it stands in the file, and not when it was filled in, however short', () => {
    const text = (writes: string): string => config({ heymarket: `  writes: ${writes}\n` })
    expect(invalid(text('zq'), ENV)).toContain('not "zq"')
    expect(invalid(text('"${SHORT}"'), { ...ENV, SHORT: 'zq' })).not.toContain('zq')
  })

  test('does not show a secret of a wrong type', () => {
    const text = config().replace('"${HEYMARKET_SECRET_ID}"', '918273')
    expect(invalid(text, ENV)).toContain('heymarket.auth.secretId must be text, not a number')
    expect(invalid(text, ENV)).not.toContain('918273')
  })

  test('hides what was filled in also where a connector quotes it', () => {
    const options = z.strictObject({
      url: z
        .string()
        .superRefine((url, check) => check.addIssue({ code: 'custom', message: `cannot reach ${url}` })),
    })
    const talkative = new Map([
      ['talkative', { ...csvConnector, kind: 'talkative', options } as unknown as Connector],
    ])
    const text = config()
      .replace('csv', 'talkative')
      .replace(/options: .*/, 'options: { url: "db://${ANY}@host" }')
    const cwd = folder({ 'heysync.yaml': text })
    const { message } = errorOf(() => loadConfig({ env: ENV, cwd, connectors: talkative }))
    expect(message).toContain('sources[0].options.url is not right: cannot reach db://•••@host')
    expect(message).not.toContain(SECRET)
  })
})

describe('any text at all', () => {
  const KEYS = [
    'heymarket',
    'auth',
    'sources',
    'id',
    'connector',
    'options',
    'map',
    'phone',
    'guard',
    '<<',
    '__proto__',
    'constructor',
    '',
  ]
  const scalar = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('${ANY}', '${', '*a', '&a', '!x', '~', '.nan', '0x1f', '- -', '? :'),
  )

  test('as a value loads or is a HeysyncError without the secret', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), scalar, (key, value) => {
        tryLoad(`${config()}${JSON.stringify(key)}: ${value}\n`)
        tryLoad(config().replace('mobile', value))
      }),
      { numRuns: 150 },
    )
  })

  test('as a tree loads or is a HeysyncError without the secret', () => {
    const tree = fc.object({
      key: fc.constantFrom(...KEYS),
      values: [scalar, fc.integer(), fc.constant(null)],
      maxDepth: 4,
    })
    fc.assert(
      fc.property(tree, (value) => tryLoad(JSON.stringify(value))),
      { numRuns: 150 },
    )
  })

  test('as a whole file loads or is a HeysyncError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => tryLoad(bytes)),
      { numRuns: 100 },
    )
  })

  function tryLoad(text: string | Uint8Array): void {
    try {
      load(text, ENV)
    } catch (error) {
      if (!(error instanceof HeysyncError)) throw error
      expect(error.code).toMatch(/^ERR_CONFIG_/)
      expect(whole(error)).not.toContain(SECRET)
    }
  }
})
