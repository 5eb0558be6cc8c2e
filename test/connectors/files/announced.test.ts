// Of several files only some may be announced as finished: what is left out then, what waits, and who is told.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { failure, HOUR, START, type Workshop, workshop } from '../csv/harness.ts'
import { next, pull } from './harness.ts'

const TOGETHER = { path: 'in/*.csv', files: 'all', readySuffix: '.done' }
const CHANGES = { path: 'in/*.csv', snapshot: false, readySuffix: '.done' }

async function inbox() {
  const shop = await workshop()
  await mkdir(join(shop.dir, 'in'))
  return shop
}

async function announce(shop: Workshop, name: string, content: string, changedAt?: number) {
  await shop.write(`in/${name}`, content, changedAt)
  await shop.write(`in/${name}.done`, '')
}

test('files that together are the whole are read only when each is announced', async () => {
  const shop = await inbox()
  await announce(shop, 'north.csv', 'id\n1\n')
  await announce(shop, 'south.csv', 'id\n2\n')
  const first = await pull(shop, TOGETHER)
  expect(first.ids).toEqual(['1', '2'])
  await rm(join(shop.dir, 'in/south.csv.done'))
  expect((await pull(shop, TOGETHER, next(first))).end).toMatchObject({ covers: 'changes' })
  await shop.write('in/south.csv', 'id\n2\n3\n', START - HOUR / 2)
  const error = await failure(pull(shop, TOGETHER, next(first)))
  expect(error).toMatchObject({ kind: 'busy', message: expect.stringContaining('in/south.csv.done') })
  await shop.write('in/south.csv.done', '')
  const second = await pull(shop, TOGETHER, next(first))
  expect([second.ids, second.end?.covers]).toEqual([['1', '2', '3'], 'everything'])
})

test('a file of changes that is not announced waits, and after a day a warning says so', async () => {
  const shop = await inbox()
  await announce(shop, 'a.csv', 'id\n1\n')
  await shop.write('in/b.csv', 'id\n2\n', START - 23 * HOUR)
  expect((await pull(shop, CHANGES)).ids).toEqual(['1'])
  expect(shop.logged.join()).not.toContain('in/b.csv')
  await shop.write('in/b.csv', 'id\n2\n', START - 25 * HOUR)
  await shop.write('in/c.csv', 'id\n3\n', START - 49 * HOUR)
  expect((await pull(shop, CHANGES)).ids).toEqual(['1'])
  expect(shop.logged.join()).toContain(
    '2 files are waited for to be announced since more than a day, in/c.csv since 2030-01-13T11:00:00.000Z',
  )
})
