// Erasing somebody whom others deleted in Heymarket, who stands in an older plan file, or whom a webhook names in another spelling.
import { describe, expect, test } from 'vitest'
import { openSeenMessages } from '../../src/messaging/seen-messages.ts'
import { readWebhook } from '../../src/messaging/webhook-event.ts'
import { applyPlan } from '../../src/sync/plan/apply.ts'
import { makePlan } from '../../src/sync/plan/make-plan.ts'
import { diffSettings } from '../../src/sync/settings.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../support/engine.ts'
import { anOffice, type Office } from './support.ts'

const ANA = nthPhone(1)

function row(n: number, first: string, stop = 'no') {
  return { phone: nthPhone(n), first, last: 'Q', email: `${first}@q.example`, stop }
}

/** Two people in Heymarket, both on a list. */
async function listed(office: Office): Promise<TestEngine> {
  const world = await anEngine({
    box: office,
    db: office.db,
    source: aSource({ map: { email: 'email', optedOut: 'stop' } }),
    lists: [{ title: 'All', where: 'true' }],
  })
  world.rows = { 'P-1': row(1, 'ana'), 'P-2': row(2, 'ben') }
  await world.cycle()
  return world
}

test('a plan file from before does not bring an opted-out person back', async () => {
  const office = await anOffice()
  office.rows = { 'P-1': row(1, 'ana', 'yes') }
  const { plan, report } = await office.cycle('full', { planOnly: true })
  const { engine } = office
  const lookups = await engine.lookups.get()
  const changes = [...plan.released].map((change) => ({ change, held: null, pins: [] }))
  expect(changes).toHaveLength(1)
  const head = { cycle: report.cycle, account: lookups.account, requestsPerMinute: 450, undoes: null }
  const settings = diffSettings(engine, lookups)
  const file = await makePlan(engine, engine.planRows, settings, changes, { lists: [], members: [] }, head)
  await office.erase(ANA)
  const { refused } = await applyPlan(engine, file, { id: 'a1', trigger: 'apply', includeHeld: false })
  expect(refused).toMatchObject([{ moved: [{ field: 'contact', now: 'erased' }] }])
  expect(office.sandbox.store.contact(ANA)).toBeNull()
})

describe('a person can be erased', () => {
  test('although somebody deleted their list in Heymarket', async () => {
    const office = await anOffice()
    const world = await listed(office)
    await world.client.lists.remove(world.sandbox.store.lists()[0]?.id ?? 0)
    await office.erase(ANA)
    expect(office.engine.mirror.erased.has(ANA)).toBe(true)
  })

  test('although somebody deleted their contact in Heymarket', async () => {
    const office = await anOffice({ dialects: { listUnknownContact: 'reject' } })
    const world = await listed(office)
    await world.client.contacts.remove(world.sandbox.store.contact(ANA)?.id ?? 0)
    await office.erase(ANA)
    expect(office.engine.mirror.erased.has(ANA)).toBe(true)
  })
})

test.each([
  { phone: `+${ANA}` },
  { target: `+${ANA}` },
  { targets: [`+${ANA}`] },
  { phone: '+1 (510) 555-0001' },
])('a webhook that spells their number as %j leaves nothing of them', async (spelled) => {
  const office = await anOffice()
  office.rows = { 'P-1': row(1, 'ana') }
  await office.cycle()
  await office.erase(ANA)
  const told = { id: 17, text: 'hello', date: '2030-01-15T12:00:00Z', status: 'received', ...spelled }
  const hook = readWebhook({ type: 'message_received', event_data: told })
  if (hook) openSeenMessages(office.db, office.engine.mirror.consent).take(hook.event, office.clock.now())
  expect(office.bytesOf(ANA, '555-0001')).toEqual([])
})
