// A large workbook flows: its rows take no memory, and its private copy is let go of however the pull ends.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { filesConnector } from '../../../connectors/files/files.ts'
import { FULL, failure, type Workshop, workshop } from '../csv/harness.ts'
import { copiesLeft, options } from './harness.ts'
import { inlineRows, workbook } from './zip.ts'

const ROWS = 100_000
const PATH = { path: 'contacts.xlsx', settleMs: 0 }

async function writeLarge(shop: Workshop, rows: number): Promise<void> {
  const strings = Array.from({ length: rows }, (_, at) => `<si><t>person ${at} ${'x'.repeat(40)}</t></si>`)
  const row = (_: unknown, at: number) => `<row><c><v>${at}</v></c><c t="s"><v>${at}</v></c></row>`
  const data = inlineRows([['id', 'note']]) + Array.from({ length: rows }, row).join('')
  await shop.write('contacts.xlsx', workbook({ sheets: [{ title: 'S', data }], strings }))
}

function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test('100,000 rows take no more memory at their end than at their start', async () => {
  const shop = await workshop()
  await writeLarge(shop, ROWS)
  let rows = 0
  let atStart = 0
  let most = 0
  for await (const page of filesConnector.pull(options(PATH), FULL, shop.context)) {
    rows += page.records.length
    if (rows === 10_000) atStart = usedBytes()
    if (rows % 30_000 === 0 && rows > 0) most = Math.max(most, usedBytes())
  }
  expect(rows).toBe(ROWS)
  // Its texts have 5 MB and its rows, as records, several times that.
  expect(most - atStart).toBeLessThan(5_000_000)
})

test('a pull that is left early, or aborted, lets go of its copy', async () => {
  const abort = new AbortController()
  const shop = await workshop(abort.signal)
  await writeLarge(shop, 20_000)
  const pull = () => filesConnector.pull(options(PATH), FULL, shop.context)
  for await (const page of pull()) {
    expect(page.records).toHaveLength(250)
    expect(await copiesLeft()).toHaveLength(1)
    break
  }
  expect(await copiesLeft()).toEqual([])
  const work = async () => {
    for await (const _ of pull()) abort.abort()
  }
  expect(await failure(work())).toMatchObject({ name: 'AbortError' })
  expect(await copiesLeft()).toEqual([])
})
