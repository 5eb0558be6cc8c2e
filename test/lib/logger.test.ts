// What must never be in a log (I10) is planted everywhere a caller could put it, and looked for in what was written.
import { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLogger, type Logger } from '../../src/lib/logger.ts'
import { maskPhone } from '../../src/lib/phone.ts'
import { redact } from '../../src/lib/redact.ts'

const SECRET = 'hunter2-"quoted"\\key'
const PHONE = '14155550171'

/** What the logger wrote for one call. */
async function written(
  pretty: boolean,
  write: (log: Logger) => void,
  level: 'debug' | 'info' = 'debug',
): Promise<string> {
  let text = ''
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk)
      done()
    },
  })
  write(await createLogger({ level, pretty, secrets: [SECRET], stream }))
  return text
}

const PLACES: readonly [string, (log: Logger, planted: string) => void][] = [
  ['the message', (log, planted) => log.info(`about ${planted} here`)],
  ['a field', (log, planted) => log.info({ planted }, 'm')],
  ['a nested field', (log, planted) => log.info({ a: { b: [planted] } }, 'm')],
  ['a URL', (log, planted) => log.info({ url: `https://example.com/x?p=${planted}` }, 'm')],
  ["an error's message", (log, planted) => log.error(new Error(`no ${planted}`))],
  ['an error beside a message', (log, planted) => log.error({ err: new Error(`no ${planted}`) }, 'failed')],
  ['a cause', (log, planted) => log.error({ err: new Error('no', { cause: new Error(planted) }) }, 'failed')],
  ['a format argument', (log, planted) => log.info('about %s', planted)],
]

describe.each([
  ['JSON', false],
  ['readable', true],
])('%s lines', (_name, pretty) => {
  test.each(PLACES)('hold no secret and no phone number out of %s', async (_place, plant) => {
    for (const planted of [SECRET, PHONE, `+${PHONE}`]) {
      const text = await written(pretty, (log) => plant(log, planted))
      expect(text).not.toBe('')
      expect(text).not.toContain('hunter2')
      expect(text).not.toContain(PHONE)
    }
  })

  test('hold no phone number that is a field of its own, as a number', async () => {
    expect(await written(pretty, (log) => log.info({ phone: Number(PHONE) }, 'm'))).not.toContain(PHONE)
  })

  test('below the level are not written', async () => {
    expect(await written(pretty, (log) => log.debug('details'), 'info')).toBe('')
  })
})

test('each JSON line stays JSON, also where something was taken out of it', async () => {
  const text = await written(false, (log) => {
    log.info({ at: Number(PHONE), secret: SECRET, text: `call +${PHONE}` }, 'one')
    log.info('two')
  })
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines).toMatchObject([{ secret: '[secret]', text: 'call 14•••••••71', msg: 'one' }, { msg: 'two' }])
})

describe('redact', () => {
  test.each([
    ['+14155550171', '14•••••••71'],
    ['id=14155550171,', 'id=14•••••••71,'],
    ['"14155550171"', '"14•••••••71"'],
    ['two: 14155550171 14155550172', 'two: 14•••••••71 14•••••••72'],
    ['14155550171.', '14•••••••71.'],
    ['"+1 (415) 555-0171" is', '"14•••••••71" is'],
    ['(415) 555-0171', '41••••••71'],
    ['415.555.0171', '41••••••71'],
    ['?phone=%2B14155550171&x', '?phone=%2B14•••••••71&x'],
  ])('masks the number in %s', (text, clean) => {
    expect(redact(text)).toBe(clean)
  })

  test.each([
    'contacts.csv:17',
    '2030-01-15T12:00:00.000Z',
    'request 6c1f3f2e-9a5e-4b1e-8f34-123456789012',
    '450',
    'c0001',
  ])('leaves %s alone', (text) => {
    expect(redact(text)).toBe(text)
  })

  test('lets no number of 10 to 15 digits through, whatever stands around it', () => {
    const digits = fc.stringMatching(/^[1-9]\d{9,14}$/)
    const before = fc.constantFrom(
      '',
      ' ',
      '"',
      '(',
      ',',
      ':',
      '/',
      '=',
      '\n',
      '+',
      'tel:',
      '?phone=',
      '%2B',
      '>',
      '|',
    )
    const after = fc.constantFrom('', ' ', '"', ')', ',', '.', ':', '/', '&', '\n', '<', '|', '@')
    fc.assert(
      fc.property(digits, before, after, (number, before, after) => {
        expect(redact(`${before}${number}${after}`)).not.toContain(number)
      }),
    )
  })

  test('takes out every secret, and does not take a very short one for one', () => {
    expect(redact('key k-1234 and k-1234', ['k-1234'])).toBe('key [secret] and [secret]')
    expect(redact('abc', ['abc'])).toBe('abc')
  })
})

describe('maskPhone', () => {
  test('shows the first two and the last two digits', () => {
    expect(maskPhone('14155550171')).toBe('14•••••••71')
    expect(maskPhone('12345')).toBe('12•45')
    expect(maskPhone('1234')).toBe('••••')
  })
})
