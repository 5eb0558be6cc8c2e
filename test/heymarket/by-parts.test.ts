// Long lists are read as short ones are, and leave others their turn meanwhile.
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { byParts, parseByParts } from '../../src/heymarket/by-parts.ts'
import { id, listOf } from '../../src/heymarket/wire.ts'

const MANY = Array.from({ length: 1_001 }, (_, n) => String(n))
const ids = listOf(id, 'contacts', 'data')

describe('a long list', () => {
  test.each([
    ['bare', MANY],
    ['in an envelope', { data: MANY }],
  ])('is read %s as all at once', async (_, value) => {
    expect(await parseByParts(ids, value)).toEqual({ success: true, data: MANY.map(Number) })
  })

  test.each([[[]], [null], [{ contacts: null }]])('may be empty: %j', async (value) => {
    expect(await parseByParts(ids, value)).toEqual({ success: true, data: [] })
  })

  test('names the entry that is wrong by its place in all', async () => {
    const { error } = await parseByParts(ids, MANY.with(734, 'x'))
    expect(error?.issues[0]?.path).toEqual([734])
  })

  test('lets others have their turn between its parts, also where it is sent', async () => {
    let turns = 0
    let handle = setImmediate(function next() {
      turns += 1
      handle = setImmediate(next)
    })
    await parseByParts(ids, MANY)
    const read = turns
    await parseByParts(byParts(z.array(z.string()).min(1)), MANY)
    clearImmediate(handle)
    expect(read).toBeGreaterThanOrEqual(10)
    expect(turns).toBeGreaterThanOrEqual(2 * 10)
  })
})

test('what is no such list is read all at once', async () => {
  const group = z.array(z.string()).max(500)
  expect((await parseByParts(group, MANY)).success).toBe(false)
  expect(await parseByParts(z.string(), 'ok')).toEqual({ success: true, data: 'ok' })
})
