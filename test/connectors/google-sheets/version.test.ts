// What changed, and what moves while it is read.
import { expect, test } from 'vitest'
import { type Bench, bench, idsOf, recordsOf, tokenOf } from './harness.ts'

const ROWS = [
  ['id', 'first'],
  ['a', 'Ann'],
  ['b', 'Bob'],
  ['c', 'Cid'],
  ['d', 'Dan'],
]
const rowsOf = (sheet: Bench) => sheet.tabs[0]?.rows ?? []

/** Runs once, before the answer for the page that begins at this row. */
function beforePage(sheet: Bench, row: number, what: () => void, times = 1): void {
  let left = times
  sheet.beforeValues = ([range = '']) => {
    if (left === 0 || !range.includes(`!${row}:`)) return
    left -= 1
    what()
  }
}

test('an unchanged spreadsheet costs one request', async () => {
  const sheet = await bench([...ROWS])
  const token = tokenOf(await sheet.read())
  sheet.asked.length = 0
  const pages = await sheet.read({}, token)
  expect(sheet.asked).toEqual([expect.stringMatching(/^\/drive\/v3\/files\//)])
  expect(pages).toEqual([
    { records: [], position: 'unchanged', end: { covers: 'changes', count: null, token } },
  ])
})

test('any change is read as the whole', async () => {
  const sheet = await bench([...ROWS])
  const token = tokenOf(await sheet.read())
  sheet.version += 1
  const pages = await sheet.read({}, token)
  expect(idsOf(pages)).toEqual(['a', 'b', 'c', 'd'])
  expect(pages.at(-1)?.end?.covers).toBe('everything')
})

test('other options are another source', async () => {
  const sheet = await bench([...ROWS])
  const token = tokenOf(await sheet.read())
  expect(idsOf(await sheet.read({ idColumn: 'first' }, token))).toHaveLength(4)
})

test('a row that goes between two pages hides nobody: everything is read again, and once more the next time', async () => {
  const sheet = await bench([...ROWS])
  beforePage(sheet, 4, () => {
    sheet.version += 1
    rowsOf(sheet).splice(1, 1)
  })
  const pages = await sheet.read({ pageSize: 2 })
  expect(new Set(idsOf(pages))).toEqual(new Set(['a', 'b', 'c', 'd']))
  expect(idsOf(pages).slice(-3)).toEqual(['b', 'c', 'd'])
  const again = await sheet.read({ pageSize: 2 }, tokenOf(pages))
  expect(idsOf(again)).toEqual(['b', 'c', 'd'])
  expect(again.at(-1)?.end?.covers).toBe('everything')
})

test('sorting in the middle is noticed too', async () => {
  const sheet = await bench([...ROWS])
  beforePage(sheet, 4, () => {
    const [header = [], ...rows] = rowsOf(sheet)
    rowsOf(sheet).splice(0, 5, header, ...rows.reverse())
  })
  expect(idsOf(await sheet.read({ pageSize: 2 }))).toEqual(['a', 'b', 'd', 'c', 'b', 'a'])
})

test('a sheet that never rests proves nothing', async () => {
  const sheet = await bench([...ROWS])
  beforePage(
    sheet,
    4,
    () => {
      rowsOf(sheet).splice(1, 1)
      rowsOf(sheet).push([`new ${rowsOf(sheet).length} ${Math.floor(sheet.asked.length)}`])
    },
    9,
  )
  const pages = await sheet.read({ pageSize: 2 })
  expect(pages.at(-1)?.end?.covers).toBe('changes')
  sheet.beforeValues = () => {}
  expect((await sheet.read({}, tokenOf(pages))).at(-1)?.end?.covers).toBe('everything')
})

test('a cell that is edited behind the page is read the next time', async () => {
  const sheet = await bench([...ROWS])
  beforePage(sheet, 4, () => {
    sheet.version += 1
    rowsOf(sheet)[1] = ['a', 'Another']
  })
  const pages = await sheet.read({ pageSize: 2 })
  expect(recordsOf(pages)[0]?.fields.first).toBe('Ann')
  expect(recordsOf(await sheet.read({}, tokenOf(pages)))[0]?.fields.first).toBe('Another')
})

test('columns that went and came are told', async () => {
  const sheet = await bench([...ROWS])
  const token = tokenOf(await sheet.read())
  sheet.version += 1
  rowsOf(sheet)[0] = ['id', 'name']
  await sheet.read({}, token)
  expect(sheet.logged).toEqual(['columns that are no longer there: first.', 'new columns: name.'])
})
