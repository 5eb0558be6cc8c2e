import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemClock, toIso } from '../../src/lib/clock.ts'
import { contentHash } from '../../src/lib/hash.ts'
import { bareE164, readBareE164 } from '../../src/lib/phone.ts'

test('a content hash is 16 bytes, the same for the same text only', () => {
  expect(contentHash('a')).toHaveLength(16)
  expect(contentHash('a')).toEqual(contentHash('a'))
  expect(contentHash('a')).not.toEqual(contentHash('b'))
  expect(contentHash('').toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb924')
})

test.each(['14155550171', '4915112345678', '1234567', '123456789012345'])('%s is bare E.164', (text) => {
  expect(bareE164(text)).toBe(text)
})

test.each([
  '',
  '+14155550171',
  '014155550171',
  '123456',
  '1234567890123456',
  '1415555017a',
  ' 14155550171',
  '14155550171\n',
])('"%s" is not bare E.164, and is not repaired', (text) => {
  expect(bareE164(text)).toBeNull()
})

test('a number that a person wrote is read without its punctuation', () => {
  expect(readBareE164('+1 (415) 555-01.71')).toBe('14155550171')
  expect(readBareE164('')).toBeNull()
  expect(readBareE164('mail@example.com')).toBeNull()
})

test('an instant is printed in UTC with milliseconds', () => {
  expect(toIso(0)).toBe('1970-01-01T00:00:00.000Z')
  fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => Date.parse(toIso(ms)) === ms))
})

test('a sleep of the system clock ends at once when it is told to', async () => {
  const ending = new AbortController()
  const asleep = systemClock.sleep(3_600_000, ending.signal)
  ending.abort()
  await expect(asleep).rejects.toMatchObject({ name: 'AbortError' })
  await expect(systemClock.sleep(0)).resolves.toBeUndefined()
})

test('a sleep of a month lasts, though no timer does', async () => {
  const warnings: string[] = []
  const warned = ({ name }: Error) => void warnings.push(name)
  process.on('warning', warned)
  const ending = new AbortController()
  const asleep = systemClock.sleep(31 * 86_400_000, ending.signal)
  await setImmediate()
  process.off('warning', warned)
  ending.abort()
  // Node shortens a timer that is too long to nothing, and warns of it.
  expect(warnings).toEqual([])
  await expect(asleep).rejects.toMatchObject({ name: 'AbortError' })
})
