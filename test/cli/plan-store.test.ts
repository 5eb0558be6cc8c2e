// Plan files on disk: whole or not there, for their owner only, and never taken for more than they are.
import { existsSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadPlan, savePlan } from '../../src/cli/plan-store.ts'
import { type Plan, type PlannedChange, sealed } from '../../src/sync/plan/plan-file.ts'
import { rowStore } from '../../src/sync/plan/row-store.ts'
import { nthPhone } from '../support/contact.ts'
import { aDatabase, tempFolder } from '../support/folder.ts'

const rows = () => rowStore(aDatabase())

function create(n: number): PlannedChange {
  return {
    kind: 'create',
    phone: nthPhone(n),
    contactId: null,
    source: 'clinic',
    record: `r${n}`,
    rung: null,
    // What ends a line elsewhere ends none here.
    fields: [{ field: 'first', before: '', after: `Ann\u2028\r${n}` }],
    held: null,
    base: { hash: null, rev: null, optedOut: false },
    pins: [],
  }
}

function aPlan(people: number): Promise<Plan> {
  return sealed({
    format: 'heysync-plan',
    version: 1,
    madeAt: '2026-01-01T00:00:00.000Z',
    account: { id: 1, name: 'Clinic' },
    config: 'c',
    cycle: '01',
    undoes: null,
    counts: { create: people, update: 0, remove: 0, listAdd: 0, listRemove: 0, held: 0, optOut: 0 },
    requests: people,
    requestsAtMost: people,
    requestsPerMinute: 450,
    minutes: 1,
    minutesAtMost: 1,
    lists: [],
    changes: Array.from({ length: people }, (_, n) => create(n + 1)),
    members: [],
  })
}

test('comes back row by row, also where a letter lies across two reads', async () => {
  const folder = tempFolder()
  const plan = await aPlan(2000)
  savePlan(plan, 'plan.json', folder)
  expect(statSync(join(folder, 'plan.json')).mode & 0o777).toBe(0o600)
  const read = await loadPlan('plan.json', folder, rows())
  expect(read.id).toBe(plan.id)
  expect([...read.changes]).toEqual(plan.changes)
  expect([...read.members]).toEqual([])
})

test('cut off after any line, nothing of it is taken', async () => {
  const folder = tempFolder()
  const lines = readFileSync(savePlan(await aPlan(3), 'plan.json', folder), 'utf8').split('\n')
  for (let kept = 0; kept < lines.length - 2; kept += 1) {
    writeFileSync(join(folder, 'half.json'), `${lines.slice(0, kept).join('\n')}\n`)
    await expect(loadPlan('half.json', folder, rows())).rejects.toMatchObject({ code: 'ERR_PLAN_INVALID' })
  }
})

test('a plan that fails while it is written leaves the one before as it was, and nothing beside it', async () => {
  const folder = tempFolder()
  const before = await aPlan(2)
  savePlan(before, 'plan.json', folder)
  function* broken() {
    for (let n = 1; n < 2000; n += 1) yield create(n)
    throw new Error('no space left on device')
  }
  expect(() => savePlan({ ...before, changes: broken() }, 'plan.json', folder)).toThrow(
    expect.objectContaining({ code: 'ERR_USAGE', message: expect.stringContaining('no space left') }),
  )
  expect((await loadPlan('plan.json', folder, rows())).id).toBe(before.id)
  expect(existsSync(join(folder, 'plan.json.part'))).toBe(false)
})

test('a link to a file stays a link', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'there.json'), '')
  symlinkSync(join(folder, 'there.json'), join(folder, 'plan.json'))
  savePlan(await aPlan(1), 'plan.json', folder)
  expect(lstatSync(join(folder, 'plan.json')).isSymbolicLink()).toBe(true)
  expect((await loadPlan('there.json', folder, rows())).counts.create).toBe(1)
})
