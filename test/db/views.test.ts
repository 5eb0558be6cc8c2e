// The public views say what docs/sql.md says: the same columns in the same order, and every query of the page runs on a synced database.
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { toIso } from '../../src/lib/clock.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../support/engine.ts'

const page = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8')
const queries = [...page.matchAll(/^([^\n`#]+):\n\n```sql\n([\s\S]*?)^```$/gm)].map(
  ([, question = '', sql = '']) => [question, sql] as const,
)

/** Column names by view, as the page has them. */
function documented(): Record<string, string[]> {
  const sections = page.split(/^### /m).slice(1)
  return Object.fromEntries(
    sections.map((section) => [
      section.split('\n')[0] ?? '',
      [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, column = '']) => column),
    ]),
  )
}

let clinic: TestEngine
/** A connection as docs/sql.md opens one. */
let reader: Database.Database

/** Somebody of each kind: arrived, opted out, claimed twice, rejected, a dead letter, held, edited in Heymarket. */
beforeEach(async () => {
  const guard = dials({ removals: { ratio: 0, min: 1 } })
  const source = aSource({
    onRemoved: 'delete',
    map: { email: 'email', displayName: 'shown', optedOut: 'stop' },
  })
  clinic = await anEngine({ source, guard })
  clinic.rows = {
    'P-1': { phone: nthPhone(1), first: 'Ann', last: 'Lee', email: 'ann@example.com', stop: 'no' },
    'P-2': { phone: nthPhone(2), first: 'Ben', last: 'Lee', email: '', stop: 'yes' },
    'P-3': { phone: nthPhone(1), first: 'Anna', last: 'Lee', email: '', stop: 'no' },
    'P-4': { phone: 'call me', first: 'Cid', last: 'Lee', email: '', stop: 'no' },
    'P-5': { phone: nthPhone(5), first: 'Dee', last: 'Lee', email: '', stop: 'no' },
  }
  await clinic.cycle()
  delete clinic.rows['P-5']
  clinic.rows['P-2'] = { ...clinic.rows['P-2'], first: 'Benny' }
  await clinic.cycle()
  reader = new Database(clinic.db.name, { readonly: true })
  onTestFinished(() => void reader.close())
})

function ask(sql: string): Record<string, unknown>[] {
  return reader.prepare<[], Record<string, unknown>>(sql).all()
}

describe('docs/sql.md', () => {
  test('has every view with its columns in their order', () => {
    const views = ask("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name").map(
      ({ name }) => name,
    )
    const actual = Object.fromEntries(
      views.map((view) => [
        view,
        ask(`SELECT name FROM pragma_table_info('${view}')`).map(({ name }) => name),
      ]),
    )
    expect(documented()).toEqual(actual)
  })

  test('asks five questions, and each has an answer', () => {
    expect(queries).toHaveLength(5)
    // Opt-outs are asked for as of today, and the tests live in 2030.
    for (const [question, sql] of queries) expect(ask(sql).length, question).toBeGreaterThan(0)
  })

  test('answers them right', () => {
    const [missing = [], stopped = [], done = [], collisions = [], perSource = []] = queries.map(([, sql]) =>
      ask(sql),
    )
    expect(missing).toMatchObject([{ source: 'clinic', record: 'P-4', reason: 'PHONE_NOT_A_NUMBER' }])
    expect(stopped).toMatchObject([{ phone: nthPhone(2), origin: 'source', evidence: 'clinic record P-2' }])
    expect(done).toMatchObject([{ kind: 'update', state: 'acked', phone: nthPhone(2), first: 'Benny' }])
    expect(collisions).toMatchObject([{ phone: nthPhone(1), claims: 2, record: 'P-1' }])
    expect(perSource).toEqual([{ source: 'clinic', contacts: 2, in_heymarket: 2, opted_out: 1 }])
  })
})

test('v1_contacts tells of both sides', () => {
  const [ann, ben, dee] = ask('SELECT * FROM v1_contacts ORDER BY phone')
  const id = clinic.sandbox.store.contact(nthPhone(1))?.id
  expect(ann).toMatchObject({
    state: 'wanted',
    first: 'Ann',
    email: 'ann@example.com',
    assignee: null,
    held: 0,
  })
  expect(ann).toMatchObject({
    in_heymarket: 1,
    heymarket_id: id,
    origin: 'created',
    operation: null,
    claims: 2,
  })
  expect(ben).toMatchObject({ opted_out: 1 })
  expect(dee).toMatchObject({ state: 'left', held: 1, opted_out: 0, in_heymarket: 1 })
})

test('v1_cycles has the counts of the report, and instants to the millisecond', async () => {
  clinic.clock.advance(7)
  const { report } = await clinic.cycle()
  const [last, , first] = ask('SELECT * FROM v1_cycles ORDER BY cycle DESC')
  const row = clinic.engine.cycles.find(report.cycle)
  expect(last).toMatchObject({ cycle: report.cycle, status: 'held', removals: 1, held: 1, acked: 0 })
  expect(last?.started_at).toBe(toIso(row?.started_at ?? 0))
  expect(last?.finished_at).toBe(toIso(row?.finished_at ?? 0))
  expect(first).toMatchObject({
    records_read: 5,
    accepted: 4,
    rejected: 1,
    creates: 3,
    acked: 3,
    error: null,
  })
})

test('v1_operations has what was acked, and what was refused with its reason', async () => {
  expect(ask("SELECT kind, state, cycle FROM v1_operations WHERE phone = '15105550001'")).toEqual([
    { kind: 'create', state: 'acked', cycle: 'c0001' },
  ])
  clinic.sandbox.configure({ faults: { error500Before: 1, writesOnly: 1 } })
  clinic.rows['P-1'] = { ...clinic.rows['P-1'], first: 'Annabel' }
  await clinic.cycle()
  const [waiting] = ask("SELECT * FROM v1_operations WHERE state <> 'acked'")
  expect(waiting).toMatchObject({ phone: nthPhone(1), kind: 'update', lane: 'backfill', source: 'clinic' })
  expect(waiting).toMatchObject({ error_code: 'ERR_HEYMARKET_SERVER', cycle: 'c0003' })
  expect(JSON.parse(String(waiting?.fields))).toMatchObject([
    { field: 'first', before: 'Ann', after: 'Annabel' },
  ])
  // It waits, so it is no drift.
  expect(ask('SELECT * FROM v1_drift')).toEqual([])
  expect(waiting?.next_try_at).toMatch(/^2030-01-15T12:\d\d:\d\d\.\d{3}Z$/)
})

test('v1_drift has what somebody edited in Heymarket, until a cycle writes it', async () => {
  expect(ask('SELECT * FROM v1_drift')).toEqual([])
  clinic.sandbox.configure({ faults: { error500Before: 0, writesOnly: 0 } })
  await clinic.cycle()
  clinic.sandbox.store.edit(nthPhone(1), { last: 'Ray' })
  clinic.clock.advance(1000)
  await clinic.cycle('incremental', { planOnly: true })
  expect(ask('SELECT phone, source, field, expected, found, outcome FROM v1_drift')).toEqual([
    {
      phone: nthPhone(1),
      source: 'clinic',
      field: 'last',
      expected: 'Lee',
      found: 'Ray',
      outcome: 'restored',
    },
  ])
  await clinic.cycle('incremental')
  expect(ask('SELECT * FROM v1_drift')).toEqual([])
})

test('v1_consent has the step that counts', () => {
  const { consent } = clinic.engine.mirror
  consent.allow(nthPhone(2), 'signed a form', clinic.clock.now())
  expect(ask('SELECT state, origin, evidence, since FROM v1_consent')).toEqual([
    { state: 'allowed', origin: 'hand', evidence: 'signed a form', since: toIso(clinic.clock.now()) },
  ])
})
