// Follow Up Boss on loopback: `next` instead of deep offsets, Trash as a stage, merges without a trace, 250 in 10 seconds.
import { type ConnectorWorld, type Stage, startVendor } from 'heysync/connector/testing'
import { basic, meter, shipped } from './shipped.ts'

const KEY = 'fka_0key0of0the0owner'
const SYSTEM_KEY = 'system-key-77ab12'
const MOST = 5

interface Person {
  id: number
  created: string
  updated: string
  firstName: string | null
  lastName: string | null
  stage: string
  phones: { value: string; type: string; isPrimary: number }[]
  emails: { value: string; status: string }[]
  tags: string[]
}

export async function openFollowUpBoss({
  clock,
}: Stage): Promise<ConnectorWorld & { people: Map<string, Person> }> {
  const people = new Map<string, Person>()
  let lastId = 1_000
  const tooMany = meter(clock, 250, 10_000)
  const text = (at: number) => new Date(at).toISOString().replace('.000', '')
  const server = await startVendor(clock, ({ url, headers }) => {
    if (headers.authorization !== basic(KEY))
      return { status: 401, body: { errorMessage: 'Invalid API key.' } }
    if (headers['x-system-key'] !== SYSTEM_KEY)
      return { status: 403, body: { errorMessage: 'Unknown system.' } }
    if (tooMany())
      return {
        status: 429,
        headers: { 'retry-after': '10', 'x-ratelimit-remaining': '0' },
        body: { errorMessage: 'Rate limit' },
      }
    if (url.pathname === '/v1/identity')
      return { body: { account: { id: 4 }, user: { id: 1, role: 'Broker' } } }
    if (url.pathname !== '/v1/people') return { status: 404, body: { errorMessage: 'Not found' } }
    const query = (name: string) => url.searchParams.get(name)
    if (Number(query('offset') ?? 0) > 2_000)
      return { status: 400, body: { errorMessage: 'Deep offset: use next.' } }
    const sort = query('sort') ?? '-id'
    const rank = (one: Person): [string, number] => [sort.endsWith('updated') ? one.updated : '', one.id]
    const sign = sort.startsWith('-') ? -1 : 1
    const compare = (a: [string, number], b: [string, number]) =>
      sign * (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1])
    const all = [...people.values()]
      .filter(({ stage }) => query('includeTrash') === 'true' || stage !== 'Trash')
      .sort((a, b) => compare(rank(a), rank(b)))
    const next = query('next')
    const since =
      next === null ? null : (JSON.parse(Buffer.from(next, 'base64').toString()) as [string, number])
    const rest = since === null ? all : all.filter((one) => compare(rank(one), since) > 0)
    const page = rest.slice(0, Math.min(MOST, Number(query('limit') ?? 10)))
    const last = page.at(-1)
    const token =
      rest.length > page.length && last ? Buffer.from(JSON.stringify(rank(last))).toString('base64') : null
    return {
      body: {
        _metadata: { collection: 'people', offset: 0, limit: page.length, total: all.length, next: token },
        people: page,
      },
    }
  })
  const touch = (key: string, what: Partial<Person>) => {
    const one = people.get(key)
    if (one) people.set(key, { ...one, ...what, updated: text(clock.now()) })
  }
  const { options, map } = shipped('follow-up-boss', server.url, {
    FUB_API_KEY: KEY,
    FUB_SYSTEM: 'heysync',
    FUB_SYSTEM_KEY: SYSTEM_KEY,
  })
  return {
    people,
    options,
    map,
    secrets: [KEY, SYSTEM_KEY],
    put: (given, { changedAt = clock.now() } = {}) => {
      for (const { key, phone, first, last, email, blank } of given) {
        const known = people.get(key)
        lastId += known ? 0 : 1
        people.set(key, {
          id: known?.id ?? lastId,
          created: known?.created ?? text(changedAt),
          updated: text(changedAt),
          firstName: blank ? null : first,
          lastName: blank ? null : last,
          stage: 'Lead',
          phones: [
            { value: '+1 510 200 0000', type: 'home', isPrimary: 1 },
            { value: phone, type: 'mobile', isPrimary: 0 },
          ],
          emails: blank ? [] : [{ value: email, status: 'Valid' }],
          tags: [],
        })
      }
    },
    delete: (keys) => keys.forEach((key) => void touch(key, { stage: 'Trash' })),
    archive: (keys) => keys.forEach((key) => void touch(key, { stage: 'Trash' })),
    restore: (keys) => keys.forEach((key) => void touch(key, { stage: 'Lead' })),
    merge: (loser, winner) => {
      people.delete(loser)
      touch(winner, {})
    },
    trouble: server.trouble,
    requests: server.requests,
    close: server.close,
  }
}
