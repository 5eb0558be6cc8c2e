// The account, the tab, the quota: what has to be set up, and what is said when it is not.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sheetsOptions } from '../../../connectors/google-sheets/options.ts'
import { bench, failure, idsOf } from './harness.ts'

const ROWS = [['id'], ['a'], ['b']]

test('a spreadsheet that is not shared: the hint names the address to share it with', async () => {
  const sheet = await bench([...ROWS])
  sheet.shared = false
  for (const run of [() => sheet.read(), () => sheet.discover()]) {
    const error = await failure(run())
    expect(['not-found', 'unauthorized']).toContain(error.kind)
    expect(error.hint).toContain(`Share the spreadsheet with ${sheet.email}`)
  }
})

test.each(['drive', 'sheets'] as const)('an API that is not switched on: %s', async (api) => {
  const sheet = await bench([...ROWS])
  sheet.disabled = api
  const error = await failure(sheet.read())
  expect(error).toMatchObject({ kind: 'unauthorized', hint: expect.stringContaining('enable') })
})

test('a file that is no spreadsheet, and one in the trash', async () => {
  const sheet = await bench([...ROWS])
  sheet.mimeType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  expect(await failure(sheet.read())).toMatchObject({
    kind: 'unreadable',
    hint: expect.stringContaining('Save as'),
  })
  sheet.trashed = true
  expect((await failure(sheet.read())).kind).toBe('not-found')
})

test('a tab by its gid outlives a new name; by its name it does not, and the nearest is named', async () => {
  const sheet = await bench([...ROWS])
  sheet.tabs.push({ id: 42, title: 'Contacts', gridRows: 10, rows: [['id'], ['x']] })
  expect(await failure(sheet.read())).toMatchObject({
    kind: 'not-found',
    message: expect.stringContaining('(gid 42)'),
  })
  expect(idsOf(await sheet.read({ sheet: 42 }))).toEqual(['x'])
  expect(idsOf(await sheet.read({ sheet: 'Contacts' }))).toEqual(['x'])
  expect(idsOf(await sheet.read({ sheet: 0 }))).toEqual(['a', 'b'])
  const tab = sheet.tabs[1]
  if (tab) tab.title = 'Contacts 2030'
  expect(idsOf(await sheet.read({ sheet: 42 }))).toEqual(['x'])
  expect((await failure(sheet.read({ sheet: 'Contacts' }))).hint).toContain('"Contacts 2030"')
})

test('stays inside of its quota, and waits where somebody else has used it', async () => {
  const rows = [['id'], ...Array.from({ length: 60 }, (_, at) => [`r${at}`])]
  const sheet = await bench(rows)
  expect(idsOf(await sheet.read({ pageSize: 1 }))).toHaveLength(60)
  expect(sheet.refused).toBe(0)
  sheet.quota = 20
  expect(idsOf(await sheet.read({ pageSize: 4 }))).toHaveLength(60)
  expect(sheet.refused).toBeGreaterThan(0)
})

test('one token serves for an hour', async () => {
  const sheet = await bench([...ROWS])
  await sheet.read()
  sheet.advance(50 * 60_000)
  await sheet.read()
  expect(sheet.signedIn).toBe(1)
  sheet.advance(10 * 60_000)
  await sheet.read()
  expect(sheet.signedIn).toBe(2)
})

test('the key may be a file, or one line of an environment variable', async () => {
  const sheet = await bench([...ROWS])
  const folder = await mkdtemp(join(tmpdir(), 'heysync-sheets-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const keyFile = join(folder, 'key.json')
  const none = { clientEmail: undefined, privateKey: undefined }
  expect((await failure(sheet.read({ ...none, keyFile }))).kind).toBe('not-found')
  await writeFile(keyFile, '{"type":"authorized_user"}')
  expect((await failure(sheet.read({ ...none, keyFile }))).kind).toBe('unreadable')
  await writeFile(keyFile, JSON.stringify({ client_email: sheet.email, private_key: sheet.privateKey }))
  expect(idsOf(await sheet.read({ ...none, keyFile }))).toEqual(['a', 'b'])
  expect(idsOf(await sheet.read({ privateKey: sheet.privateKey.replaceAll('\n', '\\n') }))).toEqual([
    'a',
    'b',
  ])
  expect((await failure(sheet.read({ privateKey: 'abc' }))).kind).toBe('unreadable')
})

test('an account that Google does not know', async () => {
  const sheet = await bench([...ROWS])
  const error = await failure(sheet.read({ clientEmail: 'other@example.com' }))
  expect(error).toMatchObject({ kind: 'unauthorized', message: expect.stringContaining('other@example.com') })
})

test('options take an address, and refuse what is none', () => {
  const key = { clientEmail: 'a@b.co', privateKey: 'x', idColumn: 'id' }
  const ok = (given: object) => sheetsOptions.safeParse({ ...key, ...given }).success
  expect(ok({ spreadsheet: 'https://docs.google.com/spreadsheets/d/1AbCdEfGhIj/edit#gid=0' })).toBe(true)
  expect(ok({ spreadsheet: '1AbCdEfGhIj' })).toBe(true)
  expect(ok({ spreadsheet: 'https://example.com/spreadsheets/d/1AbCdEfGhIj' })).toBe(false)
  expect(ok({ spreadsheet: '../../other' })).toBe(false)
  expect(ok({ spreadsheet: '1AbCdEfGhIj', keyFile: 'key.json' })).toBe(false)
  expect(ok({ spreadsheet: '1AbCdEfGhIj', privateKey: undefined })).toBe(false)
})
