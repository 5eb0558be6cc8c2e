// The fake as a world of the conformance kit.
import type { ConnectorWorld, Person, Stage } from 'heysync/connector/testing'
import { type FakeHubspot, type FakeOptions, startFake, TOKEN } from './fake.ts'

export interface HubspotWorld extends ConnectorWorld {
  readonly fake: FakeHubspot
  idOf(key: string): number
}

export async function openWorld(
  { clock }: Pick<Stage, 'clock'>,
  more: Readonly<Record<string, unknown>> = {},
  fakeOptions: FakeOptions = {},
): Promise<HubspotWorld> {
  const fake = await startFake(clock, fakeOptions)
  const { portal } = fake
  const ids = new Map<string, number>()
  const idOf = (key: string) => ids.get(key) ?? 0
  let merges = 0
  return {
    fake,
    idOf,
    options: { url: fake.url, token: TOKEN, ...more },
    map: { phone: 'phone', first: 'firstname', last: 'lastname', email: 'email' },
    secrets: [TOKEN],
    put: (people: readonly Person[], when = {}) => {
      for (const { key, phone, first, last, email, blank } of people) {
        const properties = {
          phone,
          firstname: blank ? null : first,
          lastname: blank ? '' : last,
          email: blank ? null : email,
        }
        const id = ids.get(key)
        if (id === undefined) ids.set(key, portal.create(properties, when))
        else portal.update(id, properties, when)
      }
    },
    delete: (keys) =>
      keys.forEach((key) => {
        portal.gdprDelete(idOf(key))
        // Whoever comes back is a new contact.
        ids.delete(key)
      }),
    archive: (keys) => keys.forEach((key) => void portal.archive(idOf(key))),
    restore: (keys) => keys.forEach((key) => void portal.restore(idOf(key))),
    // Every other one gets a new id.
    merge: (loser, winner) => {
      ids.set(winner, portal.merge(idOf(loser), idOf(winner), merges++ % 2 === 0))
      ids.delete(loser)
    },
    list: (keys) => {
      const now = clock.now()
      const known = fake.segments.find(({ name }) => name === 'Newsletter')
      const members = new Set(keys.map(idOf))
      if (known) Object.assign(known, { members, addedAt: now, removedAt: now })
      else
        fake.segments.push({
          listId: '77',
          name: 'Newsletter',
          processingType: 'MANUAL',
          processingStatus: 'COMPLETE',
          members,
          addedAt: now,
          removedAt: null,
        })
      return { title: 'Newsletter', options: { url: fake.url, token: TOKEN, ...more, lists: ['Newsletter'] } }
    },
    trouble: (what, times, after) =>
      what === 'quota: used up for hours' ? fake.limits.useUp(times > 0) : fake.trouble(what, times, after),
    requests: fake.requests,
    close: fake.close,
  }
}
