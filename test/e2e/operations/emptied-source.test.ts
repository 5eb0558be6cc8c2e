// A source turns empty while `heysync run` goes on. What one sync says of each kind of emptiness is in ../guard.test.ts.
import { expect, test } from 'vitest'
import { csv, people } from '../support.ts'
import { clinic, EVERY_SECOND, expectExactly } from './clinic.ts'

test('nobody is removed, status says why and what to do, and with the rows back all is well', async () => {
  const home = await clinic(60, { source: { ...EVERY_SECOND, onRemoved: 'delete' } })
  const service = home.start('run')
  await service.said('cycle finished')
  home.write('contacts.csv', 'id,phone,first,last\n')
  await service.said('"code":"ERR_SOURCE_EMPTY"', 2)
  expectExactly(home, people(60))
  const status = await home.run('status')
  expect(status.code).toBe(1)
  expect(status.stdout).toContain('Source clinic is empty, and held 60 records before. Nobody was removed.')
  expect(status.stdout).not.toContain('✗')
  expect(status.stdout).toContain(
    'Try Look at the source first. If it really is empty now: heysync sync --allow-empty clinic',
  )
  const now = people(61)
  home.write('contacts.csv', csv(now))
  await service.said('"acked":1')
  service.signal('SIGTERM')
  expect((await service.done).code).toBe(0)
  expectExactly(home, now)
  expect((await home.run('status')).stdout).toContain('All is well.')
})

test('one of two sources: the other goes ahead, and status names the empty one', async () => {
  const home = await clinic(30, {
    top: {
      sources: ['north', 'south'].map((id) => ({
        id,
        connector: 'csv',
        options: { path: `./${id}.csv`, idColumn: 'id' },
        map: { phone: 'phone', first: 'first', last: 'last' },
      })),
    },
  })
  const all = people(40)
  home.write('north.csv', csv(all.slice(0, 20)))
  home.write('south.csv', csv(all.slice(20, 39)))
  await home.json(0, 'sync')
  home.write('north.csv', 'id,phone,first,last\n')
  home.write('south.csv', csv(all.slice(20)))
  const done = await home.run('sync')
  expect(done.code).toBe(1)
  expect(done.stdout).toContain(
    '✗ north  Source north is empty, and held 20 records before. Nobody was removed.',
  )
  expectExactly(home, all)
  const status = await home.run('status')
  expect(status.code).toBe(1)
  expect(status.stdout).toContain(
    '✗ north  Source north is empty, and held 20 records before. Nobody was removed.',
  )
})
