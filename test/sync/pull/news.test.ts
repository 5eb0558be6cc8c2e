// News of a source: what is the same is not written again, and however fast they come, whatever else waits has its turn.
import type { Page } from 'heysync/connector'
import { expect, test } from 'vitest'
import { all, changes, rec, world } from './world.ts'

const asChanges = (page: Page): Page => ({ ...page, changes: true })

const marked = () => world({ can: { resumable: true, merges: false } })

test('a record that is the same is not written again by news, and proves nobody absent', async () => {
  const { pull, record } = marked()
  await pull(all(rec('1'), rec('2'), { ...rec('3'), place: 'a:3' }))
  const before = [record('1'), record('2')]
  const news = changes(rec('1'), { ...rec('3'), place: 'a:4' }).map(asChanges)
  expect(await pull(news, { mode: 'incremental' })).toMatchObject({ read: 2, unchanged: 2, gone: 0 })
  expect([record('1'), record('2')]).toEqual(before)
  expect(record('3')?.place).toBe('a:4')
  expect(await pull(all(rec('1')).map(asChanges), { mode: 'incremental' })).toMatchObject({
    unchanged: 1,
    gone: 0,
  })
  expect(record('2')?.state).toBe('accepted')
})

test('a source that answers at once keeps nobody waiting until its last page', async () => {
  const { pull } = marked()
  const turns: string[] = []
  await pull(function* () {
    for (const page of ['1', '2', '3']) {
      turns.push(`page ${page}`)
      setImmediate(() => turns.push(`other ${page}`))
      yield { records: [rec(page)], position: page }
    }
    yield* all(rec('4'))
  })
  expect(turns).toEqual(['page 1', 'other 1', 'page 2', 'other 2', 'page 3', 'other 3'])
})
