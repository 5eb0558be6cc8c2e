// A clock that is wrong, or is set while heysync runs, or stood still because the machine slept.
import { describe, expect, test } from 'vitest'
import { csv, people } from '../support.ts'
import { clinic, EVERY_SECOND, expectExactly } from './clinic.ts'
import { DAY, MINUTE, setClock, timelessClinic, withClock } from './wrong-clock.ts'

describe('a clock that is off', () => {
  test.each([
    { off: 10 * MINUTE, says: /The clock of this machine is (599|600|601) s ahead of Heymarket's/ },
    { off: -10 * MINUTE, says: /The clock of this machine is (599|600|601) s behind Heymarket's/ },
  ])(
    'by $off ms is told as the reason of the 401, and set right, the same command works',
    async ({ off, says }) => {
      const home = await clinic(3)
      setClock(home, off)
      const done = await withClock(home, 'sync').done
      expect(done.code).toBe(2)
      expect(done.stderr).toContain('Error ERR_HEYMARKET_UNAUTHORIZED')
      expect(done.stderr).toMatch(says)
      setClock(home, 0)
      expect((await withClock(home, 'sync').done).code).toBe(0)
      expectExactly(home, people(3))
    },
  )

  test('by a day and set back: what changed is written, and status shows the newest cycle', async () => {
    const home = await timelessClinic(3)
    setClock(home, DAY)
    expect((await withClock(home, 'sync').done).code).toBe(0)
    setClock(home, 0)
    const now = people(4).map((one) => (one.id === 'P-0002' ? { ...one, first: 'Bo' } : one))
    home.write('contacts.csv', csv(now))
    const { stdout } = await withClock(home, 'sync --json').done
    expect(JSON.parse(stdout)).toMatchObject({ status: 'ok', push: { acked: 2 } })
    expectExactly(home, now)
    const { cycle } = JSON.parse(stdout)
    expect(await home.json(0, 'status')).toMatchObject({ lastCycle: { cycle, status: 'ok' } })
  })
})

describe('a clock that is set while heysync runs', () => {
  test('back by a day: the schedules are followed from the new time', async () => {
    const home = await timelessClinic(3, EVERY_SECOND)
    setClock(home, 0)
    const service = withClock(home, 'run')
    await service.said('cycle finished')
    setClock(home, -DAY)
    await service.said('the clock went back by 86')
    const now = people(5)
    home.write('contacts.csv', csv(now))
    await service.said('"acked":2')
    service.signal('SIGTERM')
    expect((await service.done).code).toBe(0)
    expectExactly(home, now)
  })

  test('ahead by a day, as after a sleep: what came due meanwhile is done once, in lines of log like all others', async () => {
    const home = await timelessClinic(3, { schedule: '*/5 * * * *', fullSchedule: '0 3 * * *' })
    setClock(home, 0)
    const service = withClock(home, 'run')
    await service.said('cycle finished')
    setClock(home, DAY)
    await service.said('"mode":"full","status":"ok"', 2)
    service.signal('SIGTERM')
    const done = await service.done
    expect(done).toMatchObject({ code: 0, stdout: '' })
    const lines = done.stderr.trim().split('\n')
    const messages = lines.map((line) => JSON.parse(line).msg)
    expect(new Set(messages)).toEqual(new Set(['heysync is running', 'cycle finished', 'heysync stopped']))
    // One may have come due by the real hour.
    expect(messages.filter((one) => one === 'cycle finished').length).toBeLessThanOrEqual(3)
  })
})
