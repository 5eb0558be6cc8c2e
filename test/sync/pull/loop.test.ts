// A source that goes round in a circle: the pull ends, nobody is taken for gone, and the next pull reads from the start.
import type { Page } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import { START } from '../../support/clock.ts'
import { all, MINUTE, rec, world } from './world.ts'

const page = (position: string, ...ids: string[]): Page => ({ records: ids.map((id) => rec(id)), position })
const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString()

function* forEver(...positions: string[]): Iterable<Page> {
  for (;;) for (const position of positions) yield page(position, '1')
}

describe.each([
  ['in a row', ['a']],
  ['with others between', ['a', 'b', 'c']],
])('the same position %s', (_how, positions) => {
  test('ends the pull, and proves nothing', async () => {
    const { pull, record, watermark } = world()
    await pull(all(rec('1', {}, at(-5)), rec('2', {}, at(-5))))
    const before = watermark()
    await expect(pull(() => forEver(...positions))).rejects.toMatchObject({
      code: 'ERR_SOURCE_LOOP',
      message: expect.stringContaining('goes round in a circle'),
      hint: expect.stringContaining('reads from the start'),
    })
    expect([record('2')?.state, watermark()]).toEqual(['accepted', before])
  })

  test('is not gone on from', async () => {
    const { pull, memory } = world({ can: { resumable: true } })
    await expect(pull(() => forEver(...positions))).rejects.toMatchObject({ code: 'ERR_SOURCE_LOOP' })
    await pull(all(rec('1')))
    expect(memory.requests.at(-1)?.resumeAfter).toBeNull()
  })
})

test('a last page that has nothing to add may stand where the one before stood', async () => {
  const { pull } = world()
  const end = { covers: 'everything', count: 1 } as const
  expect(await pull([page('a', '1'), { records: [], position: 'a', end }])).toMatchObject({ accepted: 1 })
})

test('the next pull may come by the same positions', async () => {
  const { pull } = world()
  const end = { covers: 'everything', count: 1 } as const
  const pages = () => [page('a', '1'), { records: [], position: 'b', end }]
  await pull(pages())
  expect(await pull(pages())).toMatchObject({ unchanged: 1 })
})
