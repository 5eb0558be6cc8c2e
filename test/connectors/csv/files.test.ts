// Which files a path means, in which order, and what is said when there are none.
import { mkdir, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileError } from '../../../connectors/files/store/local.ts'
import { failure, HOUR, pull, START, workshop } from './harness.ts'

const SNAPSHOT = { path: 'in/*.csv', files: 'newest' }

describe('a path', () => {
  test('starts from the folder of the config, and places say it from there', async () => {
    const shop = await workshop()
    await mkdir(join(shop.dir, 'in'))
    await shop.write('in/contacts.csv', 'id\n1\n')
    expect((await pull(shop, { path: './in/contacts.csv' })).records[0]?.place).toBe('in/contacts.csv:2')
  })

  test('outside that folder is called by all of it, so that no two files are called alike', async () => {
    const shop = await workshop()
    const other = await workshop()
    const path = await other.write('contacts.csv', 'id\n1\n')
    expect((await pull(shop, { path })).records[0]?.place).toBe(`${path}:2`)
  })

  test('that is missing is an error with the nearest name in its folder', async () => {
    const shop = await workshop()
    await shop.write('contacts.csv', 'id\n1\n')
    await shop.write('orders.csv', 'id\n1\n')
    const error = await failure(pull(shop, { path: 'contact.csv' }))
    expect(error).toMatchObject({ kind: 'not-found', message: 'There is no file contact.csv.' })
    expect(error.hint).toContain('contacts.csv?')
  })

  test('in a folder that is missing or holds nothing says so', async () => {
    const shop = await workshop()
    await mkdir(join(shop.dir, 'in'))
    expect((await failure(pull(shop, { path: 'nowhere/contacts.csv' }))).hint).toContain('not there either')
    expect((await failure(pull(shop, { path: 'in/contacts.csv' }))).hint).toContain('holds no such files')
  })

  test('that is a folder is an error that shows the glob to use', async () => {
    const shop = await workshop()
    await mkdir(join(shop.dir, 'in'))
    const error = await failure(pull(shop, { path: 'in' }))
    expect(error).toMatchObject({ kind: 'not-found', message: 'in is a folder, not a file.' })
    expect(error.hint).toContain('in/*.csv')
  })

  test('that is no regular file is refused', async () => {
    const shop = await workshop()
    expect(await failure(pull(shop, { path: '/dev/null' }))).toMatchObject({ kind: 'unreadable' })
  })

  test('that leads in a circle is a failure, not a missing file', async () => {
    const shop = await workshop()
    await symlink('contacts.csv', join(shop.dir, 'contacts.csv'))
    expect(await failure(pull(shop))).toMatchObject({ kind: 'failed' })
  })

  test('that may not be read is a failure that names the right to give', () => {
    const error = fileError(Object.assign(new Error('EACCES'), { code: 'EACCES' }), 'contacts.csv')
    expect(error).toMatchObject({ kind: 'failed', message: 'Not permitted to read contacts.csv.' })
    expect(error.hint).toContain('the user that runs heysync')
  })

  test('with parentheses is a plain file name', async () => {
    const shop = await workshop()
    await shop.write('contacts (1).csv', 'id\n1\n')
    expect((await pull(shop, { path: 'contacts (1).csv' })).ids).toEqual(['1'])
  })
})

describe('a glob', () => {
  test('with files: newest reads the file that changed last', async () => {
    const shop = await workshop()
    await mkdir(join(shop.dir, 'in'))
    await shop.write('in/a.csv', 'id\nnew\n', START - HOUR)
    await shop.write('in/b.csv', 'id\nold\n', START - 2 * HOUR)
    expect((await pull(shop, SNAPSHOT)).ids).toEqual(['new'])
  })

  test('with files: newest takes the last name of those that changed at one time', async () => {
    const shop = await workshop()
    await mkdir(join(shop.dir, 'in'))
    await shop.write('in/2030-01-02.csv', 'id\nsecond\n')
    await shop.write('in/2030-01-01.csv', 'id\nfirst\n')
    expect((await pull(shop, SNAPSHOT)).ids).toEqual(['second'])
  })

  test('with files: all reads all of them, each by its own header', async () => {
    const shop = await workshop()
    await mkdir(join(shop.dir, 'in'))
    await shop.write('in/b.csv', 'id,name\n1,Ann\n', START - HOUR)
    await shop.write('in/a.csv', 'name;id\nBob;2\n', START - 2 * HOUR)
    const { records, end } = await pull(shop, { ...SNAPSHOT, files: 'all' })
    expect(records.map(({ fields, place }) => [fields.name, place])).toEqual([
      ['Bob', 'in/a.csv:2'],
      ['Ann', 'in/b.csv:2'],
    ])
    expect(end).toMatchObject({ covers: 'everything' })
  })

  test('never matches files that are half made', async () => {
    const shop = await workshop()
    await mkdir(join(shop.dir, 'in'))
    await shop.write('in/contacts.csv', 'id\n1\n', START - 2 * HOUR)
    for (const name of ['a.tmp', 'a.part', 'a.partial', 'a.crdownload', 'a.FILEPART', '.a.csv', '~a.csv']) {
      await shop.write(`in/${name}`, 'id\nhalf\n')
    }
    expect((await pull(shop, { path: 'in/{*,.*}', files: 'all' })).ids).toEqual(['1'])
    await rename(join(shop.dir, 'in/a.tmp'), join(shop.dir, 'in/whole.csv'))
    expect((await pull(shop, { path: 'in/*', files: 'all' })).ids).toEqual(['1', 'half'])
  })

  test('without a match is an error that names the folder', async () => {
    const shop = await workshop()
    expect((await failure(pull(shop, SNAPSHOT))).message).toBe(
      'There is no folder in, where in/*.csv looks for files.',
    )
    await mkdir(join(shop.dir, 'in'))
    await shop.write('in/contacts.txt', 'id\n1\n')
    expect(await failure(pull(shop, SNAPSHOT))).toMatchObject({
      kind: 'not-found',
      message: 'No file matches in/*.csv.',
    })
  })
})
