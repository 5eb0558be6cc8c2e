// The guard as an operator meets it: what would be too much waits, is shown, and goes ahead only when a person says so.
import { describe, expect, test } from 'vitest'
import { clinicConfig, csv, type House, house, type Person, people, type Tree, writes } from './support.ts'

interface Held {
  readonly cycle: string
  readonly source: string
  readonly changes: number
  readonly reason: string
  readonly examples: readonly string[]
}

interface Report {
  readonly cycle: string
  readonly plan: Record<string, number>
  readonly push: Record<string, number>
}

/** A clinic whose sixty people are in Heymarket. */
async function sixtyPeople(source: Tree = {}, top: Tree = {}): Promise<{ home: House; rows: Person[] }> {
  const home = await house()
  const rows = people(60).map((row) => ({ ...row, stop: '' }))
  home.config(clinicConfig(home.sandbox.url, source, top))
  home.write('contacts.csv', csv(rows))
  await home.json(0, 'sync')
  return { home, rows }
}

/** Syncs, expects that a part is held and that nothing reached Heymarket. */
async function heldSync(home: House, ...args: string[]): Promise<Report> {
  let report: Report | undefined
  const before = home.sandbox.store.contacts()
  const requests = await home.requestsOf(async () => {
    report = await home.json<Report>(3, 'sync', ...args)
  })
  expect(writes(requests)).toEqual([])
  expect(home.sandbox.store.contacts()).toEqual(before)
  if (!report) throw new Error('no report')
  return report
}

async function heldNow(home: House, code: number): Promise<readonly Held[]> {
  return (await home.json<{ held: Held[] }>(code, 'status')).held
}

const FIRST_HALF = 30

describe('half of the rows vanish', () => {
  const rungs = [
    {
      rung: 'delete',
      source: { onRemoved: 'delete' },
      contacts: 30,
      left: null,
    },
    {
      rung: 'clear',
      source: { onRemoved: 'clear' },
      contacts: 60,
      left: { first: '', last: '', tags: [] },
    },
    {
      rung: 'tag',
      source: { onRemoved: 'tag', removedTag: 'Newsletter' },
      contacts: 60,
      left: { first: 'Ann60', last: 'Lee', tags: [{ tag: 'Newsletter' }] },
    },
    {
      rung: 'removeFromLists',
      source: {},
      contacts: 60,
      left: { first: 'Ann60', last: 'Lee', tags: [] },
    },
  ]
  test.each(rungs)(
    'with onRemoved: $rung all wait, approve releases them, and then all is calm',
    async ({ source, contacts, left }) => {
      const { home, rows } = await sixtyPeople(source)
      home.write('contacts.csv', csv(rows.slice(0, FIRST_HALF)))
      const report = await heldSync(home)
      expect(report).toMatchObject({
        status: 'held',
        sources: [{ read: 30, unchanged: 30, gone: 30 }],
        plan: { create: 0, update: 0, remove: 30, held: 30 },
        push: { requests: 0, acked: 0 },
      })
      const [held] = await heldNow(home, 3)
      expect(held).toEqual({
        cycle: report.cycle,
        source: 'clinic',
        changes: 30,
        reason: 'removals: 30 of 60 contacts of clinic (the dial allows 10 % or 5000)',
        examples: expect.arrayContaining([expect.stringContaining('remove 15102000031 Ann31 Lee')]),
      })
      const person = await home.json(0, 'why', '15102000060')
      expect(person).toMatchObject({ held: { cycle: report.cycle, kind: 'remove' } })

      const approved = await home.json<Report>(0, 'approve', report.cycle)
      expect(approved).toMatchObject({
        status: 'ok',
        plan: { remove: 30, held: 0 },
        push: { acked: 30, retrying: 0, deadLettered: 0 },
      })
      expect(home.sandbox.store.contacts()).toHaveLength(contacts)
      const gone = home.sandbox.store.contact('15102000060')
      if (left === null) expect(gone).toBeNull()
      else expect(gone).toMatchObject(left)
      expect(home.sandbox.store.contact('15102000001')).toMatchObject({
        first: 'Ann1',
        last: 'Lee',
        tags: [],
      })

      expect(await heldNow(home, 0)).toEqual([])
      const requests = await home.requestsOf(() => home.json(0, 'sync'))
      expect(writes(requests)).toEqual([])
    },
  )

  test('the rows come back before anybody approved: nothing waits any more, and nothing is written', async () => {
    const { home, rows } = await sixtyPeople({ onRemoved: 'delete' })
    home.write('contacts.csv', csv(rows.slice(0, FIRST_HALF)))
    await heldSync(home)
    home.write('contacts.csv', csv(rows))
    const requests = await home.requestsOf(async () => {
      expect(await home.json(0, 'sync')).toMatchObject({ status: 'ok', plan: { remove: 0, held: 0 } })
    })
    expect(writes(requests)).toEqual([])
    expect(await heldNow(home, 0)).toEqual([])
    expect(home.sandbox.store.contacts()).toHaveLength(60)
  })

  test('approve releases only what is still what it was: of those held, the ones who came back stay', async () => {
    const { home, rows } = await sixtyPeople({ onRemoved: 'delete' })
    home.write('contacts.csv', csv(rows.slice(0, FIRST_HALF)))
    const first = await heldSync(home)
    home.write('contacts.csv', csv(rows.slice(0, FIRST_HALF + 5)))
    await heldSync(home)
    expect(await home.json(0, 'approve', first.cycle)).toMatchObject({ push: { acked: 25 } })
    const phones = home.sandbox.store.contacts().map(({ phone }) => phone)
    expect(phones).toHaveLength(35)
    expect(phones).toContain('15102000035')
  })

  test('an approval does not wave a later removal through', async () => {
    const { home, rows } = await sixtyPeople({ onRemoved: 'delete' })
    home.write('contacts.csv', csv(rows.slice(0, FIRST_HALF)))
    const first = await heldSync(home)
    home.write('contacts.csv', csv(rows))
    await home.json(0, 'sync')
    home.write('contacts.csv', csv(rows.slice(0, FIRST_HALF)))
    const second = await heldSync(home)
    expect(second.cycle).not.toBe(first.cycle)
    expect(await heldNow(home, 3)).toMatchObject([{ cycle: second.cycle, changes: 30 }])
  })

  test('the same again in the next sync waits under that cycle, and can be approved there', async () => {
    const { home, rows } = await sixtyPeople({ onRemoved: 'delete' })
    home.write('contacts.csv', csv(rows.slice(0, FIRST_HALF)))
    await heldSync(home)
    const again = await heldSync(home)
    expect(await heldNow(home, 3)).toMatchObject([{ cycle: again.cycle, changes: 30 }])
    await home.json(0, 'approve', again.cycle)
    expect(home.sandbox.store.contacts()).toHaveLength(30)
  })

  test('plan says the same, and what waits still waits after it', async () => {
    const { home, rows } = await sixtyPeople({ onRemoved: 'delete' })
    home.write('contacts.csv', csv(rows.slice(0, FIRST_HALF)))
    const plan = await home.json<{ changes: Tree[]; counts: Tree }>(3, 'plan')
    expect(plan.changes).toHaveLength(30)
    expect(plan.changes.every((change) => String(change.held).startsWith('removals: 30 of 60'))).toBe(true)
    const report = await heldSync(home)
    expect(report.plan).toEqual(plan.counts)
    await home.json(3, 'plan')
    expect(await heldNow(home, 3)).toMatchObject([{ cycle: report.cycle, changes: 30 }])
  })

  test('what is new and what changed goes ahead while the removals wait', async () => {
    const { home, rows } = await sixtyPeople({ onRemoved: 'delete' })
    const kept = rows.slice(0, FIRST_HALF).map((row, at) => (at === 0 ? { ...row, last: 'Ng' } : row))
    const newcomer = { id: 'N-1', phone: '(212) 345-6789', first: 'Bo', last: 'Ng' }
    home.write('contacts.csv', csv([...kept, newcomer]))
    expect(await home.json(3, 'sync')).toMatchObject({
      status: 'held',
      plan: { create: 1, update: 1, remove: 30, held: 30 },
      push: { acked: 2 },
    })
    expect(home.sandbox.store.contact('12123456789')).toMatchObject({ first: 'Bo' })
    expect(home.sandbox.store.contact('15102000001')).toMatchObject({ last: 'Ng' })
    expect(home.sandbox.store.contacts()).toHaveLength(61)
  })
})

describe('a file without people', () => {
  const empty = [
    {
      what: 'zero bytes',
      text: '',
      code: 1,
      says: 'Source clinic: contacts.csv is empty: there is not even a header. Nobody was removed.',
    },
    {
      what: 'only a header',
      text: 'id,phone,first,last\n',
      code: 1,
      says: 'Source clinic is empty, and held 60 records before. Nobody was removed.',
    },
    {
      what: 'only blank lines',
      text: '\n  \r\n\n',
      code: 1,
      says: 'Source clinic: contacts.csv is empty: there is not even a header. Nobody was removed.',
    },
    {
      what: 'a header and blank rows',
      text: 'id,phone,first,last\n,,,\n\n',
      code: 1,
      says: 'Source clinic is empty, and held 60 records before. Nobody was removed.',
    },
    {
      what: 'people but no header',
      text: '"P-0001","+1 510 200 0001","Ann1","Lee"\n"P-0002","+1 510 200 0002","Ann2","Lee"\n',
      code: 2,
      says: 'Source clinic: contacts.csv:1 has no column "id".',
    },
  ]
  test.each(empty)('$what: nobody is removed, and the message says so', async ({ text, code, says }) => {
    const { home } = await sixtyPeople({ onRemoved: 'delete' })
    const before = home.mirror()
    home.write('contacts.csv', text)
    const requests = await home.requestsOf(async () => {
      const done = await home.run('sync')
      expect(done).toMatchObject({ code, stdout: '' })
      expect(done.stderr).toContain(says)
    })
    expect(writes(requests)).toEqual([])
    expect(home.sandbox.store.contacts()).toHaveLength(60)
    expect(home.mirror()).toEqual(before)
  })

  test('is believed by --allow-empty, but then goes through the guard', async () => {
    const { home } = await sixtyPeople({ onRemoved: 'delete' })
    home.write('contacts.csv', 'id,phone,first,last\n')
    const refused = await home.run('sync')
    expect(refused.stderr).toContain('heysync sync --allow-empty clinic')
    const report = await heldSync(home, '--allow-empty', 'clinic')
    expect(report).toMatchObject({ sources: [{ read: 0, gone: 60 }], plan: { remove: 60, held: 60 } })
    await home.json(0, 'approve', report.cycle)
    expect(home.sandbox.store.contacts()).toEqual([])
    const requests = await home.requestsOf(() => home.json(0, 'sync'))
    expect(writes(requests)).toEqual([])
  })

  test('a filter that drops everybody is held like people who left', async () => {
    const { home } = await sixtyPeople({ onRemoved: 'delete' })
    home.config(clinicConfig(home.sandbox.url, { onRemoved: 'delete', filter: 'record.last == "Nobody"' }))
    const report = await heldSync(home)
    expect(report).toMatchObject({
      sources: [{ read: 60, filtered: 60, gone: 0 }],
      plan: { remove: 60, held: 60 },
    })
  })
})

describe('the other dials', () => {
  test('updates: a changed column of most people waits, and creating does not', async () => {
    const { home, rows } = await sixtyPeople({}, { guard: { updates: { min: 10 } } })
    const married = rows.map((row) => ({ ...row, last: 'Ng' }))
    const newcomer = { id: 'N-1', phone: '(212) 345-6789', first: 'Bo', last: 'Ng' }
    home.write('contacts.csv', csv([...married, newcomer]))
    const report = await home.json<Report>(3, 'sync')
    expect(report).toMatchObject({ plan: { create: 1, update: 60, held: 60 }, push: { acked: 1 } })
    expect(await heldNow(home, 3)).toMatchObject([
      { changes: 60, reason: 'updates: 60 of 60 contacts of clinic (the dial allows 50 %)' },
    ])
    expect(home.sandbox.store.contact('15102000001')).toMatchObject({ last: 'Lee' })
    await home.json(0, 'approve', report.cycle)
    const names = home.sandbox.store.contacts().map(({ last }) => last)
    expect(new Set(names)).toEqual(new Set(['Ng']))
  })

  test('updates: an opt-out in a held change goes ahead alone', async () => {
    const source = { map: { phone: 'phone', last: 'last', optedOut: 'stop' } }
    const { home, rows } = await sixtyPeople(source, { guard: { updates: { min: 10 } } })
    home.write(
      'contacts.csv',
      csv(rows.map((row, at) => ({ ...row, last: 'Ng', stop: at === 7 ? 'yes' : '' }))),
    )
    const report = await home.json<Report>(3, 'sync')
    expect(report).toMatchObject({ plan: { update: 61, held: 60 }, push: { acked: 1 } })
    const out = home.sandbox.store.contacts().filter((one) => one.is_opted_out)
    expect(out).toMatchObject([{ phone: '15102000008', last: 'Lee' }])
    await home.json(0, 'approve', report.cycle)
    expect(home.sandbox.store.contacts().every(({ last }) => last === 'Ng')).toBe(true)
    expect(home.sandbox.store.contact('15102000008')).toMatchObject({ is_opted_out: true })
  })

  test('blanks: a column that turns blank for many waits', async () => {
    const { home, rows } = await sixtyPeople()
    home.write('contacts.csv', csv(rows.map((row, at) => (at < 20 ? { ...row, last: '' } : row))))
    const report = await heldSync(home)
    expect(await heldNow(home, 3)).toMatchObject([
      { changes: 20, reason: 'blanks: 20 of 60 contacts of clinic (the dial allows 10 %)' },
    ])
    await home.json(0, 'approve', report.cycle)
    expect(home.sandbox.store.contacts().filter(({ last }) => last === '')).toHaveLength(20)
  })

  test('optOuts: a mapping that opts many out waits, while heysync itself counts them as opted out at once', async () => {
    const source = { map: { phone: 'phone', last: 'last', optedOut: 'stop' } }
    const { home, rows } = await sixtyPeople(source)
    home.write('contacts.csv', csv(rows.map((row, at) => ({ ...row, stop: at < 30 ? 'yes' : '' }))))
    const report = await heldSync(home)
    expect(await home.json(3, 'status')).toMatchObject({
      contacts: { optedOut: 30 },
      held: [{ changes: 30, reason: 'optOuts: 30 of 60 contacts of clinic (the dial allows 10 %)' }],
    })
    await home.json(0, 'approve', report.cycle)
    const out = home.sandbox.store.contacts().filter((one) => one.is_opted_out)
    expect(out.map(({ phone }) => phone).sort()).toEqual(
      rows.slice(0, 30).map(({ phone }) => phone.replace(/\D/g, '')),
    )
  })

  test('no source opts anybody in again: the column that said so turning blank changes nothing', async () => {
    const source = { map: { phone: 'phone', last: 'last', optedOut: 'stop' } }
    const { home, rows } = await sixtyPeople(source)
    home.write('contacts.csv', csv(rows.map((row, at) => ({ ...row, stop: at < 3 ? 'yes' : '' }))))
    await home.json(0, 'sync')
    home.write('contacts.csv', csv(rows))
    const requests = await home.requestsOf(() => home.json(0, 'sync'))
    expect(writes(requests)).toEqual([])
    expect(home.sandbox.store.contacts().filter((one) => one.is_opted_out)).toHaveLength(3)
  })
})
