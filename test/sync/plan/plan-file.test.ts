// A plan file: named by its content, complete, readable by others, and refused when it is not what was made.
import { describe, expect, test } from 'vitest'
import { inOneGo } from '../../../src/lib/turns.ts'
import type { Plan } from '../../../src/sync/plan/plan-file.ts'
import { readPlanSteps } from '../../../src/sync/plan/read-plan.ts'
import { rowStore } from '../../../src/sync/plan/row-store.ts'
import { nthPhone } from '../../support/contact.ts'
import { dials } from '../../support/engine.ts'
import { aDatabase } from '../../support/folder.ts'
import { asFile, aWorld, person, readText, textOf } from './support.ts'

/** A plan with a create, an update and an opt-out in it. */
async function aPlan() {
  const world = await aWorld(2)
  await world.cycle()
  world.rows.r1 = person(1, 'New', { email: 'new@example.com' })
  world.rows.r3 = person(3)
  return { world, plan: await world.planned() }
}

const readPlan = (text: string): Plan => asFile(readText(text, rowStore(aDatabase())))

describe('a plan file', () => {
  test('shows every change with its fields before and after, what Heymarket held, and what it costs', async () => {
    const { world, plan } = await aPlan()
    expect(plan).toMatchObject({
      format: 'heysync-plan',
      version: 1,
      account: { id: expect.any(Number) },
      counts: { create: 1, update: 1, remove: 0, held: 0, optOut: 0 },
      // Two writes, and a page that reads them back.
      requests: 3,
      requestsAtMost: 3,
      minutes: 1,
      minutesAtMost: 1,
      undoes: null,
    })
    expect(plan.changes).toMatchObject([
      {
        kind: 'update',
        phone: nthPhone(1),
        contactId: world.held(1)?.id,
        source: 'clinic',
        record: 'r1',
        fields: [
          { field: 'first', before: 'P1', after: 'New' },
          { field: 'email', before: 'p1@example.com', after: 'new@example.com' },
        ],
        held: null,
        base: { hash: expect.stringMatching(/^[0-9a-f]{16}$/), rev: 1, optedOut: false },
      },
      { kind: 'create', phone: nthPhone(3), contactId: null, base: { hash: null, rev: null } },
    ])
  })

  test('comes back from its text as it was, also after another program laid it out anew', async () => {
    const { plan } = await aPlan()
    expect(readPlan(textOf(plan))).toEqual(plan)
    expect(readPlan(JSON.stringify(JSON.parse(textOf(plan))))).toEqual(plan)
    // One change per line, for grep.
    expect(
      textOf(plan)
        .split('\n')
        .filter((line) => line.includes(nthPhone(3))),
    ).toHaveLength(1)
  })

  test('is read line by line: nobody needs all of it at once', async () => {
    const { plan } = await aPlan()
    const lines = () => textOf(plan).split('\n')
    const text = () => {
      throw new Error('all of it')
    }
    const read = inOneGo(readPlanSteps({ name: 'p', lines, text }, rowStore(aDatabase())))
    expect(asFile(read)).toEqual(plan)
  })

  test('has another id when anything in it is another', async () => {
    const { world, plan } = await aPlan()
    world.rows.r3 = person(3, 'Other')
    const other = await world.planned()
    expect(other.id).toMatch(/^[0-9a-f]{64}$/)
    expect(other.id).not.toBe(plan.id)
  })

  test.each([
    ['a value', (text: string) => text.replace('new@example.com', 'other@example.com'), 'was edited'],
    ['a change taken out', (text: string) => text.replace(/ {4}\{"kind":"update".*\n/, ''), 'was edited'],
    [
      'a key more',
      (text: string) => text.replace('"undoes"', '"more": 1, "undoes"'),
      'damaged or was edited',
    ],
    ['half of it', (text: string) => text.slice(0, 200), 'not JSON'],
    ['something else', () => '{"a": 1}', 'is not a plan file'],
    ['a newer format', (text: string) => text.replace('"version": 1', '"version": 2'), 'newer heysync'],
  ])('is refused with %s', async (_what, meddle, message) => {
    const { plan } = await aPlan()
    const meddled = meddle(textOf(plan))
    expect(meddled).not.toBe(textOf(plan))
    expect(() => readPlan(meddled)).toThrow(
      expect.objectContaining({ code: 'ERR_PLAN_INVALID', message: expect.stringContaining(message) }),
    )
  })

  test('cannot ask for an opt-in, whatever its id says', async () => {
    const { plan } = await aPlan()
    const text = textOf(plan).replace(
      '"field":"first","before":"P1","after":"New"',
      '"field":"optedOut","before":"true","after":""',
    )
    expect(() => readPlan(text)).toThrow(/look at changes/)
  })

  test('holds what the guard holds, with the reason, and opt-outs come first', async () => {
    const world = await aWorld(4)
    Object.assign(world.engine, { guard: () => dials({ updates: { ratio: 0, min: 0, count: 0 } }) })
    await world.cycle()
    for (let n = 1; n <= 4; n += 1) world.rows[`r${n}`] = person(n, 'New', { email: '' })
    world.engine.mirror.consent.optOut(nthPhone(4), 'hand', 'asked', 0)
    world.engine.mirror.contacts.unsettle(nthPhone(4))
    const plan = await world.planned()
    expect(plan.changes[0]).toMatchObject({ phone: nthPhone(4), fields: [{ field: 'optedOut' }], held: null })
    expect(plan.counts).toMatchObject({ optOut: 1, held: 4 })
    expect(plan.changes.slice(1).every(({ held }) => held?.startsWith('updates: 4 of 4'))).toBe(true)
  })
})
