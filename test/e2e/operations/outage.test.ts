// Heymarket is away for a day while `heysync run` goes on: it keeps trying, and catches up by itself.
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts'
import { tempFolder } from '../../support/folder.ts'
import { csv, type House, people } from '../support.ts'
import { clinic, EVERY_SECOND, expectExactly } from './clinic.ts'
import { DAY, setClock, timelessClinic, withClock } from './wrong-clock.ts'

/** The same account at the same address, after its sandbox was closed. */
async function backAgain(home: House, data: string): Promise<Sandbox> {
  const { port } = new URL(home.sandbox.url)
  const again = await startSandbox({ port: Number(port), data, requestsPerMinute: 100_000 })
  onTestFinished(() => again.close())
  return again
}

test('run says so at each cycle, status says since when and what to do, and the cycle after the outage catches up', async () => {
  const data = join(tempFolder(), 'sandbox.db')
  const home = await clinic(30, { source: EVERY_SECOND, sandbox: { data } })
  const service = home.start('run')
  await service.said('cycle finished')
  await home.sandbox.close()
  const now = [...people(40).slice(1), { id: 'P-0001', phone: '+1 510 200 0001', first: 'Anna', last: 'Lee' }]
  home.write('contacts.csv', csv(now))
  await service.said('"code":"ERR_HEYMARKET_UNREACHABLE"', 2)
  const status = await home.run('status')
  expect(status.code).toBe(1)
  expect(status.stdout).toContain(`${home.sandbox.url} cannot be reached (ECONNREFUSED).`)
  expect(status.stdout).toContain('Try Check `heymarket.baseUrl` in heysync.yaml and the network')
  expect(status.stdout).toMatch(/\d+ cycles failed since \S+Z, and none went through\./)
  const byHand = await home.run('sync')
  expect(byHand.code).toBe(1)
  expect(byHand.stderr).toContain('Error ERR_HEYMARKET_UNREACHABLE')

  const sandbox = await backAgain(home, data)
  await service.said('"acked":11')
  service.signal('SIGTERM')
  expect((await service.done).code).toBe(0)
  expectExactly({ ...home, sandbox }, now)
  const after = await home.run('status')
  expect(after.code).toBe(0)
  expect(after.stdout).toContain('All is well.')
})

test('a full resync that came due meanwhile is made up for', async () => {
  const data = join(tempFolder(), 'sandbox.db')
  const home = await timelessClinic(5, { ...EVERY_SECOND, fullSchedule: '0 3 * * *' }, { data })
  setClock(home, 0)
  const service = withClock(home, 'run')
  await service.said('cycle finished', 2)
  await home.sandbox.close()
  setClock(home, DAY)
  await service.said('"mode":"full","code":"ERR_HEYMARKET_UNREACHABLE"')
  await backAgain(home, data)
  // The first was that of a new database.
  await service.said('"mode":"full","status":"ok"', 2)
  service.signal('SIGTERM')
  expect((await service.done).code).toBe(0)
})
