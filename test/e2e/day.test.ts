// A day in fast motion: the real service on a clock that leaps, against the sandbox and three sources. It edits, loses each
// side for a while, is held, reloaded, stopped and killed; at midnight both sides are equal, and who was to be told was told.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import type { RequestEntry } from '../../src/sandbox/server.ts'
import type { CycleReport } from '../../src/sync/report.ts'
import { freePort } from '../support/port.ts'
import { customers, openBusiness } from './day/business.ts'
import { type DayClock, dayClock } from './day/clock.ts'
import { dayConfig, SECRET } from './day/config.ts'
import { openInbox } from './day/inbox.ts'
import { startService } from './day/service.ts'
import { setClock, withClock } from './operations/wrong-clock.ts'
import { type House, house, type Running } from './support.ts'

/** In hours, between two times that the sources are due. */
const PERIOD = 0.5
/** Says STOP at noon. */
const STOPS = '14155550030'

test('a day in fast motion ends exact, and the alerts were the right ones and no others', async () => {
  const clock = dayClock()
  const optedIn: RequestEntry[] = []
  let onWrite = () => {}
  const home = await house({
    ...{ clock, dialects: { duplicatePhone: 'duplicate' } },
    onWrite: (entry, body) => {
      if (JSON.stringify(body ?? '').includes('"is_opted_out":false')) optedIn.push(entry)
      onWrite()
    },
  })
  const inbox = await openInbox()
  const business = await openBusiness(home, clock)
  const at = { crm: business.crmUrl, inbox: inbox.url, listen: `127.0.0.1:${await freePort()}` }
  home.config(dayConfig(home, at))
  business.put('clinic', ...customers('clinic', 0, 60))
  business.put('clinic', { id: 'nobody', phone: 'none', first: 'No', last: 'Body' })
  business.put('billing', ...customers('billing', 60, 40))
  // Some of them are customers of billing too, which comes first.
  business.put('crm', ...customers('crm', 85, 30))
  const initially = business.customers()

  let service = await startService(home, clock)
  await service.quiet()
  const { sandbox } = home
  const list = () => [...(sandbox.store.lists()[0]?.members ?? [])].sort()
  const inAll = (...but: string[]) =>
    business
      .customers()
      .map(({ phone }) => phone)
      .filter((phone) => !but.includes(phone))
      .sort()
  /** Half an hour after the other up to this hour; at each full hour somebody is edited in each source. */
  const until = async (hour: number) => {
    while (clock.hour() < hour) {
      const next = Math.floor(clock.hour() / PERIOD + 1) * PERIOD
      clock.to(next)
      if (Number.isInteger(next)) business.edit(`At ${next}`)
      await service.look()
    }
  }

  // 00:00 the first load, then edits.
  expect(list()).toEqual(inAll())
  await until(2)
  business.drop('billing', 'billing-20', 'billing-39')
  await until(2.5)
  // Only the full resync sees who was deleted in a table.
  expect(list()).toContain('14155550080')
  await until(3)
  expect(list()).toEqual(inAll())
  expect(inbox.told).toEqual([])

  // 06:00 Heymarket is away for an hour.
  await until(5.5)
  sandbox.configure({ faults: { badGateway: 1 } })
  await until(6.5)
  await inbox.holds(1)
  sandbox.configure({ faults: { badGateway: 0 } })
  await until(7)
  await inbox.holds(2)

  // 08:00 a source is away for two.
  await until(7.5)
  business.crmAnswers = 503
  await until(9.5)
  await inbox.holds(4)
  business.crmAnswers = 200

  // 10:00 half of the clinic is gone.
  const gone = business.ids('clinic').slice(35, 60)
  const before = list()
  business.drop('clinic', ...gone)
  await until(10)
  expect(list()).toEqual(before)
  expect((await service.get('/api/status')).body.problems).toMatchObject([{ code: 'HELD' }])
  await inbox.holds(7)
  await until(11)
  const { body: status } = await service.get('/api/status')
  await service.post(`/api/cycles/${status.held[0].cycle}/approve`)
  expect(list()).toEqual(inAll())
  expect((await service.get('/api/status')).body.problems).toEqual([])
  await inbox.holds(8)

  // 12:00 somebody says STOP, and no source knows of it.
  await until(11.5)
  sandbox.webhooks.add(`http://${at.listen}/webhooks/heymarket/${SECRET}`)
  sandbox.store.reply(STOPS, 'STOP')
  await sandbox.webhooks.idle()
  const { body: person } = await service.get(`/api/contacts/${STOPS}`)
  expect(person.consent).toMatchObject({ optedOut: true })
  await until(12)
  expect(list()).toEqual(inAll(STOPS))

  // 14:00 another mapping, then a config that cannot be read.
  await until(13.5)
  const last = '="of " + record.last'
  home.config(dayConfig(home, { ...at, last }))
  expect(await service.post('/api/reload')).toMatchObject({
    status: 200,
    body: { changed: [expect.any(String)] },
  })
  business.lastOf = (name) => `of ${name}`
  await until(14)
  expect(sandbox.store.contact('14155550000')).toMatchObject({ last: 'of Lee' })
  home.write('heysync.yaml', 'heymarket: { nonsense: 1 }\n')
  expect(await service.post('/api/reload')).toMatchObject({
    status: 422,
    body: { error: { code: 'ERR_CONFIG_INVALID' } },
  })
  await until(15.5)
  expect(sandbox.store.contact('14155550000')).toMatchObject({ first: 'At 15 clinic-0', last: 'of Lee' })
  home.config(dayConfig(home, { ...at, last }))

  // 16:00 a stop and a start, by the built program. 17:00 SIGTERM in a push, 18:00 `kill -9` in one.
  await service.stop()
  for (const [hour, signal, code] of [
    [17, 'SIGTERM', 0],
    [18, 'SIGKILL', null],
  ] as const) {
    const program = startProgram(home, clock)
    await program.said('cycle finished')
    onWrite = atTheThird(() => program.signal(signal))
    business.edit(`At ${hour}`, 10)
    business.put('crm', ...customers(`new${hour}`, hour * 100, 5))
    goOn(home, clock, hour)
    expect((await program.done).code).toBe(code)
    clock.stop()
  }
  onWrite = () => {}
  service = await startService(home, clock)
  await service.quiet()
  await until(23.5)
  await service.stop()

  // 23:59 both sides are equal.
  const byPhone = new Map(initially.concat(business.customers()).map((one) => [one.phone, one]))
  const shown = sandbox.store
    .contacts()
    .map(({ phone, first, last }) => ({ phone: phone ?? '', first, last }))
  const order = (a: { phone: string }, b: { phone: string }) => (a.phone < b.phone ? -1 : 1)
  expect(shown.sort(order)).toEqual([...byPhone.values()].sort(order))
  expect(list()).toEqual(inAll(STOPS))
  const made = sandbox.store.creations().map(({ phone }) => phone)
  expect(new Set(made).size).toBe(made.length)
  expect(optedIn).toEqual([])
  expectSums(home)
  expect(inbox.told).toEqual([
    ...['begins cycles', 'over cycles'],
    ...['begins source crm', 'begins stale crm'],
    ...['over source crm', 'over stale crm', 'begins held clinic'],
    'over held clinic',
  ])
})

function atTheThird(act: () => void): () => void {
  let left = 3
  return () => {
    left -= 1
    if (left === 0) act()
  }
}

/** The built program, by the clock of the day, which runs from now on. */
function startProgram(home: House, clock: DayClock): Running {
  goOn(home, clock, clock.hour())
  return withClock(home, 'run')
}

/** From this hour on. */
function goOn(home: House, clock: DayClock, hour: number): void {
  clock.stop()
  clock.to(hour)
  clock.run()
  setClock(home, clock.now() - Date.now())
}

/** In every cycle all that was read and planned has come to something. */
function expectSums(home: House): void {
  const db = new Database(join(home.dir, 'data/heysync.db'), { readonly: true })
  onTestFinished(() => void db.close())
  const reports = db
    .prepare<[], string>('SELECT report FROM cycle WHERE report IS NOT NULL')
    .pluck()
    .all()
    .map((text) => JSON.parse(text) as CycleReport)
  expect(reports.length).toBeGreaterThan(40)
  for (const { sources, plan, push } of reports) {
    for (const { read, unchanged, accepted, rejected, filtered, deleted } of sources)
      expect(read).toBe(unchanged + accepted + rejected + filtered + deleted)
    const planned = plan.create + plan.update + plan.remove + plan.listAdd + plan.listRemove
    expect(planned).toBe(push.acked + push.retrying + push.deferred + push.deadLettered + plan.held)
  }
}
