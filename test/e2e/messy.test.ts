// The main job on real input: two thousand messy rows in, exactly the right people in Heymarket, and a reason for the rest.
import { describe, expect, test } from 'vitest'
import { MESSY_SOURCE, type Messy, type MessyPerson, type MessyRow, messyFile } from '../fixtures/messy.ts'
import { clinicConfig, type House, house, type Tree, writes } from './support.ts'

interface Report {
  readonly cycle: string
  readonly mode: string
  readonly status: string
  readonly sources: readonly Record<string, number>[]
  readonly plan: Record<string, number>
  readonly push: Record<string, number>
}

async function messyHouse(seed: number, count: number): Promise<{ home: House; messy: Messy }> {
  const home = await house()
  const messy = messyFile(seed, count)
  home.write('contacts.csv', messy.text)
  home.config(clinicConfig(home.sandbox.url, MESSY_SOURCE))
  return { home, messy }
}

/** One line per person, in the words of the fixture and without the record that said it. */
function held(home: House): string[] {
  const fieldName = new Map(home.sandbox.store.fields().map(({ id, title }) => [String(id), title]))
  return home.sandbox.store.contacts().map((contact) =>
    line({
      phone: contact.phone ?? '',
      first: contact.first,
      last: contact.last,
      email: contact.email,
      assignee: contact.assigned_user_id,
      tags: contact.tags.map(({ tag }) => tag),
      custom: Object.fromEntries(
        Object.entries(contact.custom).map(([id, value]) => [fieldName.get(id) ?? id, value]),
      ),
      optedOut: contact.is_opted_out,
    }),
  )
}

function line({ phone, first, last, email, assignee, tags, custom, optedOut }: Omit<MessyPerson, 'record'>) {
  const values = Object.entries(custom).sort()
  return JSON.stringify({ phone, first, last, email, assignee, tags: [...tags].sort(), values, optedOut })
}

/** Two lists that must hold the same lines, as what each has alone: a short message among two thousand. */
function difference(shown: readonly string[], wanted: readonly string[]) {
  const [has, needs] = [new Set(shown), new Set(wanted)]
  return {
    missing: wanted.filter((one) => !has.has(one)),
    extra: shown.filter((one) => !needs.has(one)),
    count: shown.length - wanted.length,
  }
}

const NONE = { missing: [], extra: [], count: 0 }

function count(rows: readonly MessyRow[], kind: MessyRow['fate']['kind']): number {
  return rows.filter((row) => row.fate.kind === kind).length
}

describe('a first sync of messy rows', () => {
  test('two thousand of them: the right people with the right fields, a rejection for each row that is none, counts that add up', async () => {
    const { home, messy } = await messyHouse(20_261_120, 2000)
    const report = await home.json<Report>(0, 'sync')
    expect(difference(held(home), [...messy.people.values()].map(line))).toEqual(NONE)
    const phones = home.sandbox.store.creations().map(({ phone }) => phone)
    expect(new Set(phones).size).toBe(phones.length)

    const rejections = await home.json<Tree[]>(0, 'rejections')
    const shown = rejections.map(({ place, record, code }) => `${place} ${record || '(none)'} ${code}`)
    const wanted = messy.rows.flatMap(({ place, id, fate }) =>
      fate.kind === 'rejected' ? [`${place} ${id || '(none)'} ${fate.code}`] : [],
    )
    expect(difference(shown, wanted)).toEqual(NONE)

    const [source] = report.sources
    expect(source).toEqual({
      id: 'clinic',
      mode: 'full',
      reason: 'first',
      read: 2000,
      unchanged: 0,
      accepted: count(messy.rows, 'accepted'),
      rejected: count(messy.rows, 'rejected'),
      filtered: count(messy.rows, 'filtered'),
      deleted: 0,
      gone: 0,
    })
    expect(report).toMatchObject({
      mode: 'full',
      status: 'ok',
      failures: [],
      plan: { create: messy.people.size, update: 0, remove: 0, held: 0 },
      push: { acked: messy.people.size, retrying: 0, deadLettered: 0 },
    })
    expect(await home.json(4, 'status')).toMatchObject({
      contacts: { wanted: messy.people.size, inHeymarket: messy.people.size, collisions: messy.shared },
      rejections: wanted.length,
    })
  })

  test('why tells of a filtered row, a losing row, a rejected row and a person what became of them', async () => {
    const { home, messy } = await messyHouse(7, 400)
    await home.json<Report>(0, 'sync')
    const winners = new Set([...messy.people.values()].map(({ record }) => record))
    const ids = messy.rows.map(({ id }) => id)
    const unique = messy.rows.filter(({ id }) => id !== '' && ids.indexOf(id) === ids.lastIndexOf(id))
    const first = (is: (row: MessyRow) => boolean) => unique.find(is)?.id ?? 'none'

    const filtered = first(({ fate }) => fate.kind === 'filtered')
    expect(await home.json(0, 'why', filtered)).toMatchObject({
      records: expect.arrayContaining([
        expect.objectContaining({ record: filtered, state: 'filtered', wins: false }),
      ]),
    })
    const loser = first(({ id, fate }) => fate.kind === 'accepted' && !winners.has(id))
    expect(await home.json(0, 'why', loser)).toMatchObject({
      verdict: expect.stringContaining('which wins and says what the contact looks like'),
      records: expect.arrayContaining([
        expect.objectContaining({ record: loser, state: 'accepted', wins: false }),
      ]),
    })
    const rejected = first(({ fate }) => fate.kind === 'rejected' && fate.code === 'PHONE_TOO_SHORT')
    expect(await home.json(0, 'why', rejected)).toMatchObject({
      verdict: expect.stringMatching(/^Rejected: .*too few digits/),
      rejections: [{ record: rejected, code: 'PHONE_TOO_SHORT', field: 'phone' }],
      heymarket: null,
    })
    const [person] = messy.people.values()
    expect(await home.json(0, 'why', `+${person?.phone}`)).toMatchObject({
      phone: person?.phone,
      verdict: 'In Heymarket, as the sources say.',
      consent: { optedOut: person?.optedOut },
      heymarket: { first: person?.first, last: person?.last, email: person?.email, link: 'created' },
    })
  })

  test('an opt-out counts for its number on an archived row, a losing row and a row that lost its id to a newer one', async () => {
    const home = await house()
    home.config(
      clinicConfig(home.sandbox.url, {
        options: { path: './contacts.csv', idColumn: 'id', updatedColumn: 'changed' },
        filter: 'record.status != "archived"',
        map: { phone: 'phone', first: 'first', optedOut: 'stop' },
      }),
    )
    home.write(
      'contacts.csv',
      [
        'id,phone,first,status,stop,changed',
        '1,(415) 234-5671,Ann,,,2026-03-02',
        '2,415.234.5671,Old Ann,archived,yes,2026-03-01',
        '3,(415) 234-5672,Bo,,,2026-03-02',
        '4,415.234.5672,Old Bo,,yes,2026-03-01',
        '5,(415) 234-5673,Cy,,,2026-03-02',
        '6,(415) 234-5674,Di,,,2026-03-02',
        '6,(415) 234-5673,Old Di,,yes,2026-03-01',
        '7,(415) 234-5675,Eve,,no,2026-03-02',
      ].join('\n'),
    )
    await home.json(0, 'sync')
    const shown = home.sandbox.store.contacts().map((one) => `${one.first} ${one.is_opted_out}`)
    expect(shown.sort()).toEqual(['Ann true', 'Bo true', 'Cy true', 'Di false', 'Eve false'])
  })
})

describe('after a first sync', () => {
  test('the second sync writes nothing and asks at most two questions', async () => {
    const { home } = await messyHouse(11, 300)
    await home.json(0, 'sync')
    const requests = await home.requestsOf(() => home.json(0, 'sync'))
    expect(writes(requests)).toEqual([])
    expect(requests.length).toBeLessThanOrEqual(2)
  })

  test('a sync with a new database writes nothing, and knows everything again', async () => {
    const { home, messy } = await messyHouse(12, 300)
    await home.json(0, 'sync')
    home.remove('data')
    const requests = await home.requestsOf(() => home.json(0, 'sync'))
    expect(writes(requests)).toEqual([])
    expect(await home.json(4, 'status')).toMatchObject({
      contacts: { wanted: messy.people.size, inHeymarket: messy.people.size },
      outbox: { waiting: 0, deadLetters: 0 },
    })
  })

  test('the same people in another order, spelling and encoding cause no write', async () => {
    const { home } = await messyHouse(13, 300)
    home.config(clinicConfig(home.sandbox.url))
    home.write('contacts.csv', 'id,phone,first,last\n1,415-234-5678,Zoë,Lee\n2,+1 212 345 6789,Bo,Ng\n')
    await home.json(0, 'sync')
    home.write(
      'contacts.csv',
      Buffer.from(
        '\ufefflast;first;phone;id\r\nNg;Bo;(212) 345-6789;2\r\nLee;Zoë;4152345678;1\r\n',
        'utf16le',
      ),
    )
    const requests = await home.requestsOf(() => home.json(0, 'sync'))
    expect(writes(requests)).toEqual([])
  })
})

describe('an edited row', () => {
  test('is one PUT that carries the whole contact, what people did in Heymarket included', async () => {
    const { home } = await messyHouse(14, 300)
    const source = { map: { phone: 'phone', first: 'first', last: 'last', custom: { Plan: 'plan' } } }
    home.config(clinicConfig(home.sandbox.url, source))
    home.write(
      'contacts.csv',
      'id,phone,first,last,plan\n1,415-234-5678,Ann,Lee,Basic\n2,+1 212 345 6789,Bo,Ng,Basic\n',
    )
    await home.json(0, 'sync')
    const ann = home.sandbox.store.contact('14152345678')
    await fetch(`${home.sandbox.url}/v1/contact/${ann?.id}`, {
      method: 'PUT',
      headers: { authorization: 'Bearer sandbox-key' },
      body: JSON.stringify({
        phone: '14152345678',
        first: 'Ann',
        last: 'Lee',
        display_name: 'Annie',
        email: 'ann@example.com',
        avatar: 'https://example.com/ann.png',
        assignee_id: 502,
        tags: [{ tag_id: 13 }],
        custom: { '901': 'Basic', '903': 'allergic to nuts' },
      }),
    })
    home.write(
      'contacts.csv',
      'id,phone,first,last,plan\n1,415-234-5678,Anna,Lee,Premium\n2,+1 212 345 6789,Bo,Ng,Basic\n',
    )
    const requests = await home.requestsOf(() => home.json(0, 'sync'))
    expect(writes(requests)).toEqual([`PUT /v1/contact/${ann?.id}`])
    expect(home.sandbox.store.contact('14152345678')).toMatchObject({
      first: 'Anna',
      last: 'Lee',
      display_name: 'Annie',
      email: 'ann@example.com',
      avatar: 'https://example.com/ann.png',
      assigned_user_id: 502,
      tags: [{ tag: 'Newsletter' }],
      custom: { '901': 'Premium', '903': 'allergic to nuts' },
      is_opted_out: false,
    })
  })
})

describe('plan', () => {
  test('names the numbers that sync then gives, writes nothing, and has nothing left afterwards', async () => {
    const { home, messy } = await messyHouse(15, 300)
    let before: Tree = {}
    const asked = await home.requestsOf(async () => {
      before = await home.json(0, 'plan')
    })
    expect(writes(asked)).toEqual([])
    expect(home.sandbox.store.contacts()).toEqual([])
    expect(before.changes).toHaveLength(messy.people.size)
    const report = await home.json<Report>(0, 'sync')
    expect(report.plan).toEqual(before.counts)
    expect(report.push.acked).toBe(messy.people.size)
    const after = await home.json(0, 'plan')
    expect(after).toMatchObject({ changes: [], counts: { create: 0, update: 0, remove: 0, held: 0 } })
  })
})
