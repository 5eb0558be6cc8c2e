// A person who was erased is gone from the files, and neither a source nor Heymarket nor a message brings them back.
import Database from 'better-sqlite3'
import type { SourceRecord } from 'heysync/connector'
import { describe, expect, onTestFinished, test } from 'vitest'
import { liftErase } from '../../src/erase/erase.ts'
import { broadcast, planBroadcast, resumeBroadcast } from '../../src/messaging/broadcast.ts'
import { schedule } from '../../src/messaging/schedule.ts'
import { send } from '../../src/messaging/send.ts'
import { why } from '../../src/sync/why.ts'
import { nthPhone } from '../support/contact.ts'
import { anOffice, type Office } from './support.ts'

const ANA = nthPhone(1)
const BEN = nthPhone(2)
const SPELLED = '+1 (510) 555-0001'
const TRACES = [ANA, SPELLED, '5105550001', 'Anastasia', 'Quicksilver', 'ana@quick.example']

const CHANGES = { covers: 'changes', count: null } as const

const BROADCAST = {
  message: { inbox_id: 71, creator_id: 501, text: 'Hi' },
  audience: {},
  title: 'T',
  text: 'Hi',
}

function rows(stop = 'no') {
  return {
    'P-1': { phone: SPELLED, first: 'Anastasia', last: 'Quicksilver', email: 'Ana@quick.example', stop },
    'P-2': { phone: BEN, first: 'Ben', last: 'Lee', email: 'ben@lee.example', stop: 'no' },
  }
}

async function synced(stop = 'no', onRequest: (path: string) => void = () => {}): Promise<Office> {
  const office = await anOffice({ onRequest: ({ path }) => onRequest(path) })
  office.rows = rows(stop)
  const { report } = await office.cycle()
  expect(report.push.acked).toBe(2)
  return office
}

function wish(text: string, phone = ANA) {
  const message = { inbox_id: 71, creator_id: 501, phone_number: phone, text }
  return { message, words: text, phones: [phone] }
}

describe('the files', () => {
  test('hold nothing of the person, also not of what was deleted before', async () => {
    const office = await synced()
    office.rows['P-1'] = { ...rows()['P-1'], first: 'Anastasia II' }
    await office.cycle()
    await send(office.deps, wish('Hi Anastasia'), { given: undefined, made: 'k1' })
    office.deps.seen.take(
      { kind: 'message', message: { ...(await anIncoming(office)), text: 'It is me, Anastasia' } },
      0,
    )
    expect(office.bytesOf(...TRACES).length).toBeGreaterThan(3)
    const { scrubbed, left } = await office.erase(ANA)
    expect([scrubbed, left.length]).toEqual([true, 1])
    expect(office.bytesOf(...TRACES)).toEqual([])
    expect(office.bytesOf(BEN, 'ben@lee.example')).toEqual([BEN, 'ben@lee.example'])
  })

  test.each(['full', 'incremental'] as const)(
    'hold nothing of them after more %s cycles, while both sides show them',
    async (mode) => {
      const office = await synced()
      await office.erase(ANA)
      office.rows['P-1'] = { ...rows()['P-1'], last: 'Quicksilver-Ray' }
      const before = office.writes().length
      const requests = office.exchanges.length
      await office.cycle(mode)
      // The account's count is as expected, so there is no need to read everything (I7).
      if (mode === 'incremental') expect(office.exchanges.length - requests).toBe(2)
      const { report } = await office.cycle(mode)
      expect(report.sources[0]).toMatchObject({ read: 2, unchanged: 1, rejected: 1 })
      expect(office.writes().length).toBe(before)
      expect(office.bytesOf(...TRACES)).toEqual([])
    },
  )

  test('are said not to be clean while somebody else reads them, and are after another try', async () => {
    const office = await synced()
    office.db.pragma('busy_timeout = 0')
    const reader = new Database(office.db.name, { readonly: true })
    onTestFinished(() => void reader.close())
    reader.exec('BEGIN; SELECT count(*) FROM contact')
    expect(await office.erase(ANA)).toMatchObject({ scrubbed: false })
    reader.exec('COMMIT')
    expect(await office.erase(ANA)).toMatchObject({ scrubbed: true, forgotten: {} })
    expect(office.bytesOf(...TRACES)).toEqual([])
  })

  test('hold nothing in any table, and what was forgotten is told by table', async () => {
    const office = await synced()
    const { mirror, held } = office.engine
    mirror.records.markDirty(ANA)
    mirror.consent.optOut(ANA, 'hand', 'asked', 0)
    office.db
      .prepare("INSERT INTO approval (phone, view_hash, cycle_id, approved_at) VALUES (?, x'00', 'c', 0)")
      .run(ANA)
    expect(held.all()).toEqual([])
    const { forgotten } = await office.erase(ANA)
    expect(forgotten).toMatchObject({ source_record: 1, contact: 1, link: 1, attempt: 1, approval: 1 })
    expect(forgotten).toMatchObject({ remote_contact: 1, dirty_phone: 1, consent: 1, consent_event: 1 })
    expect(office.bytesOf(...TRACES)).toEqual([])
  })
})

test('no table holds their number, names or addresses, whatever had happened with them', async () => {
  const office = await anOffice({}, { onPhoneChange: 'update' })
  const person = (n: number, more: object = {}) => ({
    ...{ phone: nthPhone(n), first: `P${n}`, last: 'X', email: `p${n}@x.example`, stop: 'no' },
    ...more,
  })
  for (let n = 1; n <= 120; n += 1) office.rows[`r${n}`] = person(n)
  // An id that is their number, and a name with what stands around examples.
  const id = `${ANA} (old)`
  const { r1: _first, ...others } = office.rows
  office.rows = {
    [id]: person(1, { first: 'Anastasia (Ana)', last: 'Quicksilver', email: 'ana@quick.example' }),
    ...others,
  }
  office.clock.advance(60_000)
  await office.cycle()
  // Every record changes at once: an alarm, with the first of them as its example; and all of it is held.
  for (const [key, row] of Object.entries(office.rows))
    office.rows[key] = { ...row, first: `${row.first} Jr`, email: '' }
  office.clock.advance(60_000)
  const { report } = await office.cycle()
  expect(report).toMatchObject({
    status: 'held',
    alarms: [{ code: 'EVERYTHING_CHANGED' }, { code: 'FIELD_VANISHED' }],
  })
  expect(JSON.stringify(report.alarms)).toContain('Anastasia')
  office.engine.mirror.alarms.accept('c9999')
  office.clock.advance(60_000)
  await office.cycle()
  // Their number changes, and what is kept of the new one names the old one as the former.
  office.rows[id] = { ...office.rows[id], phone: nthPhone(200) }
  office.clock.advance(60_000)
  await office.cycle()
  office.rows[id] = { ...office.rows[id], phone: ANA }
  office.clock.advance(60_000)
  await office.cycle()
  await office.erase(nthPhone(200))
  await office.erase(ANA)
  const held = (text: string) =>
    tables(office).filter(([, row]) => row.toLowerCase().includes(text.toLowerCase()))
  for (const trace of [...TRACES, nthPhone(200), 'Anastasia']) expect(held(trace)).toEqual([])
  expect(held('p7@x.example').length).toBeGreaterThan(0)
})

test('an alarm that stands keeps its numbers, and loses its example', async () => {
  const office = await anOffice()
  for (let n = 1; n <= 120; n += 1)
    office.rows[`r${n}`] = {
      phone: nthPhone(n),
      first: n === 1 ? 'Anastasia' : `P${n}`,
      last: 'X',
      email: '',
      stop: 'no',
    }
  office.clock.advance(60_000)
  await office.cycle()
  for (const [key, row] of Object.entries(office.rows))
    office.rows[key] = { ...row, first: `${row.first} Jr` }
  office.clock.advance(60_000)
  await office.cycle()
  const message = () => office.engine.mirror.alarms.all().map((alarm) => alarm.message)
  expect(message()).toEqual([
    expect.stringContaining('first in 120 (record r1: "Anastasia" → "Anastasia Jr")'),
  ])
  expect((await office.erase(ANA)).forgotten).toMatchObject({ alarm: 1 })
  expect(message()).toEqual([expect.stringContaining('first in 120 (an example that was erased).')])
  expect(office.bytesOf('Anastasia')).toEqual([])
})

test('a number that a contact had before is in no table, also where it is kept what the contact held', async () => {
  const office = await anOffice({}, { onPhoneChange: 'update' })
  office.rows = rows()
  await office.cycle()
  office.rows['P-1'] = { ...office.rows['P-1'], phone: nthPhone(200) }
  expect((await office.cycle()).report.plan).toMatchObject({ create: 0, update: 1, remove: 0 })
  expect(office.bytesOf(ANA)).toEqual([ANA])
  await office.erase(ANA)
  expect([tables(office).filter(([, row]) => row.includes(ANA)), office.bytesOf(ANA)]).toEqual([[], []])
})

/** Every row of every table, as text. */
function tables({ db }: Office): [string, string][] {
  const names = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  return names.flatMap((name) =>
    db
      .prepare<[], object>(`SELECT * FROM "${name}"`)
      .all()
      .map((row): [string, string] => [name, JSON.stringify(row)]),
  )
}

async function anIncoming(office: Office) {
  office.sandbox.store.reply(ANA, 'It is me')
  for await (const message of office.client.messages.all({ since: '2030-01-01T00:00:00Z' }))
    if (message.direction === 'in') return message
  throw new Error('no message')
}

describe('a record of theirs', () => {
  test('is rejected as ERASED without its number or id, and left out of the plan; the sums hold (I1)', async () => {
    const office = await synced()
    await office.erase(ANA)
    const { report } = await office.cycle()
    expect(report).toMatchObject({ status: 'ok', plan: { create: 0, update: 0, remove: 0 } })
    const [row, ...more] = office.engine.mirror.records.rejections()
    expect(more).toEqual([])
    expect(row).toMatchObject({ code: 'ERASED', value: '', source_id: 'clinic' })
    expect(JSON.stringify(row)).not.toContain('P-1')
  })

  test.each([
    [ANA, BEN],
    [BEN, ANA],
  ])('with several numbers is theirs as a whole: %s is erased, %s is named', async (erased, other) => {
    const office = await anOffice(
      {},
      { phones: 'all', onRemoved: 'clear', map: { phone: ['phone', 'home'] } },
    )
    const theirs = { phone: SPELLED, home: BEN, first: 'Anastasia', last: 'Quicksilver' }
    office.rows = {
      'P-1': theirs,
      'P-9': { ...theirs, phone: nthPhone(9), home: '', first: 'Zoe', last: 'X' },
    }
    await office.cycle()
    expect(await office.erase(erased)).toMatchObject({ forgotten: { source_record: 1 }, others: [other] })
    const { report } = await office.cycle()
    expect(report).toMatchObject({ sources: [{ read: 2, unchanged: 1, rejected: 1 }], plan: { remove: 1 } })
    expect(office.sandbox.store.contact(other)).toMatchObject({ first: '' })
    await office.erase(other)
    expect(office.bytesOf(...TRACES, BEN)).toEqual([])
  })

  test('that opted out, and that its source shows as deleted, counts as seen where the source counts, and nothing of it is kept', async () => {
    const office = await synced()
    await office.erase(ANA)
    office.source.pages = () => [
      {
        records: Object.entries(rows('yes')).map(([id, fields]) => ({
          id,
          fields,
          updatedAt: null,
          ...(id === 'P-1' ? { deleted: true as const } : {}),
        })),
        position: 'end',
        end: { covers: 'everything', count: 2 },
      },
    ]
    for (let cycle = 0; cycle < 2; cycle += 1)
      expect((await office.cycle()).report).toMatchObject({
        status: 'ok',
        sources: [{ read: 2, deleted: 1 }],
      })
    expect(office.engine.mirror.records.rejections()).toEqual([])
    expect(office.bytesOf(...TRACES)).toEqual([])
  })

  test.each([
    ['deleted, with nothing but its id', { deleted: true }, {}, 'deleted'],
    ['deleted', { deleted: true }, { phone: ANA }, 'deleted'],
    ['archived', { archived: true }, { phone: ANA, email: 'x@example.com' }, 'deleted'],
    ['without a number now', {}, { phone: '' }, 'rejected'],
  ] as const)('that is %s: its id is not kept', async (_what, mark, fields, outcome) => {
    const office = await synced()
    const theirs = { id: 'quill-4711', fields: { phone: ANA, first: 'Ana', last: '' }, updatedAt: null }
    const shows = (record: SourceRecord) => {
      office.source.pages = () => [
        { records: [record], position: 'end', end: { covers: 'changes', count: null } },
      ]
      return office.cycle('incremental')
    }
    await shows(theirs)
    await office.erase(ANA)
    for (let cycle = 0; cycle < 2; cycle += 1)
      expect((await shows({ ...theirs, ...mark, fields })).report.sources).toMatchObject([{ [outcome]: 1 }])
    expect(office.bytesOf('quill-4711')).toEqual([])
  })

  test('leaves the list of rejections when the source drops it, and nobody is removed', async () => {
    const office = await synced()
    await office.erase(ANA)
    await office.cycle()
    office.rows = { 'P-2': rows()['P-2'] }
    const { report } = await office.cycle()
    expect(report).toMatchObject({ status: 'ok', plan: { remove: 0 } })
    expect(office.engine.mirror.records.rejections()).toEqual([])
  })

  test('that is given another number is that person, and theirs again is rejected', async () => {
    const office = await synced()
    await office.erase(ANA)
    office.rows['P-1'] = { ...rows()['P-1'], phone: nthPhone(3) }
    await office.cycle()
    expect(office.sandbox.store.contact(nthPhone(3))).not.toBeNull()
    expect(office.engine.mirror.records.rejections()).toEqual([])
    office.rows['P-1'] = rows()['P-1']
    await office.cycle()
    expect(office.engine.mirror.records.rejections()).toMatchObject([{ code: 'ERASED' }])
    expect(office.engine.mirror.contacts.find(ANA)).toBeUndefined()
    expect(office.engine.mirror.contacts.find(nthPhone(3))?.state).not.toBe('wanted')
  })

  test('that was somebody else takes that number from them', async () => {
    const office = await synced()
    await office.erase(ANA)
    const fields = { ...rows()['P-2'], phone: SPELLED }
    office.source.pages = () => [
      { records: [{ id: 'P-2', fields, updatedAt: null }], position: 'end', end: CHANGES },
    ]
    await office.cycle('incremental')
    expect(office.engine.mirror.contacts.find(BEN)?.state).not.toBe('wanted')
    expect(office.engine.mirror.records.rejections()).toMatchObject([{ code: 'ERASED' }])
    expect(office.bytesOf(...TRACES)).toEqual([])
  })

  test('leaves the list also when only a page of changes tells that it is another person', async () => {
    const office = await synced()
    await office.erase(ANA)
    await office.cycle()
    const fields = { ...rows()['P-1'], phone: nthPhone(3) }
    office.source.pages = () => [
      { records: [{ id: 'P-1', fields, updatedAt: null }], position: 'end', end: CHANGES },
    ]
    await office.cycle('incremental')
    expect(office.engine.mirror.records.rejections()).toEqual([])
  })

  test('is known to `why` by number and by id, without telling more', async () => {
    const office = await synced()
    await office.erase(ANA, { reason: 'asked by letter' })
    await office.cycle()
    const config = { sources: office.engine.sources.map(({ config }) => config) } as never
    const byPhone = why(office.db, config, ANA, () => [])
    expect(byPhone).toMatchObject({ erased: { reason: 'asked by letter' }, records: [], heymarket: null })
    expect(byPhone.verdict).toMatch(/^Erased on 2030-01-15; /)
    const byId = why(office.db, config, 'P-1', () => [])
    expect(byId).toMatchObject({ records: [], rejections: [{ code: 'ERASED', value: '' }] })
    expect(byId.verdict).toContain('erased on 2030-01-15')
  })
})

describe('consent', () => {
  test('nobody erased is texted, one by one or in a broadcast, and the broadcast keeps nothing of them', async () => {
    const office = await synced()
    await office.erase(ANA)
    const key = { given: undefined, made: 'k2' }
    await expect(send(office.deps, wish('Hi'), key)).rejects.toMatchObject({ code: 'ERR_OPTED_OUT' })
    const people = [ANA, BEN].map((phone) => ({ phone, first: '', last: '', custom: {} }))
    const plan = await planBroadcast(office.deps, BROADCAST, people, { key: 'b', listSize: null })
    expect(plan.refused.get(ANA)).toBe('was erased on 2030-01-15')
    expect(plan.recipients.map(({ phone }) => phone)).toEqual([BEN])
  })

  test.each([
    ['before the erase', (_: Office) => {}, 'yes'],
    [
      'after it, in a webhook',
      (o: Office) => void o.engine.mirror.consent.optOut(ANA, 'heymarket', 'w', 1),
      'no',
    ],
  ])('an opt-out %s counts again when the mark is lifted', async (_, later, stop) => {
    const office = await synced(stop)
    await office.erase(ANA)
    later(office)
    expect(office.bytesOf(ANA)).toEqual([])
    expect(liftErase(office.db, office.engine.mirror, office.clock, ANA)).toBe(true)
    expect(office.engine.mirror.consent.isOptedOut(ANA)).toBe(true)
  })

  test('somebody who never opted out may be texted after that', async () => {
    const office = await synced()
    await office.erase(ANA)
    expect(office.engine.mirror.consent.isOptedOut(ANA)).toBe(true)
    liftErase(office.db, office.engine.mirror, office.clock, ANA)
    expect(office.engine.mirror.consent.isOptedOut(ANA)).toBe(false)
  })

  test('a message of theirs that a webhook tells of is not kept, and its STOP is', async () => {
    const office = await synced()
    const message = { ...(await anIncoming(office)), text: 'STOP' }
    await office.erase(ANA)
    expect(office.deps.seen.take({ kind: 'message', message }, 0)).toBe(false)
    expect(office.bytesOf(ANA)).toEqual([])
    liftErase(office.db, office.engine.mirror, office.clock, ANA)
    expect(office.engine.mirror.consent.isOptedOut(ANA)).toBe(true)
  })
})

describe('lifting the mark', () => {
  test('brings the person back by the next cycle, adopted and not created twice (I2)', async () => {
    const office = await synced()
    await office.erase(ANA)
    await office.cycle('incremental')
    liftErase(office.db, office.engine.mirror, office.clock, ANA)
    const { report } = await office.cycle('incremental')
    // Both sides are read in full: the changes alone would show neither the record nor the contact.
    expect(office.source.requests.at(-1)).toMatchObject({ mode: 'full' })
    expect(report.reconcile).toMatchObject({ mode: 'full' })
    expect(report.plan).toMatchObject({ create: 0 })
    expect(office.sandbox.store.contacts().filter(({ phone }) => phone === ANA)).toHaveLength(1)
    expect(office.engine.mirror.contacts.find(ANA)?.state).toBe('wanted')
    expect(office.engine.mirror.records.rejections()).toEqual([])
    expect(liftErase(office.db, office.engine.mirror, office.clock, ANA)).toBe(false)
  })
})

describe('in Heymarket', () => {
  test('the contact is deleted when that is asked for, also later, and no cycle creates it again', async () => {
    const office = await synced()
    const id = office.sandbox.store.contact(ANA)?.id
    await office.erase(ANA)
    expect(office.sandbox.store.contact(ANA)).not.toBeNull()
    const { deleted, left } = await office.erase(ANA, { inHeymarket: true })
    expect([deleted, left]).toEqual([[id], []])
    await office.cycle()
    expect(office.sandbox.store.contact(ANA)).toBeNull()
    expect(office.sandbox.store.contact(BEN)).not.toBeNull()
  })

  test('a STOP that only Heymarket knows yet is kept on the mark before the contact goes', async () => {
    const office = await synced()
    office.sandbox.store.stop(ANA)
    await office.erase(ANA, { inHeymarket: true })
    expect(office.engine.mirror.erased.find(ANA)).toMatchObject({ optedOut: true })
  })

  test('a contact that has another number by now is another person, and stays', async () => {
    const office = await synced()
    const id = office.sandbox.store.contact(ANA)?.id ?? 0
    const shown = await office.client.contacts.get(id)
    const body = { first: shown?.first ?? '', last: '', display_name: 'x', email: '', custom: {} }
    await office.client.contacts.update(id, { ...body, assignee_id: -1, tags: [], phone: nthPhone(9) }, true)
    expect(await office.erase(ANA, { inHeymarket: true })).toMatchObject({ deleted: [] })
    expect(office.sandbox.store.contact(nthPhone(9))?.id).toBe(id)
  })

  test('a message that waits there for its time is taken back', async () => {
    const office = await synced()
    const request = {
      inbox_id: 71,
      user_id: 501,
      phone_number: ANA,
      execute_at: '2030-01-16T12:00:00Z',
      content: { text: 'Hi Anastasia' },
    }
    const made = { given: undefined, made: 'k3' }
    const { intent } = await schedule(office.deps, { request, words: 'Hi', phones: [ANA] }, made)
    expect(intent.state).toBe('done')
    expect(await office.erase(ANA)).toMatchObject({ takenBack: 1 })
    expect(office.deps.intents.find('k3')?.state).toBe('cancelled')
    expect(office.bytesOf(...TRACES)).toEqual([])
    office.clock.advance(2 * 86_400_000)
    expect(office.sandbox.store.messages().filter(({ direction }) => direction === 'out')).toEqual([])
  })
})

describe('a message to them', () => {
  test('that a broadcast has not sent yet does not go out, and the others get theirs once', async () => {
    let down = true
    // The list is made and looked at, and then the message itself cannot go out.
    const office = await synced('no', (path) => {
      if (down && path.startsWith('/v1/list/'))
        office.sandbox.configure({ faults: { error500Before: 1, writesOnly: 1 } })
    })
    const people = [ANA, BEN].map((phone) => ({ phone, first: '', last: '', custom: {} }))
    const plan = await planBroadcast(office.deps, BROADCAST, people, { key: 'b2', listSize: null })
    await expect(broadcast(office.deps, plan)).rejects.toThrow()
    down = false
    expect(office.sandbox.store.lists()).toHaveLength(1)
    office.sandbox.configure({ faults: { error500Before: 0 } })
    await office.erase(ANA)
    const intent = office.deps.intents.find('b2')
    if (intent === null) throw new Error('no intent')
    expect((await resumeBroadcast(office.deps, intent)).intent.state).toBe('done')
    const sent = office.sandbox.store.messages().filter(({ direction }) => direction === 'out')
    expect(sent.map(({ targets }) => targets)).toEqual([[BEN]])
    expect(office.bytesOf(...TRACES)).toEqual([])
  })

  test('stays proven as sent under its key, without its words', async () => {
    const office = await synced()
    await send(office.deps, wish('Hi Anastasia'), { given: 'k4', made: 'm' })
    await office.erase(ANA)
    const intent = office.deps.intents.find('k4')
    expect(intent).toMatchObject({ state: 'done', wish: {} })
    // Who knows the words could find the number by its hash.
    expect(intent && office.deps.intents.hashOf(intent)).toEqual(Buffer.alloc(16))
    liftErase(office.db, office.engine.mirror, office.clock, ANA)
    await expect(send(office.deps, wish('Hi again'), { given: 'k4', made: 'm' })).rejects.toMatchObject({
      code: 'ERR_KEY_REUSED',
    })
  })

  test('that is not known to have gone out is never tried again', async () => {
    const office = await synced()
    office.sandbox.configure({ faults: { lostRequest: 1, writesOnly: 1 } })
    await expect(send(office.deps, wish('Hi Anastasia'), { given: 'k5', made: 'm' })).rejects.toThrow()
    office.sandbox.configure({ faults: { lostRequest: 0 } })
    await office.erase(ANA)
    expect(office.deps.intents.find('k5')).toMatchObject({ state: 'cancelled' })
    expect(office.bytesOf(...TRACES)).toEqual([])
  })
})

test('a reason with a number in it is refused before anything is done', async () => {
  const office = await synced()
  await expect(office.erase(ANA, { reason: `wrote from ${SPELLED}` })).rejects.toMatchObject({
    code: 'ERR_USAGE',
  })
  expect(office.engine.mirror.contacts.find(ANA)).toBeDefined()
})
