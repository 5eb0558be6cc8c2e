// The support bundle: enough to help, and nothing of anybody in it.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clinicConfig, csv, house, people } from './support.ts'

test('holds how it stands and why things failed, and no secret, name, number or address', async () => {
  const home = await house()
  home.config({
    ...clinicConfig(home.sandbox.url),
    service: { listen: '127.0.0.1:0', token: 'a-token-of-many-signs-4711' },
    alerts: {
      to: [{ email: 'boss@clinic.example', from: 'h@clinic.example', smtp: 'smtp://u:hush-hush@127.0.0.1' }],
    },
  })
  home.write('contacts.csv', `${csv(people(3))}`)
  await home.json(0, 'sync')
  home.write('contacts.csv', `${csv(people(3))}X-9,Zebulon,Quarrington,12345\n`)
  await home.run('sync')
  const { path, files } = await home.json<{ path: string; files: string[] }>(0, 'support-bundle')
  expect(statSync(path).mode & 0o077).toBe(0)
  const unpacked = spawnSync('tar', ['xzf', path], { cwd: home.dir, encoding: 'utf8' })
  expect([unpacked.status, unpacked.stderr]).toEqual([0, ''])
  const folder = readdirSync(home.dir).find((name) => /^heysync-support-\w+$/.test(name)) ?? ''
  const read = (name: string) => readFileSync(join(home.dir, folder, name), 'utf8')
  expect(readdirSync(join(home.dir, folder)).sort()).toEqual([...files].sort())
  const all = files.map(read).join('\n')
  const private_ = [
    'sandbox-secret',
    'a-token-of-many-signs-4711',
    'hush-hush',
    'boss@clinic.example',
    '15102000001',
    '5102000001',
    'Ann1',
    'Zebulon',
    'Quarrington',
    '12345',
  ]
  for (const text of private_) expect(all.includes(text), text).toBe(false)
  expect(JSON.parse(read('causes.json')).rejections).toEqual([
    expect.objectContaining({ source: 'clinic', records: 1 }),
  ])
  expect(JSON.parse(read('cycles.json'))).toHaveLength(2)
  expect(JSON.parse(read('database.json'))).toMatchObject({ check: 'ok', tables: { contact: 3 } })
  expect(read('config.yaml')).toContain('connector: csv')
})

test('does not write over a file', async () => {
  const home = await house()
  home.config(clinicConfig(home.sandbox.url))
  home.write('taken.tar.gz', 'mine')
  const refused = await home.run('support-bundle', 'taken.tar.gz')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('cannot be written')])
  expect(readFileSync(join(home.dir, 'taken.tar.gz'), 'utf8')).toBe('mine')
})
