// Every route of the admin API through HTTP: its shape is the contract's, its content is what the cycles left.
import { describe, expect, onTestFinished, test } from 'vitest'
import type { z } from 'zod'
import { acquireLock } from '../../../src/db/lock.ts'
import type { BareE164 } from '../../../src/lib/phone.ts'
import * as contract from '../../../src/service/api/contract.ts'
import { routes } from '../../../src/service/front/routes.ts'
import { anEngine, aSource, dials } from '../../support/engine.ts'
import { type Answer, aFront, LISTS, peopled } from './world.ts'

const ANN = '14155552671'

/** The answer, which must be exactly what the contract says. */
function as<T extends z.ZodObject>(shape: T, answer: Answer, status = 200): z.infer<T> {
  expect([answer.status, answer.body?.error]).toEqual([status, undefined])
  return shape.strict().parse(answer.body) as z.infer<T>
}

describe('status', () => {
  test('tells sources, counts and what is rejected', async () => {
    const { get } = await aFront()
    const status = as(contract.status, await get('/api/status'))
    expect(status).toMatchObject({
      version: '1.2.3',
      state: 'ok',
      problems: [],
      underWay: null,
      rejections: 3,
      contacts: { wanted: 3, inHeymarket: 3, optedOut: 0, collisions: 0 },
      outbox: { waiting: 0, deadLetters: 0 },
      sources: [
        {
          id: 'clinic',
          state: 'ok',
          schedule: '*/5 * * * *',
          nextAt: null,
          records: { accepted: 3, rejected: 3 },
          last: { cycle: 'c0001', mode: 'full', read: 6, accepted: 3, rejected: 3 },
          problem: null,
        },
      ],
    })
    const { parts, partSeconds } = status.throughput
    expect([parts.length, partSeconds]).toEqual([144, 600])
    expect(parts.reduce((sum, { written }) => sum + written, 0)).toBe(3)
    expect(parts.at(-1)).toMatchObject({ written: 3, requests: 0 })
  })

  test('follows what the daemon tells', async () => {
    const { get, front, engine } = await aFront()
    const at = engine.clock.now() + 60_000
    const revoked = { code: 'ERR_HEYMARKET_UNAUTHORIZED', message: 'Refused.', hint: 'Mend it.', since: null }
    front.state({
      startedAt: 0,
      next: { clinic: { incremental: at, full: null } },
      paused: ['clinic'],
      problems: [revoked],
      waiting: ['01K0000000000000000000000A'],
    })
    const status = as(contract.status, await get('/api/status'))
    expect(status).toMatchObject({ state: 'attention', problems: [revoked] })
    expect(status.sources[0]).toMatchObject({ state: 'paused', nextAt: new Date(at).toISOString() })
    const { cycles } = as(contract.cycles, await get('/api/cycles'))
    expect(cycles[0]).toMatchObject({ id: '01K0000000000000000000000A', status: 'waiting' })
    expect(as(contract.cycle, await get('/api/cycles/01K0000000000000000000000A')).status).toBe('waiting')
  })

  test('sees what another connection wrote since', async () => {
    const { get, engine } = await aFront()
    expect((await get('/api/status')).body.contacts.wanted).toBe(3)
    engine.rows['P-9'] = { phone: '+1 415 555 2679', first: 'Zoe', last: 'Lee' }
    await engine.cycle('full')
    expect((await get('/api/status')).body.contacts.wanted).toBe(4)
  })

  test('says why the last cycle failed, and of which source', async () => {
    const { get, engine } = await aFront()
    engine.source.pages = () => {
      throw new Error('no way in')
    }
    await engine.cycle('full').catch(() => {})
    const status = as(contract.status, await get('/api/status'))
    expect(status.state).toBe('attention')
    expect(status.problems).toMatchObject([{ code: expect.stringMatching(/^ERR_/) }])
  })
})

describe('cycles', () => {
  test('come newest first and page by page, each with its counts', async () => {
    const { get, engine } = await aFront()
    await engine.cycle('incremental')
    const first = as(contract.cycles, await get('/api/cycles?limit=1'))
    expect(first.cycles.map(({ id }) => id)).toEqual(['c0002'])
    const second = as(contract.cycles, await get(`/api/cycles?limit=1&before=${first.before}`))
    expect(second).toMatchObject({ before: null, cycles: [{ id: 'c0001', read: 6, plan: { create: 3 } }] })
    const one = as(contract.cycle, await get('/api/cycles/c0001'))
    expect(one).toMatchObject({ status: 'ok', perSource: [{ id: 'clinic', accepted: 3 }], held: [] })
  })

  test('that begin right after one that was interrupted are running', async () => {
    const { engine, get } = await aFront()
    const { cycles } = engine.engine
    const at = engine.clock.now()
    const fixed = {
      mode: 'full',
      trigger: 'cli sync',
      reason: 'hand',
      sources: ['clinic'],
      continues: [],
    } as const
    const newest = async () => (await get('/api/cycles?limit=1')).body.cycles[0]
    cycles.begin({ ...fixed, id: 'x1', beside: null, at })
    expect(await newest()).toMatchObject({ id: 'x1', status: 'interrupted' })
    const lock = await acquireLock(engine.db.name, { holder: 'heysync sync', waitMs: 0, clock: engine.clock })
    onTestFinished(() => lock.release())
    cycles.begin({ ...fixed, id: 'x2', beside: null, at })
    expect(await newest()).toMatchObject({ id: 'x2', status: 'running' })
  })

  test('show each change with its fields and the lists, page by page', async () => {
    const { get } = await aFront()
    const { changes } = as(contract.changes, await get('/api/cycles/c0001/changes'))
    expect(changes.map(({ phone, kind, detail, state }) => [phone, kind, detail, state])).toEqual([
      [ANN, 'create', null, 'written'],
      ['14155552672', 'create', null, 'written'],
      ['14155552673', 'create', null, 'written'],
      [ANN, 'listAdd', 'Lees', 'written'],
    ])
    expect(changes[0]).toMatchObject({
      name: 'Ann Lee',
      fields: expect.arrayContaining([{ field: 'first', before: '', after: 'Ann' }]),
    })
    const seen: string[] = []
    for (let after: string | null = ''; after !== null; ) {
      const page: z.infer<typeof contract.changes> = as(
        contract.changes,
        await get(`/api/cycles/c0001/changes?limit=1&after=${after}`),
      )
      seen.push(...page.changes.map(({ phone, kind }) => `${phone} ${kind}`))
      after = page.after
    }
    expect(seen).toEqual(changes.map(({ phone, kind }) => `${phone} ${kind}`))
  })

  test('show what the guard holds, and what is dead', async () => {
    const engine = await anEngine({
      source: aSource(),
      guard: dials({ removals: { ratio: 0, min: 1 } }),
      lists: LISTS,
    })
    engine.rows = {
      1: { phone: ANN, first: 'Ann', last: 'Lee' },
      2: { phone: '14155552672', first: 'Bob', last: 'Lee' },
    }
    await engine.cycle('full')
    engine.rows = { 2: { phone: '14155552672', first: 'Bobby', last: 'Lee' } }
    await engine.cycle('full')
    const { get } = await aFront({ engine })
    const held = as(contract.changes, await get('/api/cycles/c0002/changes?state=held'))
    expect(held.changes).toMatchObject([
      { phone: ANN, kind: 'remove', detail: 'removeFromLists', state: 'held' },
    ])
    const written = as(contract.changes, await get('/api/cycles/c0002/changes?state=written'))
    expect(written.changes).toMatchObject([
      { phone: '14155552672', kind: 'update', fields: [{ field: 'first', before: 'Bob', after: 'Bobby' }] },
    ])
    const status = as(contract.status, await get('/api/status'))
    expect(status).toMatchObject({
      state: 'attention',
      held: [{ cycle: 'c0002', about: 'clinic', changes: 1 }],
    })
    expect(as(contract.cycle, await get('/api/cycles/c0002')).held).toHaveLength(1)
    // Who is concerned is told where somebody asks for it, and nowhere else.
    for (const path of ['/api/status', '/api/cycles', '/api/cycles/c0002', '/metrics', '/healthz']) {
      const { text } = await get(path)
      expect(text, path).not.toMatch(/\d{11}|Ann/)
    }
  })

  test('that nobody knows are not found', async () => {
    const { get } = await aFront()
    for (const path of ['/api/cycles/none', '/api/cycles/none/changes'])
      expect(await get(path)).toMatchObject({ status: 404, body: { error: { code: 'ERR_CYCLE_UNKNOWN' } } })
  })
})

describe('people', () => {
  test.each([
    ['a bare number', '14155552671', [ANN]],
    ['a number as people write it', '(415) 555-2671', [ANN]],
    ['a number with its country', '+1 415.555.2671', [ANN]],
    ['the id of a record', 'P-1', [ANN]],
    ['the beginning of a first name', 'anna', ['14155552673']],
    ['the beginning of several', 'ANN', [ANN, '14155552673']],
    ['a last name', 'stone', ['14155552672']],
    ['both names', 'ann lee', [ANN]],
    ['both names the other way round', 'Lee Ann', [ANN]],
    ['everybody', '', [ANN, '14155552672', '14155552673']],
    ['nobody', 'xyzzy', []],
    ['signs that mean something to SQL', "%' OR 1=1 --", []],
  ])('are found by %s', async (_, q, phones) => {
    const { get } = await aFront()
    const { people } = as(contract.people, await get(`/api/contacts?q=${encodeURIComponent(q)}`))
    expect(people.map(({ phone }) => phone)).toEqual(phones)
  })

  test('come page by page', async () => {
    const { get } = await aFront()
    const first = as(contract.people, await get('/api/contacts?limit=2'))
    const rest = as(contract.people, await get(`/api/contacts?limit=2&after=${first.after}`))
    expect([...first.people, ...rest.people].map(({ name }) => name)).toEqual([
      'Ann Lee',
      'Bob Stone',
      'Annabel Cole',
    ])
    expect(rest.after).toBeNull()
    const [ann] = first.people
    expect(ann).toEqual({
      phone: ANN,
      name: 'Ann Lee',
      source: 'clinic',
      record: 'P-1',
      state: 'wanted',
      inHeymarket: true,
      optedOut: false,
    })
  })

  test.each(['ann', 'lee', 'ann lee', 'P-1'])('come one by one, each once, for %j', async (q) => {
    const engine = await anEngine()
    const named = (n: number, first: string, last: string) => ({ phone: `+1 415 555 267${n}`, first, last })
    engine.rows = {
      1: named(1, 'Lee', 'Ann'),
      2: named(2, 'Ann', 'Lee'),
      3: named(3, 'Anna', 'Lee'),
      4: named(4, 'Ann', 'Annson'),
      5: named(5, 'Bob', 'Leeson'),
      'P-1': named(6, 'P-1', 'P-12'),
    }
    await engine.cycle('full')
    const { get } = await aFront({ engine })
    const path = `/api/contacts?q=${encodeURIComponent(q)}`
    const whole = as(contract.people, await get(path)).people.map(({ phone }) => phone)
    const seen: string[] = []
    for (let after: string | null = ''; after !== null; ) {
      const page: z.infer<typeof contract.people> = as(
        contract.people,
        await get(`${path}&limit=1&after=${after}`),
      )
      seen.push(...page.people.map(({ phone }) => phone))
      after = page.after
    }
    expect(new Set(whole).size).toBe({ ann: 4, lee: 4, 'ann lee': 3, 'P-1': 1 }[q])
    expect(whole).toHaveLength(new Set(whole).size)
    expect(new Set(seen)).toEqual(new Set(whole))
  })

  test('that only Heymarket knows are found by their number', async () => {
    const engine = await peopled()
    await engine.client.contacts.create({ phone: '14155559999' as BareE164, display_name: 'Walk In' })
    await engine.cycle('full')
    const { get } = await aFront({ engine })
    const { people } = as(contract.people, await get('/api/contacts?q=4155559999'))
    expect(people).toMatchObject([
      { phone: '14155559999', source: null, state: 'heymarket', inHeymarket: true },
    ])
  })

  test('tell their whole story', async () => {
    const { get } = await aFront()
    const answer = await get(`/api/contacts/${encodeURIComponent('+1 (415) 555-2671')}`)
    expect(contract.person.parse(answer.body)).toMatchObject({
      phone: ANN,
      records: [{ record: 'P-1', wins: true }],
      lists: ['Lees'],
      consent: { optedOut: false },
    })
    expect((await get('/api/contacts/P-4')).body.verdict).toMatch(/^Rejected/)
  })
})

describe('rejections', () => {
  test('come grouped and page by page, and by reason', async () => {
    const { get } = await aFront()
    const first = as(contract.rejections, await get('/api/rejections?limit=2'))
    expect(first.groups.map(({ code, count }) => [code, count])).toEqual([
      ['PHONE_MISSING', 2],
      ['PHONE_TOO_SHORT', 1],
    ])
    const rest = as(contract.rejections, await get(`/api/rejections?limit=2&after=${first.after}`))
    expect([...first.rejections, ...rest.rejections].map(({ record }) => record)).toEqual([
      'P-4',
      'P-5',
      'P-6',
    ])
    const missing = as(contract.rejections, await get('/api/rejections?code=PHONE_MISSING&source=clinic'))
    expect(missing.rejections.map(({ record }) => record)).toEqual(['P-5', 'P-6'])
    expect(as(contract.rejections, await get('/api/rejections?source=other'))).toEqual({
      groups: [],
      rejections: [],
      after: null,
    })
  })

  test('come as a file in which no cell is a formula', async () => {
    const engine = await anEngine()
    engine.rows = { '=1+1': { phone: '@SUM(A1)' }, b: { phone: 'say "hi", you' } }
    await engine.cycle('full')
    const { get } = await aFront({ engine })
    const file = await get('/api/rejections', { accept: 'text/csv' })
    expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(file.headers.get('content-disposition')).toContain('heysync-rejections.csv')
    const [header, first, second] = file.text.split('\r\n')
    expect(header?.trim()).toBe('source,record,place,code,field,value,message,at')
    expect(first).toContain(`"'=1+1"`)
    expect(first).toContain(`"'@SUM(A1)"`)
    expect(second).toContain('"say ""hi"", you"')
  })
})

describe('failures', () => {
  test('come by cause, with a name for it that stays, and as a file', async () => {
    const engine = await anEngine({ source: aSource({ map: { tags: 'tags' } }) })
    await engine.cycle('full')
    // A tag that is gone since its id was asked for.
    const headers = { authorization: 'Bearer sandbox-key' }
    await fetch(`${engine.sandbox.url}/v1/tag/11`, { method: 'DELETE', headers })
    engine.rows = {
      1: { phone: ANN, first: 'Ann', last: 'Lee', tags: 'VIP' },
      2: { phone: '14155552672', first: 'Bob', last: 'Lee', tags: 'VIP' },
    }
    await engine.cycle('full')
    const { get } = await aFront({ engine })
    const { causes } = as(contract.failures, await get('/api/failures?limit=1'))
    expect(causes).toMatchObject([
      {
        state: 'dead',
        code: 'ERR_HEYMARKET_REJECTED',
        count: 2,
        failures: [{ phone: ANN, name: 'Ann Lee' }],
      },
    ])
    expect(causes[0]?.failures).toHaveLength(1)
    expect((await get('/api/failures')).body.causes[0].id).toBe(causes[0]?.id)
    const file = await get('/api/failures', { accept: 'text/csv' })
    expect(file.text.trim().split('\r\n')).toHaveLength(3)
  })
})

test('lists tell their rule and how many are on them, and who', async () => {
  const { get } = await aFront()
  expect(as(contract.lists, await get('/api/lists')).lists).toMatchObject([
    {
      title: 'Lees',
      id: expect.any(Number),
      rule: 'contact.last == "Lee"',
      members: 1,
      waiting: 0,
      refused: 0,
      held: 0,
    },
  ])
  expect(as(contract.members, await get('/api/lists/members?title=Lees'))).toEqual({
    members: [{ phone: ANN, name: 'Ann Lee', state: 'on' }],
    after: null,
  })
  expect((await get('/api/lists/members?title=Nobody')).status).toBe(400)
})

test('settings show the config with all defaults and no secret', async () => {
  const { get } = await aFront({ service: { token: 'a-token-of-some-length' } })
  const answer = await get('/api/settings', { authorization: 'Bearer a-token-of-some-length' })
  const settings = as(contract.settings, answer)
  expect(settings).toMatchObject({
    configPath: '/etc/heysync.yaml',
    warnings: ['heysync.yaml:1:1: a warning'],
  })
  expect(settings.config).toContain('requestsPerMinute: 450')
  expect(answer.text).not.toContain('sandbox-secret')
  expect(answer.text).not.toContain('a-token-of-some-length')
})

test('a resync is estimated before it is asked for', async () => {
  const { get } = await aFront()
  expect(as(contract.preview, await get('/api/resync/preview?source=clinic'))).toMatchObject({
    sources: [{ id: 'clinic', records: 6 }],
    heymarketContacts: 3,
    minutes: 1,
  })
  expect((await get('/api/resync/preview?source=nowhere')).status).toBe(404)
})

describe('what changes something', () => {
  test.each([
    [
      '/api/sync',
      { source: 'clinic' },
      ['sync', { sources: ['clinic'], allowEmpty: [], trigger: 'api', mode: 'incremental' }],
    ],
    ['/api/resync', {}, ['sync', { sources: [], allowEmpty: [], trigger: 'api', mode: 'full' }]],
    ['/api/reconcile', {}, ['reconcile']],
    ['/api/cycles/c0001/approve', {}, ['approve', 'c0001']],
    ['/api/redrive', { cause: 'abc' }, ['redrive', { cause: 'abc' }]],
    ['/api/redrive', { phone: ANN }, ['redrive', { phone: ANN }]],
  ])('%s is asked of the daemon and accepted', async (path, body, asks) => {
    const { post, asked } = await aFront()
    as(contract.accepted, await post(path, body), 202)
    expect(asked).toEqual([asks])
  })

  test('pause, resume and reload answer what is so now', async () => {
    const { post, asked } = await aFront()
    expect(as(contract.paused, await post('/api/pause', { source: 'clinic' }))).toEqual({
      paused: ['clinic'],
    })
    expect(as(contract.paused, await post('/api/resume'))).toEqual({ paused: ['clinic'] })
    expect(as(contract.reloaded, await post('/api/reload'))).toEqual({ changed: ['sources'], warnings: [] })
    expect(asked).toEqual([['pause', 'clinic'], ['resume', null], ['reload']])
  })

  test('says what is wrong with a body', async () => {
    const { post, asked } = await aFront()
    const answer = await post('/api/sync', { sauce: 'clinic' })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'ERR_API_REQUEST' } } })
    expect(answer.body.error.hint).toContain('source')
    expect(asked).toEqual([])
  })
})

test('an answer that is asked wrongly says so', async () => {
  const { get } = await aFront()
  for (const path of [
    '/api/cycles?limit=0',
    '/api/cycles?limit=x',
    '/api/contacts?after=%00',
    '/api/rejections?nonsense=1',
    '/api/none',
  ]) {
    const answer = await get(path)
    expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true])
    contract.failure.strict().parse(answer.body)
  }
})

test('the OpenAPI document names every route with its shapes', async () => {
  const { get } = await aFront()
  const { body } = await get('/api/openapi.json')
  expect(body).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
  for (const { path, method } of routes)
    expect(body.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]).toMatchObject({
      summary: expect.any(String),
    })
})

test('health is told', async () => {
  const { get } = await aFront()
  expect([(await get('/healthz')).status, (await get('/readyz')).status]).toEqual([200, 200])
})
