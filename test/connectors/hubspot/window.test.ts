// The window of an incremental pull: both ends belong to it, down to HubSpot's milliseconds.
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { hubspotConnector } from '../../../connectors/hubspot/hubspot.ts'
import { hubspotOptions } from '../../../connectors/hubspot/options.ts'
import { connectorContext } from '../../../src/connector/context.ts'
import { contact, openBench } from './bench.ts'

test.each([
  ['2030-01-01T00:00:00.005Z', '2030-01-01T00:00:00.007Z', ['Ana 5', 'Ana 6', 'Ana 7']],
  // Finer than HubSpot counts.
  ['2030-01-01T00:00:00.0059999Z', '2030-01-01T00:00:00.0070001Z', ['Ana 5', 'Ana 6', 'Ana 7']],
])('from %s to %s', async (from, to, wanted) => {
  const { clock, world, fake } = await openBench()
  const start = Date.parse('2030-01-01T00:00:00Z')
  for (let n = 0; n < 20; n += 1) fake.portal.create(contact(n), { changedAt: start + n })
  const log = () => {}
  const context = connectorContext({
    clock: { now: clock.now, sleep: async (ms) => clock.advance(ms) },
    signal: new AbortController().signal,
    log: { debug: log, info: log, warn: log },
    baseDir: tmpdir(),
  })
  const request = { mode: 'incremental', window: { from, to }, token: null, resumeAfter: null } as const
  const names: unknown[] = []
  for await (const page of hubspotConnector.pull(hubspotOptions.parse(world.options), request, context))
    names.push(...page.records.map(({ fields }) => fields.firstname))
  expect(names.sort()).toEqual(wanted)
})
