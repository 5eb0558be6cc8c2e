// Pages flow: memory stays flat, and the file is closed however the pull ends.
import { open, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { csvConnector } from '../../../connectors/files/csv.ts'
import { FULL, failure, options, pull, type Workshop, workshop } from './harness.ts'

const ROWS = 200_000

async function writeLarge(shop: Workshop): Promise<void> {
  await shop.write('contacts.csv', '')
  const file = await open(join(shop.dir, 'contacts.csv'), 'w')
  await file.write('id,first,last,notes\n')
  for (let from = 0; from < ROWS; from += 10_000) {
    const row = (_: unknown, i: number) =>
      `${from + i},First,"Last, name","note with a ""quote"" and ${'x'.repeat(60)}"\n`
    await file.write(Array.from({ length: 10_000 }, row).join(''))
  }
  await file.close()
}

/** Files under a folder that this process holds open. */
async function openIn(dir: string): Promise<string[]> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))
  return (await Promise.all(links)).filter((path) => path.startsWith(dir))
}

function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test('a large file takes no more memory at its end than at its start', async () => {
  const shop = await workshop()
  await writeLarge(shop)
  let rows = 0
  let atStart = 0
  let most = 0
  for await (const page of csvConnector.pull(options({ settleMs: 0 }), FULL, shop.context)) {
    rows += page.records.length
    if (rows === 20_000) atStart = usedBytes()
    if (rows % 40_000 === 0 && rows > 0) most = Math.max(most, usedBytes())
  }
  expect(rows).toBe(ROWS)
  // The file has 26 MB; as records it would take several times that.
  expect(most - atStart).toBeLessThan(8_000_000)
})

test('pages hold at most pageSize rows, good and bad together, and say where they end', async () => {
  const shop = await workshop()
  await shop.write('contacts.csv', 'id,a\n1,x\n2\n3,x\n,x\n5,x\n')
  const { pages } = await pull(shop, { pageSize: 2 })
  expect(pages.map(({ records, bad, position }) => [records.length, bad?.length ?? 0, position])).toEqual([
    [1, 1, 'contacts.csv:3'],
    [1, 1, 'contacts.csv:5'],
    [1, 0, 'contacts.csv:6'],
  ])
  expect(pages.map(({ end }) => end !== undefined)).toEqual([false, false, true])
})

test('a pull that is left early closes its file', async () => {
  const shop = await workshop()
  await writeLarge(shop)
  for await (const page of csvConnector.pull(options({ settleMs: 0 }), FULL, shop.context)) {
    expect(page.records).toHaveLength(250)
    expect(await openIn(shop.dir)).toHaveLength(1)
    break
  }
  expect(await openIn(shop.dir)).toEqual([])
})

test('a pull that is aborted stops within the page and closes its file', async () => {
  const abort = new AbortController()
  const shop = await workshop(abort.signal)
  await writeLarge(shop)
  let pages = 0
  const work = async () => {
    for await (const _ of csvConnector.pull(options({ settleMs: 0 }), FULL, shop.context)) {
      pages++
      abort.abort()
    }
  }
  expect(await failure(work())).toMatchObject({ name: 'AbortError' })
  expect(pages).toBe(1)
  expect(await openIn(shop.dir)).toEqual([])
})

test('a pull that is aborted before it starts reads nothing', async () => {
  const shop = await workshop(AbortSignal.abort())
  await shop.write('contacts.csv', 'id\n1\n')
  expect(await failure(pull(shop))).toMatchObject({ name: 'AbortError' })
})

test.each([
  ['a column is missing', `name\n${'Ann\n'.repeat(100_000)}`],
  ['a quote is not closed', 'id\n"1\n2\n'],
  ['the file is blank', '\n\n'],
])('a pull that fails closes its file: %s', async (_name, content) => {
  const shop = await workshop()
  await shop.write('contacts.csv', content)
  await failure(pull(shop))
  expect(await openIn(shop.dir)).toEqual([])
})
