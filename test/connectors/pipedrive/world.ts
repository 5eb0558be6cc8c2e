// The fake as a world of the conformance kit.
import type { ConnectorWorld, Person, Stage } from 'heysync/connector/testing'
import { type FakeOptions, type FakePipedrive, startFake, TOKEN } from './fake.ts'

export interface PipedriveWorld extends ConnectorWorld {
  readonly fake: FakePipedrive
}

export async function openWorld(
  { clock }: Pick<Stage, 'clock'>,
  more: Readonly<Record<string, unknown>> = {},
  fakeOptions: FakeOptions = {},
): Promise<PipedriveWorld> {
  const fake = await startFake(clock, fakeOptions)
  const { company } = fake
  const ids = new Map<string, number>()
  const idOf = (key: string) => ids.get(key) ?? 0
  return {
    fake,
    options: { url: fake.url, token: TOKEN, ...more },
    map: { phone: 'phone', first: 'first_name', last: 'last_name', email: 'email' },
    secrets: [TOKEN],
    put: (people: readonly Person[], { changedAt } = {}) => {
      for (const { key, phone, first, last, email, blank } of people) {
        const row = {
          phones: [{ value: phone, label: 'work', primary: true }],
          emails: blank ? [] : [{ value: email, label: 'work', primary: true }],
          first_name: blank ? null : first,
          last_name: blank ? '' : last,
        }
        const id = ids.get(key)
        if (id === undefined) ids.set(key, company.add(row, changedAt))
        else company.update(id, row, changedAt)
      }
    },
    delete: (keys) =>
      keys.forEach((key) => {
        company.delete(idOf(key))
        // Whoever comes back is a new person.
        ids.delete(key)
      }),
    merge: (loser, winner) => company.merge(idOf(loser), idOf(winner)),
    trouble: fake.trouble,
    requests: fake.requests,
    close: fake.close,
  }
}
