// The commands around a sync as people and scripts meet them: shapes of --json, exit codes, help, the service, two at once.
import { describe, expect, test } from 'vitest'
import { clinicConfig, csv, type House, house, people, type Tree, writes } from './support.ts'

async function clinic(count: number, source: Tree = {}): Promise<House> {
  const home = await house()
  home.config(clinicConfig(home.sandbox.url, source))
  home.write('contacts.csv', csv(people(count)))
  return home
}

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/)
const CYCLE = expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/)

async function callApi(home: House, method: string, path: string, body?: Tree): Promise<void> {
  const answer = await fetch(home.sandbox.url + path, {
    method,
    headers: { authorization: 'Bearer sandbox-key' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  expect(answer.status).toBe(200)
}

describe('the first steps', () => {
  test('init, check, plan and sync lead from a file to contacts', async () => {
    const home = await house()
    home.write('contacts.csv', 'Patient ID,Mobile,First Name,Surname,Country\n7,415-234-5678,Ann,Lee,US\n')
    const init = await home.run('init', '--csv', 'contacts.csv', '--sandbox', '--base-url', home.sandbox.url)
    expect(init).toMatchObject({ code: 0, stdout: '' })
    expect(await home.run('check')).toMatchObject({ code: 0 })
    const plan = await home.run('plan')
    expect(plan.code).toBe(0)
    expect(plan.stdout).toContain('+ 14152345678  first "Ann", last "Lee"')
    expect(plan.stdout).toContain('Plan: 1 to create, 0 to update, 0 to remove.')
    const sync = await home.run('sync')
    expect(sync.code).toBe(0)
    expect(sync.stdout).toContain('ok: 1 change written')
    expect(home.sandbox.store.contacts()).toMatchObject([{ phone: '14152345678', first: 'Ann', last: 'Lee' }])
    const again = await home.run('init')
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('is there already; it was not touched')
  })
})

describe('--json', () => {
  test('sync prints one object with the documented fields', async () => {
    const home = await clinic(2)
    const report = await home.json(0, 'sync')
    expect(report).toMatchObject({
      cycle: CYCLE,
      mode: 'full',
      status: 'ok',
      sources: [
        { id: 'clinic', read: 2, unchanged: 0, accepted: 2, rejected: 0, filtered: 0, deleted: 0, gone: 0 },
      ],
      plan: { create: 2, update: 0, remove: 0, listAdd: 0, listRemove: 0, held: 0 },
      push: {
        requests: expect.any(Number),
        acked: 2,
        retrying: 0,
        deadLettered: 0,
        seconds: expect.any(Number),
      },
    })
  })

  test('status before and after the first sync', async () => {
    const home = await clinic(2)
    expect(await home.json(0, 'status')).toMatchObject({
      sources: [{ id: 'clinic', lastPull: null, records: {} }],
      contacts: { wanted: 0, inHeymarket: 0, optedOut: 0, collisions: 0 },
      rejections: 0,
      outbox: { waiting: 0, deadLetters: 0 },
      held: [],
      lastCycle: null,
    })
    const { cycle } = await home.json(0, 'sync')
    expect(await home.json(0, 'status')).toMatchObject({
      sources: [{ id: 'clinic', lastPull: INSTANT, lastFullPull: INSTANT, records: { accepted: 2 } }],
      contacts: { wanted: 2, inHeymarket: 2, optedOut: 0, collisions: 0 },
      held: [],
      lastCycle: { cycle, status: 'ok', trigger: 'sync', at: INSTANT, error: null },
    })
  })

  test('rejections and why of a record that is none', async () => {
    const home = await clinic(1)
    home.write('contacts.csv', 'id,phone,first,last\n7,call me,Ann,Lee\n')
    await home.json(0, 'sync')
    const rejection = {
      source: 'clinic',
      record: '7',
      place: 'contacts.csv:2',
      code: 'PHONE_NOT_A_NUMBER',
      field: 'phone',
      value: 'call me',
      message: '"call me" is not a phone number. Put the number alone into this field.',
      at: INSTANT,
    }
    expect(await home.json(0, 'rejections')).toEqual([rejection])
    expect(await home.json(0, 'rejections', '--code', 'PHONE_INVALID')).toEqual([])
    expect(await home.json(0, 'why', '7')).toMatchObject({ phone: null, rejections: [rejection] })
    expect(await home.json(0, 'why', 'call me')).toMatchObject({ rejections: [{ record: '7' }] })
    expect(await home.json(4, 'status')).toMatchObject({ rejections: 1 })
  })

  test('why of a person shows both sides, where each value comes from, consent and the last attempts', async () => {
    const home = await clinic(1, {
      map: { phone: 'phone', first: 'first', optedOut: '=record.last == "Lee"' },
    })
    const { cycle } = await home.json(0, 'sync')
    const answer = await home.json(0, 'why', '(510) 200-0001')
    expect(answer).toMatchObject({
      asked: '(510) 200-0001',
      phone: '15102000001',
      verdict: 'In Heymarket, as the sources say.',
      records: [
        {
          source: 'clinic',
          record: 'P-0001',
          place: 'contacts.csv:2',
          state: 'accepted',
          wins: true,
          notes: [],
        },
      ],
      rejections: [],
      contact: { state: 'wanted', fields: [{ field: 'first', value: 'Ann1', from: 'first' }] },
      heymarket: { id: expect.any(Number), first: 'Ann1', isOptedOut: true, link: 'created' },
      consent: {
        optedOut: true,
        history: [
          {
            state: 'opted_out',
            origin: 'source',
            evidence: 'clinic record P-0001 (contacts.csv:2)',
            at: INSTANT,
          },
        ],
      },
      lists: [],
      operation: null,
      held: null,
      attempts: [{ kind: 'create', outcome: 'acked', at: INSTANT, cycle, error: null }],
    })
  })

  test('why of somebody who is nowhere says so', async () => {
    const home = await clinic(1)
    expect(await home.json(0, 'why', '+1 415 234 9999')).toMatchObject({
      phone: '14152349999',
      verdict: 'Not known: no source showed this number or record, and Heymarket does not hold it.',
      records: [],
      contact: null,
      heymarket: null,
    })
  })

  test('connectors list names each kind with what it can do', async () => {
    const home = await clinic(1)
    expect(await home.json(0, 'connectors', 'list')).toEqual(
      expect.arrayContaining([
        {
          kind: 'csv',
          summary: expect.any(String),
          capabilities: expect.objectContaining({ incremental: 'token' }),
        },
      ]),
    )
  })
})

describe('reconcile', () => {
  test('finds nothing to report when nobody touched anything', async () => {
    const home = await clinic(3)
    await home.json(0, 'sync')
    expect(await home.json(0, 'reconcile')).toMatchObject({
      seen: 3,
      added: 0,
      changed: 0,
      missing: 0,
      count: 3,
      complete: true,
    })
  })

  test('exits with 4 when a contact was edited, deleted or added by somebody else; sync then mends what heysync owns', async () => {
    const home = await clinic(3)
    await home.json(0, 'sync')
    const first = home.sandbox.store.contact('15102000001')
    const second = home.sandbox.store.contact('15102000002')
    await callApi(home, 'PUT', `/v1/contact/${first?.id}`, {
      phone: first?.phone,
      first: 'Typo',
      last: 'Lee',
      email: 'a@b.com',
    })
    await callApi(home, 'DELETE', `/v1/contact/${second?.id}`)
    await callApi(home, 'POST', '/v1/contact', { phone: '14152345678', first: 'Walk-in' })
    const found = await home.requestsOf(async () => {
      expect(await home.json(4, 'reconcile')).toMatchObject({
        seen: 3,
        added: 1,
        changed: 1,
        missing: 1,
        complete: true,
      })
    })
    expect(writes(found)).toEqual([])
    // What is to be restored is said until it is.
    const typo = {
      phone: '15102000001',
      field: 'first',
      expected: 'Ann1',
      found: 'Typo',
      outcome: 'restored',
    }
    expect(await home.json(4, 'reconcile')).toMatchObject({
      changed: 0,
      missing: 0,
      drift: { kept: 0, restored: 1, fields: [typo] },
    })
    const why = (await home.run('why', '15102000001')).stdout
    expect(why).toMatch(/first +"Ann1" → "Typo" +to be restored +since 2/)
    await home.json(0, 'sync')
    expect(await home.json(0, 'reconcile')).toMatchObject({ drift: { kept: 0, restored: 0, fields: [] } })
    expect(home.sandbox.store.contact('15102000001')).toMatchObject({ first: 'Ann1', email: 'a@b.com' })
    expect(home.sandbox.store.contact('15102000002')).toMatchObject({ first: 'Ann2' })
    expect(home.sandbox.store.contact('14152345678')).toMatchObject({ first: 'Walk-in' })
  })
})

describe('a contact that Heymarket refuses', () => {
  test('is a dead letter with its reason, is not sent again by itself, and goes through by redrive once the cause is mended', async () => {
    const home = await house({ dialects: { duplicatePhone: 'reject', visibilityDelayMs: 600_000 } })
    home.config(clinicConfig(home.sandbox.url))
    home.write('contacts.csv', csv(people(3)))
    // A contact that Heymarket has and does not show: a create is refused, and looking it up finds nothing.
    await callApi(home, 'POST', '/v1/contact', { phone: '15102000002', first: 'Hidden' })
    expect(await home.json(1, 'sync')).toMatchObject({
      status: 'failed',
      plan: { create: 3, held: 0 },
      push: { acked: 2, retrying: 0, deadLettered: 1 },
    })
    expect(await home.json(0, 'failures')).toEqual([
      {
        phone: '15102000002',
        kind: 'create',
        state: 'dead',
        code: 'ERR_HEYMARKET_REJECTED',
        cause: '400 phone: a contact with this phone exists',
        message: expect.stringContaining('a contact with this phone exists'),
        field: 'phone',
        list: null,
        requestId: expect.any(String),
        attempts: 1,
        source: 'clinic',
        record: 'P-0002',
        since: INSTANT,
        wayOut: expect.stringMatching(/heysync redrive 15102000002$/),
      },
    ])
    expect(await home.json(0, 'why', '15102000002')).toMatchObject({
      verdict: expect.stringMatching(/^Not in Heymarket as wanted: .*heysync redrive 15102000002$/),
      operation: { kind: 'create', state: 'dead', attempts: 1 },
    })
    const again = await home.requestsOf(() => home.run('sync'))
    expect(writes(again)).toEqual([])

    home.sandbox.configure({ dialects: { visibilityDelayMs: 0 } })
    expect(await home.json(0, 'redrive')).toMatchObject({ status: 'ok', push: { acked: 1, deadLettered: 0 } })
    expect(await home.json(0, 'failures')).toEqual([])
    expect(home.sandbox.store.contact('15102000002')).toMatchObject({ first: 'Ann2', last: 'Lee' })
    expect(home.sandbox.store.contacts()).toHaveLength(3)
  })
})

describe('help', () => {
  test('every command of the list has a sentence, its options and an example that begins with heysync', {
    timeout: 240_000,
  }, async () => {
    const home = await house()
    const { stdout } = await home.run('--help')
    const list = stdout.slice(stdout.indexOf('Commands:'), stdout.indexOf('First steps:'))
    const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)]
      .map(([, name]) => name ?? '')
      .filter((name) => name !== 'help')
    expect(names).toEqual(
      expect.arrayContaining(['init', 'check', 'plan', 'sync', 'approve', 'why', 'run', 'sandbox']),
    )
    for (const name of names) {
      const help = await home.run(name, '--help')
      expect(help).toMatchObject({ code: 0, stderr: '' })
      expect(help.stdout, name).toMatch(
        new RegExp(`^Usage: heysync ${name} [^]+\\nExamples:\\n {2}heysync ${name}`),
      )
    }
  })

  test('the version alone goes to stdout', async () => {
    const home = await house()
    expect(await home.run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })
})

describe('heysync run', () => {
  test('runs a cycle at once, stops on SIGTERM with exit code 0, and leaves nothing open', async () => {
    const home = await clinic(5, { schedule: '*/5 * * * *' })
    const service = home.start('run')
    await service.said('cycle finished')
    expect(home.sandbox.store.contacts()).toHaveLength(5)
    service.signal('SIGTERM')
    const done = await service.done
    expect(done).toMatchObject({ code: 0, stdout: '' })
    expect(done.stderr).toContain('heysync stopped')
    expect(done.stderr).not.toMatch(/1510200\d{4}|sandbox-secret/)
    expect(await home.json(0, 'status')).toMatchObject({ lastCycle: { status: 'ok', trigger: 'schedule' } })
  })

  test('goes on when no source has a schedule, and says what to do about it', async () => {
    const home = await clinic(2)
    const service = home.start('run')
    await service.said('cycle finished')
    await home.json(0, 'status')
    service.signal('SIGTERM')
    const done = await service.done
    expect(done.code).toBe(0)
    expect(done.stderr).toContain('no source has a schedule')
  })

  test('kill -9 in the middle of a cycle and another start: the same people, none twice', async () => {
    const home = await clinic(60)
    home.sandbox.configure({ faults: { slowMs: 100 }, dialects: { duplicatePhone: 'duplicate' } })
    const killed = home.start('run')
    await home.holds(10)
    killed.signal('SIGKILL')
    expect(await killed.done).toMatchObject({ code: null })
    expect(await home.json(1, 'status')).toMatchObject({ lastCycle: { status: 'interrupted' } })
    home.sandbox.configure({ faults: { slowMs: 0 } })
    const service = home.start('run')
    await service.said('cycle finished')
    service.signal('SIGTERM')
    expect(await service.done).toMatchObject({ code: 0 })
    await home.json(0, 'sync')
    const phones = home.sandbox.store.creations().map(({ phone }) => phone)
    expect(new Set(phones).size).toBe(60)
    expect(phones).toHaveLength(60)
  })
})

describe('two at once', () => {
  test('a second sync says that it waits for the first, and then finds nothing left to do', async () => {
    const home = await clinic(120)
    // Slow enough that the first one is still at it when the second has started, on any machine.
    home.sandbox.configure({ faults: { slowMs: 5_000, writesOnly: 1 } })
    const first = home.start('sync', '--json')
    await home.holds(1)
    const second = home.start('sync', '--json')
    await second.said('is working on this database; waiting for it to finish')
    home.sandbox.configure({ faults: { slowMs: 0, writesOnly: 0 } })
    const [one, two] = await Promise.all([first.done, second.done])
    expect(one).toMatchObject({ code: 0, stderr: '' })
    expect(two.code).toBe(0)
    expect(JSON.parse(one.stdout)).toMatchObject({ push: { acked: 120 } })
    expect(JSON.parse(two.stdout)).toMatchObject({
      plan: { create: 0, update: 0, remove: 0 },
      push: { acked: 0 },
    })
    expect(home.sandbox.store.creations()).toHaveLength(120)
  })

  test('a sync that is told to stop says that nothing is lost, and the next one completes it', async () => {
    const home = await clinic(120)
    home.sandbox.configure({ faults: { slowMs: 300 } })
    const stopped = home.start('sync')
    await home.holds(10)
    stopped.signal('SIGTERM')
    const done = await stopped.done
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('Stopped. Nothing is lost')
    expect(await home.json(1, 'status')).toMatchObject({
      lastCycle: { status: 'interrupted' },
      outbox: { waiting: expect.any(Number) },
    })
    home.sandbox.configure({ faults: { slowMs: 0 } })
    await home.json(0, 'sync')
    const phones = home.sandbox.store.creations().map(({ phone }) => phone)
    expect(new Set(phones).size).toBe(120)
    expect(phones).toHaveLength(120)
  })
})
