import { describe, expect, test } from 'vitest'
import { asHeysyncError, ERROR_TABLE, type ErrorCode, HeysyncError } from '../../src/lib/errors.ts'

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[]

test.each(CODES)('%s says what the engine does, how the program exits, and what it means', (code) => {
  const error = new HeysyncError(code, { message: 'm' })
  expect(['retry', 'reject', 'dead-letter', 'stop']).toContain(error.verdict)
  expect([1, 2, 3, 4, 5]).toContain(error.exitCode)
  expect(ERROR_TABLE[code].meaning).toMatch(/^[A-Z].*\.$/)
  expect(code).toMatch(/^ERR_[A-Z_]+$/)
})

test('what is worth retrying exits with 1, and only a newer database with 5', () => {
  for (const code of CODES) {
    const { verdict, exitCode } = ERROR_TABLE[code]
    if (verdict === 'retry') expect([code, exitCode]).toEqual([code, 1])
    expect([code, exitCode === 5]).toEqual([code, code === 'ERR_DATABASE_NEWER'])
  }
})

test('an error carries what it was given and nothing else', () => {
  const cause = new Error('below')
  const error = new HeysyncError('ERR_HEYMARKET_RATE_LIMITED', {
    message: 'Too many.',
    hint: 'Slow down.',
    place: 'heysync.yaml:3:1',
    requestId: 'req-1',
    status: 429,
    retryAfterMs: 2000,
    cause,
  })
  expect(error).toMatchObject({
    name: 'HeysyncError',
    message: 'Too many.',
    hint: 'Slow down.',
    place: 'heysync.yaml:3:1',
    requestId: 'req-1',
    status: 429,
    retryAfterMs: 2000,
    cause,
  })
  expect('cause' in new HeysyncError('ERR_USAGE', { message: 'm' })).toBe(false)
})

describe('asHeysyncError', () => {
  test('leaves ours as it is', () => {
    const ours = new HeysyncError('ERR_USAGE', { message: 'm' })
    expect(asHeysyncError(ours)).toBe(ours)
  })

  test.each(['SQLITE_FULL', 'ENOSPC'])('tells a full disk (%s) and that nothing is lost', (code) => {
    const error = asHeysyncError(Object.assign(new Error('no room'), { code }))
    expect(error.code).toBe('ERR_DATABASE_FULL')
    expect(error.hint).toContain('nothing that was saved is lost')
  })

  test('tells an interruption', () => {
    expect(asHeysyncError(new DOMException('Aborted', 'AbortError')).code).toBe('ERR_ABORTED')
  })

  test.each([
    [new TypeError('x is undefined'), 'x is undefined'],
    ['text', 'text'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('takes %s for a defect and keeps it as the cause', (thrown, message) => {
    expect(asHeysyncError(thrown)).toMatchObject({ code: 'ERR_INTERNAL', message, exitCode: 1 })
  })
})
