// Plans as an operator meets them: saved, looked at, applied, and taken back again.
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PlanFile } from '../../src/sync/plan/plan-file.ts'
import { clinicConfig, csv, type House, house, people, type Tree, writes } from './support.ts'

interface Report {
  readonly cycle: string
  readonly status: string
}

/** A clinic whose people are in Heymarket, and whose file then says something else of two of them. */
async function clinic(count = 5, top: Tree = {}): Promise<{ home: House; rows: Record<string, string>[] }> {
  const home = await house()
  const rows = people(count).map((row) => ({ ...row }))
  home.config(clinicConfig(home.sandbox.url, {}, top))
  home.write('contacts.csv', csv(rows))
  await home.json(0, 'sync')
  const later = rows.map((row, index) => (index < 2 ? { ...row, first: 'Changed' } : row))
  home.write('contacts.csv', csv(later))
  return { home, rows: later }
}

const firstName = (home: House, n: number) =>
  home.sandbox.store.contact(`1510200${String(n).padStart(4, '0')}`)?.first

async function editByHand(home: House, phone: string, first: string): Promise<void> {
  await home.json(0, 'api', 'contacts.create', '--body', JSON.stringify({ phone, first }), '--yes')
}

describe('plan --out and apply', () => {
  test('a plan is named by its content, for its owner only, and does exactly what it shows', async () => {
    const { home, rows } = await clinic()
    const { file } = await home.json<{ file: string }>(0, 'plan', '--out')
    const plan = JSON.parse(readFileSync(file, 'utf8')) as PlanFile
    expect(readdirSync(home.dir)).toContain(`heysync-plan-${plan.id.slice(0, 12)}.json`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(plan).toMatchObject({ counts: { create: 0, update: 2 }, requests: 3, requestsPerMinute: 100_000 })
    home.write('contacts.csv', csv(rows.map((row) => ({ ...row, first: 'Later' }))))
    const applied = await home.run('apply', file)
    expect(applied).toMatchObject({ code: 0 })
    expect(applied.stderr).toContain('Plan: 0 to create, 2 to update')
    expect([1, 2, 3].map((n) => firstName(home, n))).toEqual(['Changed', 'Changed', 'Ann3'])
    const again = await home.requestsOf(async () => {
      expect(await home.json(0, 'apply', file)).toMatchObject({ already: 2, push: { acked: 0 } })
    })
    expect(writes(again)).toEqual([])
  })

  test('what a person edited is refused with what it is now; the rest goes ahead; exit code 3', async () => {
    const { home } = await clinic()
    await home.run('plan', '--out', 'plan.json')
    await editByHand(home, '15102000001', 'Typed')
    const { code, stdout } = await home.run('apply', 'plan.json')
    expect(code).toBe(3)
    expect(stdout).toContain('refused 1')
    expect(stdout).toMatch(/15102000001 {2}clinic\/P-0001 {2}update\n +first +planned "Ann1" +now "Typed"/)
    expect([firstName(home, 1), firstName(home, 2)]).toEqual(['Typed', 'Changed'])
    expect(await home.json(3, 'apply', 'plan.json')).toMatchObject({
      status: 'held',
      already: 1,
      refused: [{ phone: '15102000001', moved: [{ field: 'first', planned: 'Ann1', now: 'Typed' }] }],
    })
  })

  test('held parts stay held until --include-held', async () => {
    const { home } = await clinic(5, { guard: { updates: { ratio: 0.1, min: 1 } } })
    await home.json(3, 'plan', '--out', 'plan.json')
    const first = await home.run('apply', 'plan.json')
    expect(first).toMatchObject({ code: 3, stdout: expect.stringContaining('--include-held') })
    expect(firstName(home, 1)).toBe('Ann1')
    await home.json(0, 'apply', 'plan.json', '--include-held')
    expect(firstName(home, 1)).toBe('Changed')
  })

  test('a file that was edited, or is none, is refused with 2 before any request', async () => {
    const { home } = await clinic()
    await home.run('plan', '--out', 'plan.json')
    const path = join(home.dir, 'plan.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"after":"Changed"', '"after":"Mine"'))
    const requests = await home.requestsOf(async () => {
      const done = await home.run('apply', 'plan.json')
      expect(done).toMatchObject({ code: 2 })
      expect(done.stderr).toContain('ERR_PLAN_INVALID plan.json was edited since it was made')
      expect(done.stderr).toContain('heysync plan --out')
      expect((await home.run('apply', 'nothing.json')).stderr).toContain('ERR_PLAN_INVALID')
    })
    expect(requests).toEqual([])
  })

  test('an old file that others may read is closed to them when a plan takes its place', async () => {
    const { home } = await clinic()
    const path = join(home.dir, 'plan.json')
    writeFileSync(path, '')
    chmodSync(path, 0o644)
    await home.run('plan', '--out', 'plan.json')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

describe('undo', () => {
  test('asks, takes back, and sync, status and why say what is held back', async () => {
    const { home, rows } = await clinic()
    const { cycle } = await home.json<Report>(0, 'sync')
    const unasked = await home.run('undo', cycle)
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect(firstName(home, 1)).toBe('Changed')
    const done = await home.run('undo', cycle, '--yes')
    expect(done).toMatchObject({ code: 0, stderr: expect.stringMatching(/"Changed" +→ +"Ann1"/) })
    expect(firstName(home, 1)).toBe('Ann1')
    expect(await home.json(0, 'sync')).toMatchObject({ plan: { update: 0 } })
    expect(await home.json(0, 'status')).toMatchObject({ undone: 2 })
    expect((await home.run('status')).stdout).toContain('2 contacts with values that were undone')
    expect(await home.json(0, 'why', '15102000001')).toMatchObject({
      verdict: expect.stringContaining('held back'),
      undone: [{ field: 'first', value: 'Changed' }],
    })
    // The source is mended.
    home.write(
      'contacts.csv',
      csv(rows.map((row) => ({ ...row, first: row.id === 'P-0001' ? 'Right' : (row.first ?? '') }))),
    )
    await home.json(0, 'sync')
    expect(firstName(home, 1)).toBe('Right')
    expect(await home.json(0, 'status')).toMatchObject({ undone: 1 })
  })

  test('--phone, --fields and --out narrow it down and save it', async () => {
    const { home } = await clinic()
    const { cycle } = await home.json<Report>(0, 'sync')
    const saved = await home.json<{ file: string }>(
      0,
      'undo',
      cycle,
      '--phone',
      '+1 510 200 0002',
      '--fields',
      'first,email',
      '--out',
      'undo.json',
    )
    expect(saved).toMatchObject({ changes: 1, left: [], refused: [] })
    expect(firstName(home, 2)).toBe('Changed')
    await home.json(0, 'apply', saved.file)
    expect([firstName(home, 1), firstName(home, 2)]).toEqual(['Changed', 'Ann2'])
  })

  test('what somebody changed since is refused: exit code 3', async () => {
    const { home } = await clinic()
    const { cycle } = await home.json<Report>(0, 'sync')
    await editByHand(home, '15102000001', 'Typed')
    expect(await home.json(3, 'undo', cycle, '--yes')).toMatchObject({
      push: { acked: 1 },
      refused: [{ phone: '15102000001', moved: [{ field: 'first', planned: 'Changed', now: 'Typed' }] }],
    })
    expect([firstName(home, 1), firstName(home, 2)]).toEqual(['Typed', 'Ann2'])
  })

  test('of an unknown cycle, or of one that wrote nothing, says so with 2', async () => {
    const { home } = await clinic()
    await home.json(0, 'sync')
    const { cycle } = await home.json<Report>(0, 'sync')
    expect(await home.json(2, 'undo', cycle)).toMatchObject({ error: { code: 'ERR_UNDO_NOTHING' } })
    expect(await home.json(2, 'undo', 'nope')).toMatchObject({ error: { code: 'ERR_CYCLE_UNKNOWN' } })
  })

  test('of a first load leaves the contacts there, unless told to delete them', async () => {
    const { home } = await clinic()
    const [first] = Object.values(home.mirror()?.before_image ?? {}).map(
      (row) => JSON.parse(row) as { cycle_id: string },
    )
    const cycle = first?.cycle_id ?? ''
    expect(await home.json(0, 'undo', cycle)).toMatchObject({ changes: 0, left: { length: 5 } })
    expect(home.sandbox.store.contacts()).toHaveLength(5)
    await home.json(0, 'undo', cycle, '--delete-created', '--yes')
    expect(home.sandbox.store.contacts()).toHaveLength(0)
  })
})

test('a source that cannot be pulled says what to do, in plan and in sync', async () => {
  const home = await house()
  const config = clinicConfig(home.sandbox.url) as { sources: Tree[] }
  const gone = { ...config.sources[0], id: 'branch', options: { path: './branch.csv', idColumn: 'id' } }
  home.config({ ...config, sources: [...config.sources, gone] })
  home.write('contacts.csv', csv(people(3)))
  for (const command of ['plan', 'sync']) {
    const { code, stdout, stderr } = await home.run(command, '--json')
    expect(code, stderr).toBeGreaterThan(0)
    const [failure] = (JSON.parse(stdout) as { failures: { source: string; hint: string }[] }).failures
    expect(failure).toMatchObject({ source: 'branch', hint: expect.stringMatching(/\w{4}/) })
    const told = await home.run(command)
    expect(told.stdout + told.stderr).toContain(failure?.hint)
  }
})

describe('lists', () => {
  const LISTS = [{ title: 'Called A', where: 'contact.first.startsWith("A")' }]
  const onList = (home: House) => [...(home.sandbox.store.lists()[0]?.members ?? [])].sort()
  const phones = (...ns: number[]) => ns.map((n) => `1510200${String(n).padStart(4, '0')}`)

  test('are planned, applied as planned, and taken back', async () => {
    const home = await house()
    const rows = people(5)
    home.config(clinicConfig(home.sandbox.url, {}, { lists: LISTS }))
    home.write('contacts.csv', csv(rows))
    await home.json(0, 'plan', '--out', 'plan.json')
    const applied = await home.json<Report>(0, 'apply', 'plan.json')
    expect(applied).toMatchObject({ plan: { create: 5, listAdd: 5 }, push: { acked: 10 } })
    expect(onList(home)).toEqual(phones(1, 2, 3, 4, 5))
    // A command that pulls nothing keeps what the plan did.
    await home.json(0, 'redrive')
    expect(onList(home)).toHaveLength(5)

    home.write('contacts.csv', csv(rows.map((row, at) => (at < 2 ? { ...row, first: 'Bob' } : row))))
    const { cycle } = await home.json<Report>(0, 'sync')
    expect(onList(home)).toEqual(phones(3, 4, 5))
    const undone = await home.run('undo', cycle, '--yes')
    expect(undone).toMatchObject({ code: 0, stderr: expect.stringContaining('Called A  +2') })
    expect(onList(home)).toEqual(phones(1, 2, 3, 4, 5))
    await home.json(0, 'sync')
    expect(onList(home)).toEqual(phones(1, 2, 3, 4, 5))
    expect(await home.json(0, 'status')).toMatchObject({ undone: 2 })
  })

  test('refuse whom somebody deleted meanwhile, by name of the list; exit code 3', async () => {
    const home = await house()
    const rows = people(3).map((row) => ({ ...row, first: 'Bob' }))
    home.config(clinicConfig(home.sandbox.url, {}, { lists: LISTS }))
    home.write('contacts.csv', csv(rows))
    await home.json(0, 'sync')
    home.write('contacts.csv', csv(people(3)))
    await home.run('plan', '--out', 'plan.json')
    const id = home.sandbox.store.contact('15102000002')?.id
    await home.json(0, 'api', 'contacts.remove', '--param', `id=${id}`, '--yes')
    const { code, stdout } = await home.run('apply', 'plan.json')
    expect(code).toBe(3)
    expect(stdout).toMatch(
      /15102000002 {2}Called A {2}put on the list\n +contact +planned "there" +now "gone"/,
    )
    expect(onList(home)).toEqual(phones(1, 3))
  })
})
