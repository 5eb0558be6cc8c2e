// Files of changes (snapshot: false): each is taken once, oldest first, and absence means nothing.
import { mkdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { csvConnector } from '../../../connectors/files/csv.ts'
import { failure, HOUR, incremental, options, pull, START, tokenOf, workshop } from './harness.ts'

const CHANGES = { path: 'in/*.csv', snapshot: false }

async function inbox() {
  const shop = await workshop()
  await mkdir(join(shop.dir, 'in'))
  return shop
}

test('files are taken oldest first, by time of change and then by name', async () => {
  const shop = await inbox()
  await shop.write('in/c.csv', 'id\n1\n', START - 3 * HOUR)
  await shop.write('in/b.csv', 'id\n3\n', START - HOUR)
  await shop.write('in/a.csv', 'id\n2\n', START - HOUR)
  const { ids, end } = await pull(shop, CHANGES, incremental(null))
  expect(ids).toEqual(['1', '2', '3'])
  expect(end).toMatchObject({ covers: 'changes' })
})

test('a file is taken once, also when it is touched, copied or sent again', async () => {
  const shop = await inbox()
  await shop.write('in/a.csv', 'id\n1\n', START - 5 * HOUR)
  const first = await pull(shop, CHANGES, incremental(null))
  await shop.write('in/a.csv', 'id\n1\n', START - 4 * HOUR)
  await shop.write('in/copy.csv', 'id\n1\n', START - 3 * HOUR)
  await shop.write('in/b.csv', 'id\n2\n', START - 2 * HOUR)
  const second = await pull(shop, CHANGES, incremental(tokenOf(first)))
  expect(second.ids).toEqual(['2'])
  expect((await pull(shop, CHANGES, incremental(tokenOf(second)))).ids).toEqual([])
})

test('two new files of the same content count once', async () => {
  const shop = await inbox()
  await shop.write('in/a.csv', 'id\n1\n', START - 2 * HOUR)
  await shop.write('in/b.csv', 'id\n1\n', START - HOUR)
  expect((await pull(shop, CHANGES, incremental(null))).ids).toEqual(['1'])
})

test('a file is remembered after it was moved away', async () => {
  const shop = await inbox()
  const path = await shop.write('in/a.csv', 'id\n1\n')
  const first = await pull(shop, CHANGES, incremental(null))
  await unlink(path)
  const second = await pull(shop, CHANGES, incremental(tokenOf(first)))
  expect(second.end).toMatchObject({ covers: 'changes' })
  await shop.write('in/again.csv', 'id\n1\n')
  expect((await pull(shop, CHANGES, incremental(tokenOf(second)))).ids).toEqual([])
})

test('a file that was moved away is remembered over a full pull', async () => {
  const shop = await inbox()
  const path = await shop.write('in/a.csv', 'id,name\n1,Ann\n', START - 4 * HOUR)
  await pull(shop, CHANGES, incremental(null))
  await unlink(path)
  await shop.write('in/b.csv', 'id,name\n1,Anna\n', START - 2 * HOUR)
  const full = await pull(shop, CHANGES)
  expect(full.ids).toEqual(['1'])
  await shop.write('in/again.csv', 'id,name\n1,Ann\n')
  expect((await pull(shop, CHANGES, incremental(tokenOf(full)))).ids).toEqual([])
})

test('a new content under an old name is a new file', async () => {
  const shop = await inbox()
  await shop.write('in/a.csv', 'id\n1\n', START - 2 * HOUR)
  const first = await pull(shop, CHANGES, incremental(null))
  await shop.write('in/a.csv', 'id\n2\n', START - HOUR)
  expect((await pull(shop, CHANGES, incremental(tokenOf(first)))).ids).toEqual(['2'])
})

test('one file that is overwritten may come back to an older content', async () => {
  const shop = await workshop()
  const given = { snapshot: false }
  let token: string | null = null
  const seen: string[] = []
  for (const [hoursAgo, name] of [
    [4, 'Ann'],
    [3, 'Anna'],
    [2, 'Ann'],
    [1, 'Ann'],
  ] as const) {
    await shop.write('contacts.csv', `id,name\n1,${name}\n`, START - hoursAgo * HOUR)
    const pulled = await pull(shop, given, incremental(token))
    seen.push(pulled.records.map(({ fields }) => fields.name).join())
    token = tokenOf(pulled)
  }
  expect(seen).toEqual(['Ann', 'Anna', 'Ann', ''])
})

test('of a file that grew or was overwritten all rows count, however old: a row may be late', async () => {
  const shop = await workshop()
  const given = { snapshot: false, updatedColumn: 'at' }
  await shop.write('contacts.csv', 'id,at\n1,2030-01-10T11:00:00Z\n', START - 3 * HOUR)
  const first = await pull(shop, given, incremental(null))
  await shop.write(
    'contacts.csv',
    'id,at\n1,2030-01-10T11:00:00Z\n2,2030-01-10T10:50:00Z\n',
    START - 2 * HOUR,
  )
  const grown = await pull(shop, given, incremental(tokenOf(first), '2030-01-10T10:55:00Z'))
  expect(grown.ids).toEqual(['1', '2'])
  expect(grown.pages[0]?.changes).toBe(true)
  await shop.write('contacts.csv', 'id,at\n3,2030-01-10T10:40:00Z\n', START - HOUR)
  const overwritten = await pull(shop, given, incremental(tokenOf(grown), '2030-01-10T10:55:00Z'))
  expect(overwritten.ids).toEqual(['3'])
})

test('files of one name in several folders elsewhere are files of their own', async () => {
  const shop = await workshop()
  const other = await workshop()
  for (const branch of ['north', 'south']) await mkdir(join(other.dir, branch))
  const given = { path: `${other.dir}/*/changes.csv`, snapshot: false, updatedColumn: 'at' }
  const north = await other.write('north/changes.csv', 'id,at\n1,2030-01-10T11:00:00Z\n', START - 2 * HOUR)
  const first = await pull(shop, given, incremental(null))
  const south = await other.write('south/changes.csv', 'id,at\n2,2030-01-02\n')
  const second = await pull(shop, given, incremental(tokenOf(first), '2030-01-10T10:55:00Z'))
  expect(second.ids).toEqual(['2'])
  expect(JSON.parse(tokenOf(second)).files).toMatchObject([{ label: north }, { label: south }])
})

test('each file begins a page, so that a column that only one of them lacks is missed', async () => {
  const shop = await inbox()
  await shop.write('in/a.csv', 'id,sms_opt_out\n1,no\n', START - 2 * HOUR)
  await shop.write('in/b.csv', 'id,SMS Opt-Out\n2,yes\n')
  await shop.write('in/c.csv', 'id,sms_opt_out\n', START - HOUR / 2)
  const { pages } = await pull(shop, CHANGES, incremental(null))
  expect(pages.map(({ records }) => records.map(({ fields }) => Object.keys(fields)))).toEqual([
    [['id', 'sms_opt_out']],
    [['id', 'SMS Opt-Out']],
  ])
})

test('of a file that was never read before, all rows count, however old: an export may arrive late', async () => {
  const shop = await inbox()
  await shop.write('in/late.csv', 'id,at\n1,2029-12-01\n2,2030-01-11\n', START - HOUR)
  const given = { ...CHANGES, updatedColumn: 'at' }
  expect((await pull(shop, given, incremental(null, '2030-01-10T00:00:00Z'))).ids).toEqual(['1', '2'])
})

test('a full pull takes all rows of all files again and still proves no absence', async () => {
  const shop = await inbox()
  await shop.write('in/a.csv', 'id\n1\n', START - 2 * HOUR)
  await shop.write('in/b.csv', 'id\n1\n', START - HOUR)
  await pull(shop, CHANGES, incremental(null))
  const full = await pull(shop, CHANGES)
  expect(full.ids).toEqual(['1', '1'])
  expect(full.end).toMatchObject({ covers: 'changes' })
  expect((await pull(shop, CHANGES, incremental(tokenOf(full)))).ids).toEqual([])
})

test('an empty file or folder holds no changes', async () => {
  const shop = await inbox()
  expect((await pull(shop, CHANGES, incremental(null))).end).toMatchObject({ covers: 'changes' })
  await shop.write('in/a.csv', '', START - 2 * HOUR)
  const empty = await pull(shop, CHANGES, incremental(null))
  expect(empty.end).toMatchObject({ covers: 'changes' })
  await shop.write('in/a.csv', 'id\n1\n', START - HOUR)
  expect((await pull(shop, CHANGES, incremental(tokenOf(empty)))).ids).toEqual(['1'])
})

test('a file is not lost when a later one is still being written', async () => {
  const shop = await inbox()
  await shop.write('in/a.csv', 'id\n1\n')
  const path = await shop.write('in/b.csv', 'id\n2\n', START - 100)
  shop.onSleep = async (nth) => void (await shop.write('in/b.csv', `id\n2\n${nth}\n`, shop.now()))
  expect(await failure(pull(shop, { ...CHANGES, settleTimeoutMs: 100 }, incremental(null)))).toMatchObject({
    kind: 'busy',
  })
  await unlink(path)
  expect((await pull(shop, CHANGES, incremental(null))).ids).toEqual(['1'])
})

test('the columns of a folder without files are not known', async () => {
  const shop = await inbox()
  const error = await failure(csvConnector.discover(options(CHANGES), shop.context))
  expect(error).toMatchObject({ kind: 'not-found' })
})
