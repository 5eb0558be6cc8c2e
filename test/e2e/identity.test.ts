// Who is who, and what looks wrong about a source, as an operator sees it: alarms, shared numbers, a number that changes.
import { describe, expect, test } from 'vitest'
import { clinicConfig, csv, type House, house, type Person, people, type Tree } from './support.ts'

interface Alarm {
  readonly code: string
  readonly source: string
  readonly message: string
  readonly cycle: string
}

interface Report {
  readonly cycle: string
  readonly alarms: readonly Alarm[]
}

/** A clinic whose people are in Heymarket. */
async function clinic(rows: readonly Person[], source: Tree = {}): Promise<House> {
  const home = await house()
  home.config(clinicConfig(home.sandbox.url, source))
  home.write('contacts.csv', csv(rows))
  await home.json(0, 'sync')
  return home
}

const alarmsNow = async (home: House, code: number) =>
  (await home.json<{ alarms: Alarm[] }>(code, 'status')).alarms.map((alarm) => alarm.code)

describe('an alarm', () => {
  test('says that a source sees less, by plan, sync and status, until the cycle is approved', async () => {
    const rows = people(120)
    const home = await clinic(rows)
    home.write('contacts.csv', csv(rows.slice(0, 60)))
    expect((await home.json<Report>(3, 'plan')).alarms).toMatchObject([
      { code: 'SEES_LESS', source: 'clinic' },
    ])
    expect(await alarmsNow(home, 0)).toEqual([])
    const { cycle, alarms } = await home.json<Report>(3, 'sync')
    expect(alarms).toEqual([
      {
        code: 'SEES_LESS',
        source: 'clinic',
        cycle,
        message: expect.stringContaining('shows 60 records, and showed 120'),
      },
    ])
    expect(home.sandbox.store.contacts()).toHaveLength(120)
    const status = await home.run('status')
    expect([status.code, status.stdout]).toEqual([3, expect.stringContaining('clinic shows 60 records')])
    expect(status.stdout).toContain(`heysync approve ${cycle}`)
    const approved = await home.run('approve', cycle)
    expect([approved.code, approved.stderr]).toEqual([0, expect.stringContaining('1 alarm closed')])
    expect(await alarmsNow(home, 0)).toEqual([])
    await home.json(0, 'sync')
    expect(await alarmsNow(home, 0)).toEqual([])
  })

  test('says that everything changed where nothing is held, and ends when the file is right again', async () => {
    const rows = people(120)
    const home = await clinic(rows)
    home.write('contacts.csv', csv(rows.map((row) => ({ ...row, phone: '1.5102E+10' }))))
    const synced = await home.run('sync')
    expect(synced.stdout).toContain(
      '120 of 120 records of clinic changed at once: phone in 120 (record P-0001',
    )
    expect(synced.stdout).not.toContain('15102000001')
    expect(await alarmsNow(home, 4)).toEqual(['EVERYTHING_CHANGED'])
    home.write('contacts.csv', csv(rows))
    await home.json(0, 'sync')
    expect(await alarmsNow(home, 0)).toEqual([])
  })
})

test('held changes are shown with names and fields', async () => {
  const rows = people(120)
  const home = await clinic(rows)
  home.write('contacts.csv', csv(rows.map((row) => ({ ...row, last: 'LEE' }))))
  const plan = await home.run('plan')
  expect(plan.stdout).toContain('15102000001  Ann1 Lee  clinic/P-0001')
  await home.json(3, 'sync')
  const { held } = await home.json<{ held: { examples: string[] }[] }>(3, 'status')
  expect(held[0]?.examples[0]).toBe('update 15102000001 Ann1 LEE: last "Lee" → "LEE"')
})

test('a shared number: who wins and why', async () => {
  const [ann, ben] = people(2)
  if (!ann || !ben) throw new Error('nobody')
  const home = await clinic([ann, { ...ben, phone: ann.phone }])
  const shared = { source: 'clinic', place: null, updatedAt: null }
  const [collision] = await home.json<unknown[]>(0, 'collisions')
  expect(collision).toEqual({
    phone: '15102000001',
    winner: { ...shared, record: 'P-0001', name: 'Ann1 Lee', place: expect.any(String) },
    losers: [{ ...shared, record: 'P-0002', name: 'Ann2 Lee', place: expect.any(String), decidedBy: 'id' }],
    namesDiffer: true,
  })
  const shown = await home.run('collisions')
  expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('15102000001  different names')])
  const loser = await home.json<{ verdict: string }>(0, 'why', 'P-0002')
  expect(loser.verdict).toContain('Shares its number with record P-0001 of clinic, which wins')
  const status = await home.run('status')
  expect(status.stdout).toMatch(/shared numbers\s+1\s+heysync collisions/)
})

test('onPhoneChange: update keeps the contact', async () => {
  const [ann] = people(1)
  if (!ann) throw new Error('nobody')
  const home = await clinic([ann], { onPhoneChange: 'update' })
  const id = home.sandbox.store.contact('15102000001')?.id
  home.write('contacts.csv', csv([{ ...ann, phone: '+1 510 200 7777' }]))
  const plan = await home.run('plan')
  expect(plan.stdout).toMatch(/phone\s+"15102000001"\s+→\s+"15102007777"/)
  expect(await home.json(0, 'sync')).toMatchObject({ plan: { create: 0, update: 1, remove: 0 } })
  expect(home.sandbox.store.contact('15102007777')?.id).toBe(id)
  expect(home.sandbox.store.contacts()).toHaveLength(1)
})
