// What was read is moved away, by a pull that knows that it was saved; and nothing else ever is.
import { utimesSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesConnector } from '../../../connectors/files/files.ts'
import { FULL, failure, HOUR, incremental, START, type Workshop, workshop } from '../csv/harness.ts'
import { next, options, pull } from './harness.ts'

const CHANGES = { path: 'in/*.csv', snapshot: false, archive: 'done' }
const EXPORTS = { path: 'in/*.csv', files: 'newest', archive: 'in/done' }

async function inbox(): Promise<Workshop> {
  const shop = await workshop()
  await mkdir(join(shop.dir, 'in'))
  return shop
}

const names = (shop: Workshop, folder: string) => readdir(join(shop.dir, folder)).catch(() => [])

describe('files of changes', () => {
  test('stay until the next pull shows that they were saved', async () => {
    const shop = await inbox()
    await shop.write('in/a.csv', 'id\n1\n')
    const first = await pull(shop, CHANGES)
    expect(await names(shop, 'in')).toEqual(['a.csv'])
    const second = await pull(shop, CHANGES, next(first))
    expect(second.records).toEqual([])
    expect(await names(shop, 'in')).toEqual([])
    expect(await names(shop, 'done')).toEqual(['2030-01-15T110000.000Z_a.csv'])
  })

  test('that were read before a crash are read again, and then moved', async () => {
    const shop = await inbox()
    await shop.write('in/a.csv', 'id\n1\n')
    const first = await pull(shop, CHANGES)
    await shop.write('in/b.csv', 'id\n2\n')
    // Its token never came back, so the engine asks with the old one again.
    expect((await pull(shop, CHANGES, next(first))).ids).toEqual(['2'])
    const again = await pull(shop, CHANGES, next(first))
    expect(again.ids).toEqual(['2'])
    expect(await names(shop, 'in')).toEqual(['b.csv'])
    expect((await pull(shop, CHANGES, next(again))).records).toEqual([])
    expect(await names(shop, 'done')).toHaveLength(2)
  })

  test('that came under the name of one that was read are not moved unread', async () => {
    const shop = await inbox()
    await shop.write('in/a.csv', 'id\n1\n')
    const first = await pull(shop, CHANGES)
    await shop.write('in/a.csv', 'id\n9\n', START - HOUR / 2)
    const second = await pull(shop, CHANGES, next(first))
    expect(second.ids).toEqual(['9'])
    expect(await names(shop, 'done')).toEqual([])
  })

  test('with the content of an archived one are no news', async () => {
    const shop = await inbox()
    await shop.write('in/a.csv', 'id\n1\n')
    const first = await pull(shop, CHANGES)
    const second = await pull(shop, CHANGES, next(first))
    await shop.write('in/copy.csv', 'id\n1\n')
    const third = await pull(shop, CHANGES, next(second))
    expect(third.records).toEqual([])
    await pull(shop, CHANGES, next(third))
    expect(await names(shop, 'done')).toHaveLength(2)
  })

  test('are read on where the archive cannot be made, and a warning says so', async () => {
    const shop = await inbox()
    await shop.write('done', 'a file, no folder')
    await shop.write('in/a.csv', 'id\n1\n')
    const first = await pull(shop, CHANGES)
    await shop.write('in/b.csv', 'id\n2\n')
    expect((await pull(shop, CHANGES, next(first))).ids).toEqual(['2'])
    expect(shop.logged.join()).toContain('could not be moved to done')
  })

  test('take what announced them out of the way', async () => {
    const shop = await inbox()
    const given = { ...CHANGES, readySuffix: '.ok' }
    await shop.write('in/a.csv', 'id\n1\n')
    await shop.write('in/a.csv.ok', '')
    const first = await pull(shop, given)
    await pull(shop, given, next(first))
    expect(await names(shop, 'in')).toEqual([])
  })
})

/** Does something as soon as the connector says that a file was moved. */
function onMoved(shop: Workshop, name: string, work: () => void): void {
  const { push } = shop.logged
  shop.logged.push = (...messages) => {
    if (messages.join().startsWith(`${name} was read and is now`)) work()
    return push.apply(shop.logged, messages)
  }
}

test('a new file that comes while others are moved keeps its announcement', async () => {
  const shop = await inbox()
  const given = { ...CHANGES, readySuffix: '.ok' }
  for (const name of ['in/a.csv', 'in/b.csv']) {
    await shop.write(name, `id\n${name}\n`)
    await shop.write(`${name}.ok`, '')
  }
  const first = await pull(shop, given)
  onMoved(shop, 'in/a.csv', () => {
    const path = join(shop.dir, 'in/b.csv')
    writeFileSync(path, 'id\nnew\n')
    utimesSync(path, (START - HOUR / 2) / 1_000, (START - HOUR / 2) / 1_000)
    writeFileSync(`${path}.ok`, '')
  })
  const second = await pull(shop, given, next(first))
  expect(second.ids).toEqual(['new'])
  expect(await names(shop, 'in')).toEqual(['b.csv', 'b.csv.ok'])
})

test('an announcement that a crash left behind announces nothing that comes later', async () => {
  const shop = await inbox()
  const given = { ...CHANGES, readySuffix: '.ok' }
  await shop.write('in/a.csv', 'id\n1\n')
  await shop.write('in/a.csv.ok', '')
  const first = await pull(shop, given)
  await unlink(join(shop.dir, 'in/a.csv'))
  await pull(shop, given, next(first))
  expect(await names(shop, 'in')).toEqual([])
})

test('files of one name in several folders elsewhere are all moved', async () => {
  const shop = await workshop()
  const other = await workshop()
  for (const branch of ['north', 'south']) {
    await mkdir(join(other.dir, branch))
    await other.write(`${branch}/changes.csv`, `id\n${branch}\n`)
  }
  const given = { ...CHANGES, path: `${other.dir}/*/changes.csv` }
  const first = await pull(shop, given)
  await pull(shop, given, next(first))
  expect(await names(other, 'north')).toEqual([])
  expect(await names(other, 'south')).toEqual([])
  expect(await names(shop, 'done')).toHaveLength(2)
})

test('files that lost their announcement after they were read hold nobody up', async () => {
  const shop = await inbox()
  const given = { ...CHANGES, readySuffix: '.ok' }
  await shop.write('done', 'a file, no folder')
  await shop.write('in/a.csv', 'id\n1\n')
  await shop.write('in/a.csv.ok', '')
  const first = await pull(shop, given)
  const second = await pull(shop, given, next(first))
  expect(await names(shop, 'in')).toEqual(['a.csv', 'a.csv.ok'])
  await unlink(join(shop.dir, 'in/a.csv.ok'))
  expect((await pull(shop, given, next(second))).end).toMatchObject({ covers: 'changes' })
})

describe('whole exports', () => {
  test('are moved too, and an empty inbox then means nothing new', async () => {
    const shop = await inbox()
    await shop.write('in/old.csv', 'id\n1\n', START - 2 * HOUR)
    await shop.write('in/new.csv', 'id\n2\n')
    const first = await pull(shop, EXPORTS)
    expect(first.ids).toEqual(['2'])
    const second = await pull(shop, EXPORTS, next(first))
    expect(second.end).toMatchObject({ covers: 'changes' })
    expect(await names(shop, 'in')).toEqual(['done'])
    expect(await names(shop, 'in/done')).toEqual([
      '2030-01-15T100000.000Z_old.csv',
      '2030-01-15T110000.000Z_new.csv',
    ])
    expect((await pull(shop, EXPORTS, next(second))).end).toMatchObject({ covers: 'changes' })
  })

  test('are found in the archive when everything is asked for', async () => {
    const shop = await inbox()
    await shop.write('in/a.csv', 'id\n1\n')
    const first = await pull(shop, EXPORTS)
    await pull(shop, EXPORTS, next(first))
    const full = await pull(shop, EXPORTS, FULL)
    expect(full.ids).toEqual(['1'])
    expect(full.end).toMatchObject({ covers: 'everything' })
    expect((await pull(shop, EXPORTS, next(full))).end).toMatchObject({ covers: 'changes' })
  })

  test('in the archive need no announcement', async () => {
    const shop = await inbox()
    const given = { ...EXPORTS, readySuffix: '.ok' }
    await shop.write('in/a.csv', 'id,first\n1,Ann\n')
    await shop.write('in/a.csv.ok', '')
    const first = await pull(shop, given)
    await pull(shop, given, next(first))
    expect(await names(shop, 'in')).toEqual(['done'])
    expect((await pull(shop, given, FULL)).ids).toEqual(['1'])
    expect((await filesConnector.discover(options(given), shop.context)).fields).toHaveLength(2)
  })

  test('that are older than the one that was read change nothing, asked for or not', async () => {
    const shop = await inbox()
    await shop.write('in/a.csv', 'id\n1\n')
    const first = await pull(shop, EXPORTS)
    const second = await pull(shop, EXPORTS, next(first))
    await shop.write('in/late.csv', 'id\n0\n', START - 3 * HOUR)
    const third = await pull(shop, EXPORTS, next(second))
    expect(third.records).toEqual([])
    expect((await pull(shop, EXPORTS, FULL)).ids).toEqual(['1'])
    await pull(shop, EXPORTS, next(third))
    expect(await names(shop, 'in')).toEqual(['done'])
  })

  test('of which there was never one are an error, as ever', async () => {
    const shop = await inbox()
    expect(await failure(pull(shop, EXPORTS))).toMatchObject({ kind: 'not-found' })
  })

  test('whose folder is gone are an error, also when they were read before', async () => {
    const shop = await inbox()
    await shop.write('in/a.csv', 'id\n1\n')
    const first = await pull(shop, EXPORTS)
    const elsewhere = { ...EXPORTS, path: 'nowhere/*.csv' }
    expect(await failure(pull(shop, elsewhere, next(first)))).toMatchObject({ kind: 'not-found' })
  })

  test('under one name that is written anew each time keep every version', async () => {
    const shop = await workshop()
    const given = { path: 'contacts.csv', archive: 'done' }
    await shop.write('contacts.csv', 'id\n1\n')
    const first = await pull(shop, given)
    const second = await pull(shop, given, next(first))
    await shop.write('contacts.csv', 'id\n2\n', START - HOUR / 2)
    const third = await pull(shop, given, next(second))
    expect(third.ids).toEqual(['2'])
    await pull(shop, given, next(third))
    const kept = await names(shop, 'done')
    expect(kept).toHaveLength(2)
    expect(await readFile(join(shop.dir, 'done', kept[1] ?? ''), 'utf8')).toBe('id\n2\n')
    expect((await pull(shop, given, FULL)).ids).toEqual(['2'])
  })

  test('show their fields when all of them are in the archive', async () => {
    const shop = await inbox()
    await shop.write('in/a.csv', 'id,first\n1,Ann\n')
    const first = await pull(shop, EXPORTS)
    await pull(shop, EXPORTS, next(first))
    const { fields } = await filesConnector.discover(options(EXPORTS), shop.context)
    expect(fields.map(({ name }) => name)).toEqual(['id', 'first'])
  })
})

test('options that make no sense together are refused', () => {
  const refusal = (given: Record<string, unknown>) => {
    const { error } = filesConnector.options.safeParse({
      path: 'a/*.csv',
      idColumn: 'id',
      snapshot: false,
      ...given,
    })
    return error?.issues.map(({ message }) => message).join()
  }
  const sftp = { host: 'h', user: 'u', hostKey: 'A'.repeat(43) }
  expect(refusal({})).toBeUndefined()
  expect(refusal({ snapshot: true, files: 'all', archive: 'done' })).toContain('none of them can be moved')
  expect(refusal({ archive: 'done/*' })).toContain('one folder')
  expect(refusal({ sftp })).toContain('one of password')
  expect(refusal({ sftp: { ...sftp, password: 'p', privateKey: 'k' } })).toContain('one of password')
  expect(refusal({ sftp: { ...sftp, password: 'p', hostKey: 'MD5:aa:bb' } })).toContain('fingerprint')
  expect(refusal({ sftp: { ...sftp, password: 'p' }, s3: { bucket: 'b' } })).toContain('one place')
  expect(refusal({ s3: { bucket: 'b', accessKeyId: 'a' } })).toContain('belong together')
})

test('more new files than one pull copies come with the pulls after it, in order', async () => {
  const shop = await inbox()
  for (let n = 0; n < 203; n++)
    await shop.write(`in/${String(n).padStart(3, '0')}.csv`, `id\n${n}\n`, START - HOUR + n * 1_000)
  const first = await pull(shop, CHANGES)
  expect(first.ids).toHaveLength(200)
  const second = await pull(shop, CHANGES, incremental(first.end?.token ?? null))
  expect(second.ids).toEqual(['200', '201', '202'])
})
