// SIGTERM and Ctrl-C while writes are under way. What kill -9 does is shown in ../crash.test.ts.
import { expect, test } from 'vitest'
import { people } from '../support.ts'
import { clinic, expectExactly, ONE_BY_ONE } from './clinic.ts'

test('run that is told to stop in the middle of a push ends with 0, and status says how to go on', async () => {
  const home = await clinic(120, { source: { schedule: '0 3 * * *' }, sandbox: ONE_BY_ONE })
  home.sandbox.configure({ faults: { slowMs: 300 } })
  const service = home.start('run')
  await home.holds(10)
  service.signal('SIGTERM')
  const done = await service.done
  expect(done.code).toBe(0)
  expect(done.stderr).toContain('heysync stopped')
  const status = await home.run('status')
  expect(status.code).toBe(1)
  expect(status.stdout).toContain('last cycle  interrupted, schedule at ')
  expect(status.stdout).toContain('heysync sync goes on from what was saved.')
  home.sandbox.configure({ faults: { slowMs: 0 } })
  await home.json(0, 'sync')
  expectExactly(home, people(120))
  expect((await home.run('status')).stdout).toContain('All is well.')
})

test('a second Ctrl-C ends the process where it stands, with 1, and nothing is done twice', async () => {
  const home = await clinic(120, { sandbox: ONE_BY_ONE })
  home.sandbox.configure({ faults: { slowMs: 300 } })
  const stopped = home.start('sync')
  await home.holds(10)
  stopped.signal('SIGINT')
  stopped.signal('SIGINT')
  expect((await stopped.done).code).toBe(1)
  home.sandbox.configure({ faults: { slowMs: 0 } })
  await home.json(0, 'sync')
  expectExactly(home, people(120))
})
