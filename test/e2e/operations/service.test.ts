// The service as its operator meets it: one per database, reloaded by SIGHUP, paused and resumed.
import { expect, test } from 'vitest'
import { clinicConfig, csv, people } from '../support.ts'
import { clinic, expectExactly } from './clinic.ts'

const NIGHTLY = { schedule: '0 3 * * *' }

test('a second service on the same database is refused, and told who the first is', async () => {
  const home = await clinic(3, { source: NIGHTLY })
  const first = home.start('run')
  await first.said('cycle finished')
  const second = await home.run('run')
  expect(second.code).toBe(2)
  expect(second.stderr).toMatch(/ERR_SERVICE_RUNNING Process \d+, since \d{4}-.+, runs the service/)
  first.signal('SIGTERM')
  expect((await first.done).code).toBe(0)
  const third = home.start('run')
  await third.said('cycle finished')
  third.signal('SIGKILL')
  await third.done
  const fourth = home.start('run')
  await fourth.said('cycle finished')
  fourth.signal('SIGTERM')
  expect((await fourth.done).code).toBe(0)
})

test('SIGHUP refuses a broken config and runs on, and takes a good one', async () => {
  const home = await clinic(3, { source: NIGHTLY })
  const service = home.start('run')
  await service.said('cycle finished')
  home.write('heysync.yaml', 'heymarket: {}\n')
  service.signal('SIGHUP')
  await service.said('The config is not taken')
  home.config(clinicConfig(home.sandbox.url, { schedule: '* * * * * *' }))
  home.write('contacts.csv', csv(people(5)))
  service.signal('SIGHUP')
  await service.said('sources.clinic.schedule: \\"0 3 * * *\\" → \\"* * * * * *\\"')
  await service.said('"acked":2')
  service.signal('SIGTERM')
  expect((await service.done).code).toBe(0)
  expectExactly(home, people(5))
})

test('a source that is paused without a service stays so, and reload says that nobody runs', async () => {
  const home = await clinic(3, { source: NIGHTLY })
  expect(await home.json(0, 'pause', 'clinic')).toEqual({ paused: ['clinic'] })
  expect(await home.json(0, 'resume')).toEqual({ paused: [] })
  const told = await home.run('reload')
  expect(told.code).toBe(2)
  expect(told.stderr).toContain('No heysync run works on this database.')
})
