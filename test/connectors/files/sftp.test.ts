// A real OpenSSH server: who it is, who we are, files that are being written, and connections that break.
import { appendFile, mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test as always, describe, expect, onTestFinished } from 'vitest'
import { failure, START, workshop } from '../csv/harness.ts'
import { copiesLeft, next, pull } from './harness.ts'
import { noSshd, startSshd } from './sshd.ts'
import { plainWorkbook } from './zip.ts'

const test = always.skipIf(noSshd() !== null)

async function setUp(signal?: AbortSignal) {
  const shop = await workshop(signal)
  const sshd = await startSshd()
  onTestFinished(() => sshd.close())
  const write = async (name: string, content: string | Buffer, at = START - 3_600_000) => {
    const path = join(sshd.dir, name)
    await writeFile(path, content)
    await utimes(path, at / 1_000, at / 1_000)
    return path
  }
  const read = (given: Record<string, unknown> = {}, ...rest: unknown[]) =>
    pull(shop, { path: 'contacts.csv', sftp: sshd.options(), ...given }, ...(rest as []))
  return { shop, sshd, write, read }
}

test('a file is looked at twice and read once, over one connection', async () => {
  const { shop, sshd, write, read } = await setUp()
  const rows = Array.from({ length: 60_000 }, (_, at) => `person-${at}`)
  await write('contacts.csv', `id\n${rows.join('\n')}\n`)
  const first = await read()
  expect(first.ids).toEqual(rows)
  expect(shop.slept).toEqual([2_000])
  expect(sshd.connections()).toBe(1)
  expect(await copiesLeft()).toEqual([])
  // What is known needs no second look.
  const again = await read({}, next(first))
  expect(again.records).toEqual([])
  expect(shop.slept).toEqual([2_000])
})

test('the same content under a new name, or dated anew, is no news', async () => {
  const { sshd, write, read } = await setUp()
  const given = { path: 'in/*.csv', snapshot: false }
  await mkdir(join(sshd.dir, 'in'))
  const path = await write('in/a.csv', 'id\n1\n')
  const first = await read(given)
  await rename(path, join(sshd.dir, 'in/b.csv'))
  await write('in/c.csv', 'id\n1\n', START)
  expect((await read(given, next(first))).records).toEqual([])
})

test('a glob leads into folders, through links, and past what is not finished', async () => {
  const { sshd, write, read } = await setUp()
  await mkdir(join(sshd.dir, 'in/deep'), { recursive: true })
  for (const name of ['in/a.csv', 'in/deep/b.csv', 'in/c.csv.part', 'in/d.txt'])
    await write(name, `id\n${name}\n`)
  await symlink(join(sshd.dir, 'in/d.txt'), join(sshd.dir, 'in/e.csv'))
  await symlink('nowhere', join(sshd.dir, 'in/f.csv'))
  const ids = async (path: string) => (await read({ path, snapshot: false })).ids
  expect(await ids('in/*.csv')).toEqual(['in/a.csv', 'in/d.txt'])
  expect(await ids('./in/**/*.csv')).toEqual(['in/a.csv', 'in/deep/b.csv', 'in/d.txt'])
  expect(await ids(join(sshd.dir, '*/deep/*'))).toEqual(['in/deep/b.csv'])
})

test('a workbook is read from there too', async () => {
  const { write, read } = await setUp()
  await write(
    'contacts.xlsx',
    plainWorkbook([
      ['id', 'a'],
      ['1', 'x'],
    ]),
  )
  expect((await read({ path: 'contacts.xlsx' })).ids).toEqual(['1'])
})

describe('a file that is being uploaded', () => {
  test('is read once it stopped growing', async () => {
    const { shop, write, read } = await setUp()
    const path = await write('contacts.csv', 'id\n1\n')
    shop.onSleep = async (nth) => {
      if (nth < 2) await appendFile(path, `${nth + 2}\n`)
    }
    expect((await read()).ids).toEqual(['1', '2', '3'])
    expect(shop.slept).toEqual([2_000, 2_000, 2_000])
  })

  test('is busy when it does not stop', async () => {
    const { shop, write, read } = await setUp()
    const path = await write('contacts.csv', 'id\n1\n')
    shop.onSleep = async () => appendFile(path, 'x\n')
    const error = await failure(read({ settleTimeoutMs: 6_000 }))
    expect(error).toMatchObject({ kind: 'busy', message: 'contacts.csv is still being written.' })
  })

  test('is busy when it goes away', async () => {
    const { shop, write, read } = await setUp()
    const path = await write('contacts.csv', 'id\n1\n')
    shop.onSleep = async () => rm(path)
    expect(await failure(read())).toMatchObject({ kind: 'busy' })
  })

  test('among others is left out until it is announced', async () => {
    const { write, read } = await setUp()
    const given = { path: '*.csv', snapshot: false, readySuffix: '.done', settleMs: 0 }
    await write('a.csv', 'id\n1\n')
    expect(await failure(read(given))).toMatchObject({ kind: 'busy' })
    await write('b.csv', 'id\n2\n')
    await write('b.csv.done', '')
    expect((await read(given)).ids).toEqual(['2'])
  })
})

test('a file that is replaced after it was copied is read as it was', async () => {
  const { write, read } = await setUp()
  await write('contacts.csv', 'id\n1\n2\n3\n')
  const { ids, end } = await read({ pageSize: 1 }, undefined, async () => {
    await write('contacts.csv', 'id\n9\n', START)
  })
  expect(ids).toEqual(['1', '2', '3'])
  expect(end?.covers).toBe('everything')
})

describe('the server', () => {
  test('with another host key is not talked to', async () => {
    const { sshd, write, read } = await setUp()
    await write('contacts.csv', 'id\n1\n')
    const first = await read()
    await sshd.changeHostKey()
    const error = await failure(read({}, next(first)))
    expect(error).toMatchObject({ kind: 'unauthorized' })
    expect(error.message).toMatch(/shows the host key SHA256:[\w+/]{43}, which is not among/)
    expect(error.hint).toContain('confirm')
  })

  test('may have one of several host keys', async () => {
    const { sshd, write, read } = await setUp()
    await write('contacts.csv', 'id\n1\n')
    const other = `SHA256:${'A'.repeat(43)}`
    const hostKey = [other, `${sshd.hostKey.replace('SHA256:', '')}=`]
    expect((await read({ sftp: sshd.options({ hostKey }) })).ids).toEqual(['1'])
  })

  test('that cannot be reached is named', async () => {
    const { sshd, read } = await setUp()
    await sshd.close()
    const error = await failure(read())
    expect(error).toMatchObject({ kind: 'failed' })
    expect(error.message).toContain(`127.0.0.1:${sshd.port}`)
  })

  test('whose connection breaks in the middle proves nothing, and leaves nothing behind', async () => {
    const { sshd, write, read } = await setUp()
    await write('contacts.csv', `id\n${'x'.repeat(900_000)}\n`)
    sshd.cutAfter(300_000)
    expect(await failure(read())).toMatchObject({ kind: 'failed' })
    expect(await copiesLeft()).toEqual([])
  })
})

describe('signing in', () => {
  test.each([
    ['a wrong password', { privateKey: undefined, password: 'not-the-password' }, 'not taken'],
    ['another user', { user: 'nobody-of-that-name' }, 'not taken'],
    ['a key that is none', { privateKey: 'no key at all' }, 'none that can be read'],
    ['a key file that is not there', { privateKey: undefined, privateKeyFile: 'id' }, 'could not be read'],
  ])('with %s fails as what it is', async (_name, more, message) => {
    const { sshd, read } = await setUp()
    const error = await failure(read({ sftp: sshd.options(more) }))
    expect(error).toMatchObject({ kind: 'unauthorized' })
    expect(error.message).toContain(message)
    expect(`${error.message}${error.hint}${error.stack}`).not.toContain('not-the-password')
  })

  test('works with a key in a file, and with one that is locked', async () => {
    const { shop, sshd, write, read } = await setUp()
    await write('contacts.csv', 'id\n1\n')
    await writeFile(join(shop.dir, 'id'), sshd.privateKey)
    const inFile = sshd.options({ privateKey: undefined, privateKeyFile: 'id' })
    expect((await read({ sftp: inFile })).ids).toEqual(['1'])
    const locked = { privateKey: sshd.lockedKey, passphrase: 'locked' }
    expect((await read({ sftp: sshd.options(locked) })).ids).toEqual(['1'])
    const error = await failure(read({ sftp: sshd.options({ ...locked, passphrase: 'wrong' }) }))
    expect(error.message).toContain('with this passphrase')
  })
})

describe('the folder', () => {
  test('that is missing is an error, and one that is empty is none where changes come', async () => {
    const { sshd, read } = await setUp()
    const given = { path: 'in/*.csv', snapshot: false }
    expect((await failure(read(given))).message).toContain('There is no folder in')
    expect((await failure(read({ path: 'in/a.csv' }))).message).toContain('There is no folder in')
    await mkdir(join(sshd.dir, 'in'))
    expect((await read(given)).end?.covers).toBe('changes')
    expect((await failure(read({ path: 'in/*.csv', files: 'newest' }))).message).toContain('No file')
    expect((await failure(read({ path: 'in/a.csv' }))).message).toContain('no file in/a.csv')
    expect((await failure(read({ path: 'in' }))).message).toContain('is a folder')
  })

  test('gets an archive that later pulls fill', async () => {
    const { shop, sshd, write, read } = await setUp()
    const given = { path: '*.csv', snapshot: false, archive: 'old/read', readySuffix: '.ok' }
    await write('a.csv', 'id\n1\n')
    await write('a.csv.ok', '')
    const first = await read(given)
    expect(await readdir(sshd.dir)).toEqual(['a.csv', 'a.csv.ok'])
    await write('b.csv', 'id\n2\n')
    await write('b.csv.ok', '')
    const second = await read(given, next(first))
    expect(second.ids).toEqual(['2'])
    expect(await readdir(sshd.dir)).toEqual(['b.csv', 'b.csv.ok', 'old'])
    expect(await readdir(join(sshd.dir, 'old/read'))).toEqual(['2030-01-15T110000.000Z_a.csv'])
    // The same name and time again finds its place beside it.
    await write('a.csv', 'id\n3\n')
    await write('a.csv.ok', '')
    const third = await read(given, next(second))
    expect(third.ids).toEqual(['3'])
    await read(given, next(third))
    expect(await readdir(join(sshd.dir, 'old/read'))).toEqual([
      '2030-01-15T110000.000Z-2_a.csv',
      '2030-01-15T110000.000Z_a.csv',
      '2030-01-15T110000.000Z_b.csv',
    ])
    expect(shop.logged.join()).toContain('is now in old/read')
  })
})

test('a pull that is aborted lets go of the connection', async () => {
  const abort = new AbortController()
  const { shop, write, read } = await setUp(abort.signal)
  await write('contacts.csv', 'id\n1\n')
  shop.onSleep = async () => abort.abort()
  expect(await failure(read())).toMatchObject({ name: 'AbortError' })
  expect(await copiesLeft()).toEqual([])
})
