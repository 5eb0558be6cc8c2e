// The service in trouble, on a clock that leaps: only what must stops, it is shown and told, and it is over by itself.
import { expect, test } from 'vitest'
import { DRAIN_MS } from '../../../src/service/drain.ts'
import { customers, openBusiness } from '../day/business.ts'
import { dayClock } from '../day/clock.ts'
import { dayConfig } from '../day/config.ts'
import { openInbox } from '../day/inbox.ts'
import { startService } from '../day/service.ts'
import { house, people } from '../support.ts'
import { expectExactly } from './clinic.ts'
import { timelessClinic } from './wrong-clock.ts'

async function aTown() {
  const clock = dayClock()
  const home = await house({ clock })
  const inbox = await openInbox()
  const business = await openBusiness(home, clock)
  home.config(dayConfig(home, { crm: business.crmUrl, inbox: inbox.url, listen: '127.0.0.1:0' }))
  business.put('clinic', ...customers('clinic', 0, 5))
  business.put('crm', ...customers('crm', 100, 5))
  const service = await startService(home, clock)
  await service.quiet()
  const until = async (hour: number) => {
    clock.to(hour)
    await service.look()
  }
  return { clock, home, inbox, business, service, until }
}

test('a source that refuses its credential is asked less and less, the others go on, and it is told', async () => {
  const { home, inbox, business, service, until } = await aTown()
  const first = () => home.sandbox.store.contact('14155550000')?.first
  business.crmAnswers = 401
  for (const hour of [0.5, 1, 1.5, 2]) {
    const before = business.crmAsked
    business.edit(`At ${hour}`)
    await until(hour)
    expect(first()).toBe(`At ${hour} clinic-0`)
    expect(business.crmAsked).toBeGreaterThan(before)
    await service.shows('ERR_SOURCE_UNAUTHORIZED')
  }
  await inbox.holds(1)
  const asked = business.crmAsked
  business.crmAnswers = 200
  business.edit('At 2.5')
  await until(2.5)
  // After four times it waits for longer than the half hour of its schedule.
  expect(business.crmAsked).toBe(asked)
  expect(first()).toBe('At 2.5 clinic-0')
  await until(3)
  await service.shows()
  await inbox.holds(4)
  await service.stop()
  expect(home.sandbox.store.contact('14155550100')).toMatchObject({ first: 'At 2.5 crm-0' })
  expect(inbox.told).toEqual([
    ...['begins source crm', 'begins stale crm'],
    ...['over source crm', 'over stale crm'],
  ])
})

test('a full disk is shown and told, and with room again all of it is done', async () => {
  const { home, inbox, business, service, clock } = await aTown()
  const pages = service.db.pragma('page_count', { simple: true }) as number
  service.db.pragma(`max_page_count = ${pages}`)
  business.put('clinic', ...customers('more', 200, 300))
  clock.to(0.5)
  const looked = service.look()
  await service.shows('ERR_DATABASE_FULL')
  expect(home.sandbox.store.contacts()).toHaveLength(10)
  await inbox.holds(1)
  service.db.pragma(`max_page_count = ${2 ** 30}`)
  await looked
  await service.shows()
  await inbox.holds(2)
  await service.stop()
  expect(home.sandbox.store.contacts()).toHaveLength(310)
  expect(inbox.told).toEqual(['begins problem ERR_DATABASE_FULL', 'over problem ERR_DATABASE_FULL'])
})

test('what takes longer than ten seconds after SIGTERM is left, and the next start reads back what became of it', async () => {
  let onWrite = () => {}
  const applied = new Promise<void>((resolve) => {
    onWrite = resolve
  })
  const home = await timelessClinic(20, {}, { onWrite: () => onWrite() })
  const clock = dayClock()
  let tenSecondsPass = () => {}
  const { sleep } = clock
  Object.assign(clock, {
    sleep: (ms: number, signal?: AbortSignal) =>
      ms === DRAIN_MS
        ? new Promise<void>((resolve) => {
            tenSecondsPass = resolve
          })
        : sleep(ms, signal),
  })
  // Applied at once, answered in minutes.
  home.sandbox.configure({ faults: { slowMs: 600_000, writesOnly: 1 } })
  const first = await startService(home, clock)
  await applied
  const stopped = first.stop()
  tenSecondsPass()
  await stopped
  expect(first.log.join('')).toContain('takes longer than 10 s and is left where it is')
  expect(home.sandbox.store.contacts().length).toBeLessThan(20)
  home.sandbox.configure({ faults: { slowMs: 0 } })
  const second = await startService(home, clock)
  await second.quiet()
  await second.stop()
  expectExactly(home, people(20))
})
