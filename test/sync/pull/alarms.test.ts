// Alarms, pull by pull: what makes a source look wrong as a whole, at the edges, and what ends it.
import type { SourceRecord } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import { nthPhone } from '../../support/contact.ts'
import { aSource } from '../../support/engine.ts'
import { all, changes, rec, world } from './world.ts'

const SOURCE = aSource({ map: { email: 'mail', custom: { Plan: 'plan' } } })

type World = ReturnType<typeof world>

/** Records 1 … n of a source, each as `make` says. */
function some(
  n: number,
  make: (n: number) => Record<string, unknown> = () => ({}),
  from = 1,
): SourceRecord[] {
  return Array.from({ length: n }, (_, index) => {
    const id = from + index
    return rec(String(id), { mail: `p${id}@example.com`, plan: 'Gold', ...make(id) })
  })
}

const standing = ({ mirror }: World) =>
  mirror.alarms.all().map(({ code, field }) => `${code} ${field}`.trim())

async function started(n: number): Promise<World> {
  const made = world({ source: SOURCE })
  await made.pull(all(...some(n)))
  expect(standing(made)).toEqual([])
  return made
}

describe('everything changed', () => {
  const renamed = (n: number) => (limit: number) => some(n, (id) => (id <= limit ? { first: `N${id}` } : {}))

  test.each([
    [1_000, 900, []],
    [1_000, 901, ['EVERYTHING_CHANGED']],
    [99, 99, []],
    [100, 100, ['EVERYTHING_CHANGED']],
  ])('of %i records %i changed: %j', async (n, changed, expected) => {
    const made = await started(n)
    await made.pull(all(...renamed(n)(changed)))
    expect(standing(made)).toEqual(expected)
  })

  test('is raised by a pull of changes too, and counts a record once', async () => {
    const made = await started(110)
    await made.pull(changes(...renamed(110)(60), ...some(60, () => ({ first: 'Again' }))), {
      mode: 'incremental',
    })
    expect(standing(made)).toEqual([])
    await made.pull(changes(...some(110, (id) => ({ first: `X${id}` }))), { mode: 'incremental' })
    expect(standing(made)).toEqual(['EVERYTHING_CHANGED'])
  })

  test('does not count new records', async () => {
    const made = await started(100)
    await made.pull(all(...some(100, (id) => ({ first: `N${id}` })), ...some(400, () => ({}), 101)))
    expect(standing(made)).toEqual(['EVERYTHING_CHANGED'])
    const calm = await started(10)
    await calm.pull(all(...some(10), ...some(400, () => ({}), 11)))
    expect(standing(calm)).toEqual([])
  })

  test('names the fields that changed most, where they come from, and an example', async () => {
    const made = await started(100)
    await made.pull(
      all(...some(100, (id) => ({ plan: 'gold', mail: `q${id}@example.com`, last: id < 9 ? 'L' : '' }))),
    )
    const [alarm] = made.mirror.alarms.all()
    expect(alarm?.message).toContain('100 of 100 records of clinic changed at once')
    expect(alarm?.message).toContain(
      'email (from mail) in 100 (record 1: "p1@example.com" → "q1@example.com")',
    )
    expect(alarm?.message).toContain('custom.Plan (from plan) in 100 (record 1: "Gold" → "gold")')
    expect(alarm?.message).toContain('last in 8 (record 1: blank → "L")')
    expect(alarm?.cycle_id).toBe('c2')
  })

  test('is raised where every number became unreadable, and no number is written out', async () => {
    const made = await started(100)
    await made.pull(all(...some(100, () => ({ phone: '1.51056E+10' }))))
    const [alarm] = made.mirror.alarms.all()
    expect(alarm?.message).toContain('phone in 100 (record 1: "15•••••••01" → "1.•••••••10")')
    await made.pull(all(...some(100)))
    expect(standing(made)).toEqual([])
  })

  test('is raised where the filter leaves out everybody, though nobody touched it', async () => {
    const made = world({ source: aSource({ filter: 'record.status == "active"' }) })
    await made.pull(all(...some(100, () => ({ status: 'active' }))))
    await made.pull(all(...some(100, () => ({ status: 'ACTIVE' }))))
    expect(standing(made)).toEqual(['EVERYTHING_CHANGED'])
  })

  test('is not raised by a changed mapping', async () => {
    const made = await started(100)
    made.remap(aSource({ map: { first: 'mail' } }))
    await made.pull(all(...some(100)))
    expect(standing(made)).toEqual([])
  })

  test('stands through calm pulls, and ends when the records are as they were', async () => {
    const made = await started(100)
    const changed = some(100, (id) => ({ first: `N${id}` }))
    await made.pull(all(...changed))
    await made.pull(all(...changed))
    expect(standing(made)).toEqual(['EVERYTHING_CHANGED'])
    await made.pull(all(...some(100)))
    expect(standing(made)).toEqual([])
  })
})

describe('a source that sees less', () => {
  test.each([
    [200, 140, []],
    [200, 139, ['SEES_LESS']],
    [160, 111, []],
    [160, 110, ['SEES_LESS']],
  ])('of %i records shows %i: %j', async (n, shown, expected) => {
    const made = await started(n)
    await made.pull(all(...some(shown)))
    expect(standing(made)).toEqual(expected)
  })

  test.each(['archived', 'deleted', 'outOfScope'] as const)('does not count who is %s', async (away) => {
    const made = await started(200)
    const bin = some(150, () => ({}), 1_001).map((one) => ({ ...one, [away]: true }))
    await made.pull(all(...some(130), ...bin))
    expect(standing(made)).toEqual(['SEES_LESS'])
  })

  test('counts what is there, not who: other people in the same number are no loss', async () => {
    const made = await started(200)
    await made.pull(all(...some(200, () => ({}), 201)))
    expect(standing(made)).toEqual([])
  })

  test('is not told from a pull of changes', async () => {
    const made = await started(200)
    await made.pull(changes(...some(1, () => ({ first: 'New' }))), { mode: 'incremental' })
    expect(standing(made)).toEqual([])
  })

  test('stands, with the number it showed before, until enough are back', async () => {
    const made = await started(200)
    await made.pull(all(...some(100)))
    await made.pull(changes(), { mode: 'incremental' })
    await made.pull(all(...some(101)))
    expect(made.mirror.alarms.all()).toMatchObject([
      {
        code: 'SEES_LESS',
        cycle_id: 'c2',
        message: expect.stringContaining('shows 101 records, and showed 200 before'),
      },
    ])
    await made.pull(all(...some(150)))
    expect(standing(made)).toEqual([])
  })

  test('is as it should be once a person says so', async () => {
    const made = await started(200)
    await made.pull(all(...some(100)))
    expect(made.mirror.alarms.accept('c1')).toBe(0)
    expect(made.mirror.alarms.accept('c2')).toBe(1)
    await made.pull(all(...some(100)))
    expect(standing(made)).toEqual([])
  })

  test('is not told where the operator allowed it to be empty', async () => {
    const made = await started(200)
    await made.pull(all(), { allowEmpty: true })
    expect(standing(made)).toEqual([])
  })
})

describe('a field that vanished', () => {
  const without = (n: number, lost: number) => some(n, (id) => (id <= lost ? { mail: '' } : {}))

  test.each([
    [49, 49, []],
    [50, 50, ['FIELD_VANISHED email']],
    [60, 59, []],
  ])('of %i records %i lost it: %j', async (n, lost, expected) => {
    const made = await started(n)
    await made.pull(all(...without(n, lost)))
    expect(standing(made)).toEqual(expected)
  })

  test('is one alarm, not also that everything changed', async () => {
    const made = await started(120)
    await made.pull(all(...some(120, () => ({ plan: undefined }))))
    expect(standing(made)).toEqual(['FIELD_VANISHED custom.Plan'])
    expect(made.mirror.alarms.all()[0]?.message).toContain(
      '(from plan) any more; 120 had one (record 1: "Gold")',
    )
  })

  test('ends when one record has a value again', async () => {
    const made = await started(60)
    await made.pull(all(...without(60, 60)))
    await made.pull(all(...without(60, 60)))
    expect(standing(made)).toEqual(['FIELD_VANISHED email'])
    await made.pull(all(...without(60, 59)))
    expect(standing(made)).toEqual([])
  })
})

test('an alarm holds nothing back by itself: who is missing is marked as gone', async () => {
  const made = await started(200)
  expect(await made.pull(all(...some(100)))).toMatchObject({ gone: 100 })
  expect(made.mirror.records.claimants(nthPhone(150))).toEqual([])
})
