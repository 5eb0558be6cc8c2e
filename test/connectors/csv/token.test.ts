// Snapshots: the same content costs nothing, another content is everything.
import { rename, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { HOUR, incremental, pull, START, tokenOf, workshop } from './harness.ts'

const UNCHANGED = [{ records: [], end: { covers: 'changes' } }]

describe('an incremental pull of a snapshot', () => {
  test('without a token reads everything', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n2\n')
    const { ids, end } = await pull(shop, {}, incremental(null))
    expect(ids).toEqual(['1', '2'])
    expect(end).toMatchObject({ covers: 'everything' })
  })

  test('of the very same file is one page of nothing', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n')
    const token = tokenOf(await pull(shop))
    const again = await pull(shop, {}, incremental(token))
    expect(again.pages).toMatchObject(UNCHANGED)
    expect((await pull(shop, {}, incremental(tokenOf(again)))).pages).toMatchObject(UNCHANGED)
  })

  test('of the same content in a new file is one page of nothing', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n', START - 3 * HOUR)
    const token = tokenOf(await pull(shop))
    await shop.write('contacts.csv', 'id\n1\n', START - HOUR)
    expect((await pull(shop, {}, incremental(token))).pages).toMatchObject(UNCHANGED)
  })

  test('of another content is everything', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n2\n')
    const token = tokenOf(await pull(shop))
    await shop.write('contacts.csv', 'id\n1\n3\n')
    const { ids, end } = await pull(shop, {}, incremental(token))
    expect(ids).toEqual(['1', '3'])
    expect(end).toMatchObject({ covers: 'everything' })
  })

  test('sees another content of the same size and time of change', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n')
    const token = tokenOf(await pull(shop))
    const path = await shop.write('next.csv', 'id\n2\n')
    await rename(path, join(shop.dir, 'contacts.csv'))
    await utimes(join(shop.dir, 'contacts.csv'), (START - HOUR) / 1_000, (START - HOUR) / 1_000)
    expect((await pull(shop, {}, incremental(token))).ids).toEqual(['2'])
  })

  test('does not wait for a file that was read before', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n', START - 500)
    const token = tokenOf(await pull(shop, { settleMs: 5_000 }))
    const waits = shop.slept.length
    const { pages } = await pull(shop, { settleMs: 3_600_000 }, incremental(token))
    expect(pages).toMatchObject(UNCHANGED)
    expect(shop.slept).toHaveLength(waits)
  })

  test('under options that make other records is everything', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id,key\n1,a\n')
    const token = tokenOf(await pull(shop))
    expect((await pull(shop, { idColumn: 'key' }, incremental(token))).ids).toEqual(['a'])
    expect((await pull(shop, { pageSize: 7, settleMs: 1 }, incremental(token))).pages).toMatchObject(
      UNCHANGED,
    )
  })

  test('takes a token that it does not understand for none', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n')
    for (const token of ['', 'x', '{"v":2}'])
      expect((await pull(shop, {}, incremental(token))).ids).toEqual(['1'])
  })

  test('of several files sees that one has gone or has come', async () => {
    const shop = await workshop()
    const all = { path: '*.csv', files: 'all' }
    await shop.write('a.csv', 'id\n1\n', START - 3 * HOUR)
    await shop.write('b.csv', 'id\n2\n', START - 2 * HOUR)
    const both = tokenOf(await pull(shop, all))
    expect((await pull(shop, all, incremental(both))).pages).toMatchObject(UNCHANGED)
    await rename(join(shop.dir, 'b.csv'), join(shop.dir, 'b.old'))
    const one = await pull(shop, all, incremental(both))
    expect(one.ids).toEqual(['1'])
    await rename(join(shop.dir, 'b.old'), join(shop.dir, 'b.csv'))
    expect((await pull(shop, all, incremental(tokenOf(one)))).ids).toEqual(['1', '2'])
  })
})

test('a token trusts the time of change only of a file that was at rest when it was read', async () => {
  const shop = await workshop()
  await shop.write('contacts.csv', 'id\n1\n', START - HOUR)
  expect(JSON.parse(tokenOf(await pull(shop)))).toMatchObject({ files: [{ state: { size: 5 } }] })
  await shop.write('contacts.csv', 'id\n1\n', START - 1_000)
  const token = tokenOf(await pull(shop, { settleMs: 0 }))
  expect(JSON.parse(token)).toMatchObject({ files: [{ state: null }] })
  expect((await pull(shop, { settleMs: 0 }, incremental(token))).pages).toMatchObject(UNCHANGED)
})

test('a full pull reads everything whatever was read before', async () => {
  const shop = await workshop()
  await shop.write('contacts.csv', 'id\n1\n')
  await pull(shop)
  expect((await pull(shop)).ids).toEqual(['1'])
})
