// A bucket of a real S3 server: keys, versions, and what is said when it does not go well.
import { describe, expect, onTestFinished, test } from 'vitest'
import { failure, workshop } from '../csv/harness.ts'
import { startBucket } from './bucket.ts'
import { copiesLeft, next, pull } from './harness.ts'

async function setUp() {
  const shop = await workshop()
  const { clock } = shop.context
  const bucket = await startBucket({ ...clock, advance: () => {} })
  onTestFinished(() => bucket.close())
  const read = (given: Record<string, unknown> = {}, ...rest: unknown[]) =>
    pull(shop, { path: 'in/contacts.csv', s3: bucket.options(), ...given }, ...(rest as []))
  return { shop, bucket, read }
}

test('an object is read, and the same version again costs one look', async () => {
  const { bucket, read } = await setUp()
  await bucket.put('in/contacts.csv', 'id,a\n1,x\n2,y\n')
  const first = await read()
  expect(first.ids).toEqual(['1', '2'])
  expect(first.records[0]?.place).toBe('in/contacts.csv:2')
  expect(await copiesLeft()).toEqual([])
  bucket.asked.length = 0
  const again = await read({}, next(first))
  expect(again.records).toEqual([])
  expect(again.end?.covers).toBe('changes')
  expect(bucket.asked).toEqual(['HEAD /exports/in/contacts.csv'])
})

test('a glob means keys: not folders, half-made files, announcements, or what was archived', async () => {
  const { bucket, read } = await setUp()
  for (const key of [
    'in/',
    'in/a.csv',
    'in/b.csv.tmp',
    'in/.c.csv',
    'in/deep/d.csv',
    'other/e.csv',
    'in/f.csv.ok',
  ])
    await bucket.put(key, `id\n${key}\n`)
  const given = { path: 'in/*', snapshot: false, readySuffix: '.ok' }
  await bucket.put('in/f.csv', 'id\nf\n')
  expect((await read(given)).ids).toEqual(['f'])
  expect((await read({ path: 'in/**/*.csv', snapshot: false })).ids).toEqual([
    'in/a.csv',
    'in/deep/d.csv',
    'f',
  ])
})

test('an object that was replaced under the reader is busy', async () => {
  const { bucket, read } = await setUp()
  await bucket.put('in/contacts.csv', 'id\n1\n')
  bucket.onRequest = async (line) => {
    if (line.startsWith('GET')) await bucket.put('in/contacts.csv', 'id\n2\n')
  }
  expect(await failure(read())).toMatchObject({ kind: 'busy' })
  expect(await copiesLeft()).toEqual([])
})

test('an object that was removed between the list and the reading is busy', async () => {
  const { bucket, read } = await setUp()
  await bucket.put('in/a.csv', 'id\n1\n')
  bucket.onRequest = async (line) => {
    if (line.startsWith('GET /exports/in/a.csv')) await bucket.remove('in/a.csv')
  }
  const error = await failure(read({ path: 'in/*.csv', files: 'newest' }))
  expect(error).toMatchObject({ kind: 'busy' })
  expect(error.message).toContain('in/a.csv was there and is gone')
})

test('an announcement that comes with the next file, while the last one is tidied up, stays', async () => {
  const { bucket, read } = await setUp()
  const given = { path: 'in/*.csv', snapshot: false, readySuffix: '.ok', archive: 'done' }
  await bucket.put('in/a.csv', 'id\nold\n')
  await bucket.put('in/a.csv.ok', 'old')
  const first = await read(given)
  let isNew = false
  // Once it was seen that the file is not there any more, and before the announcement is asked about, or removed.
  bucket.onRequest = async (line) => {
    const [before] = bucket.asked.slice(-2)
    if (isNew || before !== 'HEAD /exports/in/a.csv' || !line.endsWith('/in/a.csv.ok')) return
    if ((await bucket.keys()).includes('in/a.csv')) return
    isNew = true
    await bucket.put('in/a.csv', 'id\nnew\n')
    await bucket.put('in/a.csv.ok', 'new')
  }
  const second = await read(given, next(first))
  expect(isNew).toBe(true)
  expect(second.ids).toEqual(['new'])
  expect(await bucket.keys()).toEqual(expect.arrayContaining(['in/a.csv', 'in/a.csv.ok']))
})

test('a connection that is cut in the middle is gone on with where it was', async () => {
  const { bucket, read } = await setUp()
  const rows = Array.from({ length: 20_000 }, (_, at) => String(at))
  await bucket.put('in/contacts.csv', `id\n${rows.join('\n')}\n`)
  bucket.proxy.trouble('cut in the answer', 2, 1)
  expect((await read()).ids).toEqual(rows)
  bucket.proxy.trouble('cut before the answer', 3, 1)
  expect((await read()).ids).toEqual(rows)
})

describe('says what is wrong and what to do:', () => {
  test('no object, no match, and no bucket', async () => {
    const { read, bucket } = await setUp()
    expect(await failure(read())).toMatchObject({ kind: 'not-found' })
    expect(await failure(read({ path: 'in/*.csv', files: 'newest' }))).toMatchObject({ kind: 'not-found' })
    const s3 = bucket.options({ bucket: 'elsewhere' })
    const error = await failure(read({ s3, path: 'in/*.csv', files: 'newest' }))
    expect(error).toMatchObject({ kind: 'not-found', message: 'There is no bucket elsewhere.' })
  })

  test('a folder of changes without any is no error', async () => {
    const { read } = await setUp()
    expect((await read({ path: 'in/*.csv', snapshot: false })).end).toMatchObject({ covers: 'changes' })
  })

  test('a wrong key, without showing it', async () => {
    const { read, bucket } = await setUp()
    await bucket.put('in/contacts.csv', 'id\n1\n')
    const s3 = bucket.options({ accessKeyId: 'nobody', secretAccessKey: 'wrong-secret-1234' })
    const error = await failure(read({ s3, path: 'in/*.csv', files: 'newest' }))
    expect(error).toMatchObject({ kind: 'unauthorized' })
    expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain('wrong-secret-1234')
    expect(error.hint).toContain('s3:ListBucket')
  })

  test('SlowDown that does not end', async () => {
    const { read, bucket, shop } = await setUp()
    bucket.proxy.trouble('down', 1_000)
    expect(await failure(read())).toMatchObject({ kind: 'failed' })
    expect(shop.slept).toEqual([1_000, 2_000, 4_000, 8_000, 16_000])
  })
})

test('what was read is moved by the pull after it', async () => {
  const { bucket, read } = await setUp()
  const given = { path: 'in/*.csv', snapshot: false, archive: 'in/done/' }
  await bucket.put('in/a b.csv', 'id\n1\n')
  const first = await read(given)
  expect(await bucket.keys()).toEqual(['in/a b.csv'])
  await bucket.put('in/c.csv', 'id\n2\n')
  const second = await read(given, next(first))
  expect(second.ids).toEqual(['2'])
  const keys = await bucket.keys()
  expect(keys).toHaveLength(2)
  expect(keys).toContain('in/c.csv')
  const moved = keys.find((key) => key !== 'in/c.csv') ?? ''
  expect(moved).toMatch(/^in\/done\/\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z_a b\.csv$/)
  expect(await bucket.read(moved)).toBe('id\n1\n')
})
