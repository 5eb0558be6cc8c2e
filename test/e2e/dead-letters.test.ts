// Dead letters as an operator meets them: grouped by cause, with the way out, put back by themselves or by a rule.
import { describe, expect, test } from 'vitest'
import { clinicConfig, csv, type House, house, type Person, people, writes } from './support.ts'

interface Row {
  readonly phone: string
  readonly code: string
  readonly cause: string
  readonly field: string
  readonly record: string
  readonly wayOut: string
}

const TAGS = '400 tags: no tag has the id #'
const PHONE = '400 phone: a contact with this phone exists'

async function callApi(home: House, method: string, path: string, body: unknown = {}): Promise<void> {
  const headers = { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' }
  const init = method === 'DELETE' ? { method, headers } : { method, headers, body: JSON.stringify(body) }
  const response = await fetch(home.sandbox.url + path, init)
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`)
}

/**
 * Six people of whom five are refused: three name tags that were deleted after heysync looked them up, and two are on
 * contacts that Heymarket has and does not show.
 */
async function fiveRefused(): Promise<{ home: House; rows: Person[] }> {
  const home = await house({ dialects: { duplicatePhone: 'reject', visibilityDelayMs: 600_000 } })
  const map = { phone: 'phone', first: 'first', last: 'last', tags: 'tags' }
  // One by one: of a request for many nobody can tell whether what does not show was refused, and it is looked for for minutes.
  home.config(clinicConfig(home.sandbox.url, { map }, { heymarket: { writes: 'single' } }))
  const tags = ['', 'VIP', 'New patient', 'VIP', '', '']
  const rows = people(6).map((row, index) => ({ ...row, tags: tags[index] ?? '' }))
  home.write('contacts.csv', csv(rows.slice(0, 1)))
  await home.json(0, 'sync')
  for (const id of [11, 12]) await callApi(home, 'DELETE', `/v1/tag/${id}`)
  for (const n of [5, 6])
    await callApi(home, 'POST', '/v1/contact', { phone: `1510200000${n}`, first: 'Hidden' })
  home.write('contacts.csv', csv(rows))
  expect(await home.json(1, 'sync')).toMatchObject({
    plan: { create: 5 },
    push: { acked: 0, deadLettered: 5 },
  })
  return { home, rows }
}

describe('five dead letters of two causes', () => {
  test('are grouped by what Heymarket said, each with an example and the way out', async () => {
    const { home } = await fiveRefused()
    const rows = await home.json<Row[]>(0, 'failures')
    expect(rows.map(({ phone, cause, field, record }) => [phone.slice(-1), cause, field, record])).toEqual([
      ['2', TAGS, 'tags', 'P-0002'],
      ['3', TAGS, 'tags', 'P-0003'],
      ['4', TAGS, 'tags', 'P-0004'],
      ['5', PHONE, 'phone', 'P-0005'],
      ['6', PHONE, 'phone', 'P-0006'],
    ])
    const { stdout } = await home.run('failures')
    expect(stdout).toContain(`ERR_HEYMARKET_REJECTED  ${TAGS}`)
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'Correct tags in record P-0002, or `map.tags` of clinic (heysync.yaml:',
    )
    expect(stdout).toContain(`heysync redrive --where 'failure.cause == "${PHONE}"'`)
    expect(stdout.match(/1510200000\d/g)).toEqual(['15102000002', '15102000005'])
    expect((await home.run('failures', '--all')).stdout.match(/1510200000\d/g)).toHaveLength(5)
    expect(await home.json(1, 'status')).toMatchObject({
      outbox: {
        deadLetters: 5,
        causes: [
          { cause: TAGS, changes: 3 },
          { cause: PHONE, changes: 2 },
        ],
      },
    })
    const status = (await home.run('status')).stdout
    expect(status).toContain('5 dead letters  heysync failures')
    expect(status).toContain(`\n      3 of them: ERR_HEYMARKET_REJECTED: ${TAGS}\n`)
    expect(await home.json(0, 'why', '15102000005')).toMatchObject({
      verdict: expect.stringMatching(/`heysync reconcile`\. Then: heysync redrive 15102000005$/),
    })
  })

  test('are put back by a rule, those and no others, and the names of the account are asked for again', async () => {
    const { home } = await fiveRefused()
    for (const tag of ['VIP', 'New patient']) await callApi(home, 'POST', '/v1/tag', { tag })
    expect(await home.json(1, 'sync')).toMatchObject({ push: { acked: 3, deadLettered: 2 } })
    expect(home.sandbox.store.contact('15102000003')?.tags).toMatchObject([{ tag: 'New patient' }])
    // From here on the names are known, and kept for an hour.
    expect(await home.json(1, 'sync')).toMatchObject({ push: { acked: 0, deadLettered: 2 } })
    const rule = `failure.cause == "${PHONE}" && failure.attempts < 2 && failure.record == "P-0005"`
    let said = ''
    const requests = await home.requestsOf(async () => {
      said = (await home.run('redrive', '--where', rule)).stderr
    })
    expect(said).toContain('1 of 2 dead letters put back.')
    expect(writes(requests)).toEqual(['POST /v1/contact'])
    expect(requests.map(({ path }) => path)).toContain('/v1/team')
    home.sandbox.configure({ dialects: { visibilityDelayMs: 0 } })
    expect(await home.json(0, 'redrive')).toMatchObject({ push: { acked: 2, deadLettered: 0 } })
    expect(home.sandbox.store.contact('15102000005')).toMatchObject({ first: 'Ann5' })
    expect(await home.json(0, 'redrive')).toEqual({ cycle: null, causes: [] })
  })

  test('stay as they are under a rule that none matches, and the causes are named', async () => {
    const { home } = await fiveRefused()
    const requests = await home.requestsOf(async () => {
      const done = await home.run('redrive', '--where', 'failure.code == "ERR_NOT_STORED"')
      expect(done.code).toBe(0)
      expect(done.stdout).toContain('None of 5 dead letters matches. There are:')
      expect(done.stdout).toMatch(/3 {2}ERR_HEYMARKET_REJECTED {2}400 tags: no tag has the id #/)
      expect(await home.json(0, 'redrive', '--where', 'failure.kind == "remove"')).toMatchObject({
        cycle: null,
        causes: [
          { cause: TAGS, changes: 3 },
          { cause: PHONE, changes: 2 },
        ],
      })
      for (const [wrong, words] of [
        ['failure.cod == "x"', 'Did you mean failure.code?'],
        ['failure.code ==', 'is not a CEL expression that works'],
        ['failure.attempts', 'where yes or no is asked'],
        ['failure.phone > 3', '--where'],
      ] as const) {
        const refused = await home.run('redrive', '--where', wrong)
        expect([refused.code, refused.stderr.includes(words)], wrong).toEqual([2, true])
      }
    })
    expect(requests).toEqual([])
  })

  test('are tried again by themselves once the record or the mapping is mended', async () => {
    const { home, rows } = await fiveRefused()
    for (const tag of ['VIP', 'New patient']) await callApi(home, 'POST', '/v1/tag', { tag })
    expect(await home.json(1, 'sync')).toMatchObject({ push: { acked: 3, deadLettered: 2 } })
    const creates = async () => writes(await home.requestsOf(() => home.json(1, 'sync')))
    expect(await creates()).toEqual([])
    home.write(
      'contacts.csv',
      csv(rows.map((row) => (row.id === 'P-0005' ? { ...row, first: 'Anne' } : row))),
    )
    expect(await creates()).toEqual(['POST /v1/contact'])
    const map = { phone: 'phone', first: 'first', last: 'last', tags: 'tags', email: '=""' }
    home.config(clinicConfig(home.sandbox.url, { map }))
    expect(await creates()).toEqual(['POST /v1/contact', 'POST /v1/contact'])
    expect(await creates()).toEqual([])
  })
})
