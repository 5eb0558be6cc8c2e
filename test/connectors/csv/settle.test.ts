// A file that is still being written is never taken for a whole one.
import { appendFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { csvConnector } from '../../../connectors/files/csv.ts'
import { FULL, failure, HOUR, options, pull, START, workshop } from './harness.ts'

const JUST_NOW = START - 500

describe('a file that changed a moment ago', () => {
  test('is waited for until it has been left alone', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n', JUST_NOW)
    expect((await pull(shop)).ids).toEqual(['1'])
    expect(shop.slept).toEqual([1_500])
  })

  test('is read whole when rows are added during the wait', async () => {
    const shop = await workshop()
    const path = await shop.write('contacts.csv', 'id\n1\n', JUST_NOW)
    shop.onSleep = async (nth) => {
      if (nth < 3) await appendFile(path, `${nth + 2}\n`)
    }
    expect((await pull(shop)).ids).toEqual(['1', '2', '3', '4'])
    expect(shop.slept).toEqual([1_500, 2_000, 2_000, 2_000])
  })

  test('is given up as busy when it does not come to rest', async () => {
    const shop = await workshop()
    const path = await shop.write('contacts.csv', 'id\n1\n', JUST_NOW)
    shop.onSleep = async (nth) => appendFile(path, `${nth}\n`)
    const error = await failure(pull(shop, { settleTimeoutMs: 5_000 }))
    expect(error).toMatchObject({ kind: 'busy', message: 'contacts.csv is still being written.' })
    expect(shop.slept.reduce((sum, ms) => sum + ms)).toBe(5_000)
  })

  test('is not waited for where the options say so', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n', START)
    expect((await pull(shop, { settleMs: 0 })).ids).toEqual(['1'])
    expect(shop.slept).toEqual([])
  })

  test('by a clock that is ahead is watched instead', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n', START + HOUR)
    expect((await pull(shop)).ids).toEqual(['1'])
    expect(shop.slept).toEqual([2_000])
  })

  test('is busy when it vanishes during the wait', async () => {
    const shop = await workshop()
    const path = await shop.write('contacts.csv', 'id\n1\n', JUST_NOW)
    shop.onSleep = async () => unlink(path)
    expect(await failure(pull(shop))).toMatchObject({ kind: 'busy' })
  })
})

describe('a file that is announced', () => {
  test('counts only once the other file is there', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n')
    const error = await failure(pull(shop, { readySuffix: '.done' }))
    expect(error).toMatchObject({ kind: 'busy' })
    expect(error.message).toContain('contacts.csv.done')
    await shop.write('contacts.csv.done', '')
    expect((await pull(shop, { readySuffix: '.done' })).ids).toEqual(['1'])
  })

  test('is not confused with its announcement by a glob', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n')
    await shop.write('contacts.csv.done', '')
    expect((await pull(shop, { path: '*', files: 'all', readySuffix: '.done' })).ids).toEqual(['1'])
  })
})

describe('a file that changes while it is read', () => {
  const ROWS = `id\n${Array.from({ length: 50 }, (_, i) => i).join('\n')}\n`

  test.each([
    ['rows are added', async (path: string) => appendFile(path, '99\n')],
    ['it is cut', async (path: string) => writeFile(path, 'id\n1\n')],
    [
      'another takes its place',
      async (path: string) => {
        await writeFile(`${path}.new`, ROWS)
        await rename(`${path}.new`, path)
      },
    ],
    ['it is removed', async (path: string) => rm(path)],
  ])('ends the pull as busy and without an end: %s', async (_name, change) => {
    const shop = await workshop()
    const path = await shop.write('contacts.csv', ROWS)
    const work = async () => {
      for await (const page of csvConnector.pull(options({ pageSize: 10 }), FULL, shop.context)) {
        expect(page.end).toBeUndefined()
        if (page.position === 'contacts.csv:11') await change(path)
      }
    }
    expect(await failure(work())).toMatchObject({ kind: 'busy' })
  })

  test('is busy, not wrong, where the new part looks wrong', async () => {
    const shop = await workshop()
    const rows = Array.from({ length: 200_000 }, (_, i) => i).join('\n')
    const path = await shop.write('contacts.csv', `id\n${rows}\n`)
    const work = async () => {
      for await (const page of csvConnector.pull(options(), FULL, shop.context)) {
        if (page.position !== 'contacts.csv:501') continue
        await appendFile(path, '"cut off')
      }
    }
    expect(await failure(work())).toMatchObject({ kind: 'busy' })
  })

  test('in any of several files ends it too', async () => {
    const shop = await workshop()
    const first = await shop.write('a.csv', ROWS, START - 2 * HOUR)
    await shop.write('b.csv', ROWS)
    const work = async () => {
      const given = options({ path: '*.csv', files: 'all', pageSize: 60 })
      for await (const page of csvConnector.pull(given, FULL, shop.context)) {
        if (page.end === undefined) await rename(first, join(shop.dir, 'a.old'))
      }
    }
    expect(await failure(work())).toMatchObject({ kind: 'busy' })
  })
})
