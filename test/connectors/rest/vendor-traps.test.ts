// What is particular about a vendor of config/sources/, beyond what every connector has to get right.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { people, person } from '../../../src/connector/testing/people.ts'
import { compileNormalizer } from '../../../src/sync/normalize/normalize.ts'
import { connectors } from '../../support/connectors.ts'
import { openBenchWith } from './bench.ts'
import { openAirtable } from './vendors/airtable.ts'
import { openClose } from './vendors/close.ts'
import { openFollowUpBoss } from './vendors/follow-up-boss.ts'
import { shippedPath } from './vendors/shipped.ts'
import { openZendesk } from './vendors/zendesk.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** The file as a user would have it: under `sources:` of a config, loaded by heysync itself. */
function load(name: string) {
  const folder = mkdtempSync(join(tmpdir(), 'heysync-shipped-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const text = readFileSync(shippedPath(name), 'utf8')
  const env = Object.fromEntries(
    [...text.matchAll(/\$\{(\w+)\}/g)].map(([, key = '']) => [
      key,
      key.endsWith('URL') ? 'https://example.test' : 'value-of-it',
    ]),
  )
  const path = join(folder, 'heysync.yaml')
  writeFileSync(path, `heymarket: { auth: { apiKey: none } }\n${text}`, { mode: 0o600 })
  const { config, sources } = loadConfig({ path, env, cwd: folder, connectors })
  const [source] = config.sources
  const loaded = sources.get(name)
  if (source === undefined || loaded === undefined)
    throw new Error(`${name}.yaml holds no source called ${name}`)
  return { source, loaded }
}

const contactOf = (name: string, fields: Record<string, unknown>) => {
  const { source } = load(name)
  const normalizer = compileNormalizer(source, { defaultCountry: 'US', keyPath: ['sources', 0] })
  return normalizer.normalize({ id: '1', fields, updatedAt: null })
}

test.each([
  ['follow-up-boss', { incremental: 'watermark', deletes: true, merges: false, resumable: true }],
  ['airtable', { incremental: 'watermark', deletes: false, merges: false, resumable: false }],
  ['zendesk', { incremental: 'watermark', deletes: true, merges: false, resumable: true }],
  ['close', { incremental: 'watermark', deletes: true, merges: false, resumable: false }],
  ['activecampaign', { incremental: 'watermark', deletes: false, merges: false, resumable: true }],
])('%s.yaml is a source that heysync takes', (name, capabilities) => {
  expect(load(name).loaded.connector.capabilities).toMatchObject(capabilities)
})

test('Follow Up Boss: the mobile number comes first, tags opt out, and a person without phones is no error of the mapping', () => {
  const phones = [
    { value: '(510) 200-0001', type: 'home' },
    { value: '(510) 200-0002', type: 'mobile' },
  ]
  const whole = {
    phones,
    emails: [{ value: 'a@example.com' }],
    firstName: 'Ann',
    lastName: 'Lee',
    tags: ['Buyer'],
  }
  expect(contactOf('follow-up-boss', whole)).toMatchObject({
    kind: 'contact',
    contact: { phone: '15102000002' },
  })
  expect(contactOf('follow-up-boss', { ...whole, tags: ['Do Not Text'] })).toMatchObject({
    consent: expect.arrayContaining(['15102000002']),
  })
  expect(contactOf('follow-up-boss', { firstName: 'Ann' })).toMatchObject({
    rejection: { code: 'PHONE_MISSING' },
  })
})

test('Zendesk and Close: one name becomes two, and agents are no customers', () => {
  const user = { name: 'Mary Ann Lee', phone: '+15102000001', role: 'end-user', email: null, tags: [] }
  expect(contactOf('zendesk', user)).toMatchObject({
    contact: { fields: { first: 'Mary', last: 'Ann Lee' } },
  })
  expect(contactOf('zendesk', { ...user, name: 'Mary' })).toMatchObject({
    contact: { fields: { first: 'Mary' } },
  })
  expect(contactOf('zendesk', { ...user, role: 'agent' })).toMatchObject({ kind: 'filtered' })
  const contact = {
    name: 'Mary Ann Lee',
    phones: [
      { phone: '+15102000003', type: 'office' },
      { phone: '+15102000001', type: 'mobile' },
    ],
    emails: [],
  }
  expect(contactOf('close', contact)).toMatchObject({
    contact: { phone: '15102000001', fields: { last: 'Ann Lee' } },
  })
})

test('Follow Up Boss: reading stops at what is known, and a merge shows in the next full pull', async () => {
  const { world, reader, clock } = await openBenchWith(openFollowUpBoss)
  for (const one of people(1, 40)) {
    await world.put([one])
    clock.advance(10 * MINUTE)
  }
  await reader.pull('full')
  clock.advance(MINUTE)
  await world.put([person(3, { first: 'Edited' })])
  const before = world.requests?.() ?? 0
  await reader.pull('incremental')
  // Who asks, and one page.
  expect((world.requests?.() ?? 0) - before).toBe(2)
  await world.merge?.('p4', 'p5')
  await reader.pull('incremental')
  expect(reader.known()).toHaveLength(40)
  expect((await reader.pull('full')).gone).toBe(1)
})

test('Airtable: an iterator that expires is begun anew, a few times', async () => {
  const { world, reader } = await openBenchWith(openAirtable)
  await world.put(people(1, 23))
  world.loseIterators(2)
  await reader.pull('full')
  expect(reader.known()).toHaveLength(23)
  expect(reader.said.join()).toMatch(/no longer taken/)
  world.loseIterators(99)
  await expect(reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_BUSY' })
  expect(reader.known()).toHaveLength(23)
})

test('Airtable: after a 429 nothing is asked for thirty seconds', async () => {
  const { world, reader, slept } = await openBenchWith(openAirtable)
  await world.put(people(1, 23))
  world.trouble?.('busy: without a word', 1, 2)
  await reader.pull('full')
  expect(slept).toContain(30_000)
  expect(world.busy()).toBe(0)
})

test('Zendesk: the export begins at the last change less the overlap, and goes on by its own link', async () => {
  const { world, reader, clock } = await openBenchWith(openZendesk)
  await world.put(people(1, 12))
  await reader.pull('full')
  clock.advance(10 * MINUTE)
  await world.put(people(1, 12).map((one) => ({ ...one, last: 'Edited' })))
  clock.advance(2 * MINUTE)
  await reader.pull('incremental')
  expect(reader.known().every(({ last }) => last === 'Edited')).toBe(true)
  expect(world.exports[0]).toMatch(/^\?start_time=\d{10}&per_page=1000$/)
  expect(world.exports.slice(1).every((query) => query.startsWith('?cursor='))).toBe(true)
})

test('Zendesk: changes are read after a first pull in two parts', async () => {
  const { world, reader, clock } = await openBenchWith(openZendesk)
  await world.put(people(1, 23))
  clock.advance(60 * MINUTE)
  let pages = 0
  const crash = () => {
    pages += 1
    if (pages === 3) throw new Error('crash')
  }
  await expect(reader.pull('full', { onPage: crash })).rejects.toThrow('crash')
  await reader.pull('full')
  await world.put([person(1, { last: 'Edited' })])
  clock.advance(10 * MINUTE)
  await reader.pull('incremental')
  expect(reader.known().filter(({ last }) => last === 'Edited')).toHaveLength(1)
})

test('Zendesk: a change by the system, with an older time on it, is read', async () => {
  const { world, reader, clock } = await openBenchWith(openZendesk)
  await world.put(people(1, 3))
  await reader.pull('full')
  clock.advance(60 * MINUTE)
  const user = world.users.get('p2')
  if (user) world.users.set('p2', { ...user, details: 'By the system', generatedAt: clock.now() })
  clock.advance(2 * MINUTE)
  await reader.pull('incremental')
  expect(reader.known().map(({ last }) => last)).toContain('By the system')
})

test('Zendesk: ten exports in a minute are not asked for', async () => {
  const { world, reader, clock, slept } = await openBenchWith(openZendesk)
  await world.put(people(1, 100))
  await reader.pull('full')
  clock.advance(10 * MINUTE)
  await world.put(people(1, 100).map((one) => ({ ...one, last: 'Edited' })))
  clock.advance(2 * MINUTE)
  await reader.pull('incremental')
  expect(world.exports.length).toBeGreaterThanOrEqual(20)
  expect(slept.length).toBeGreaterThan(0)
  expect(reader.said.join()).not.toMatch(/429/)
})

const smallCap = (options: unknown) => {
  const { list, ...rest } = options as { list: object }
  return { ...rest, list: { ...list, maxResults: 12 } }
}

test('Close: a search that reaches its cap is halved until nobody is missing', async () => {
  const { world, reader, clock } = await openBenchWith((stage) => openClose(stage, 12), smallCap)
  for (const one of people(1, 60)) {
    await world.put([one])
    clock.advance(30_000)
  }
  const result = await reader.pull('full')
  expect(reader.known()).toHaveLength(60)
  expect(result.rejected).toBe(0)
  await world.put(
    people(1, 60).map((one) => ({ ...one, last: 'Edited' })),
    { changedAt: clock.now() - MINUTE },
  )
  for (const key of ['p1', 'p2']) world.contacts.delete(key)
  expect((await reader.pull('full')).gone).toBe(2)
})

test('Close: more contacts of one moment than a search gives are an error, and not a gap', async () => {
  const { world, reader } = await openBenchWith((stage) => openClose(stage, 12), smallCap)
  await world.put(people(1, 30))
  await expect(reader.pull('full')).rejects.toThrow(/12 records or more for one moment/)
})

test('Close: deletions come by the event log, also when no contact has changed for weeks', async () => {
  const { world, reader, clock } = await openBenchWith((stage) => openClose(stage))
  await world.put(people(1, 20))
  await reader.pull('full')
  for (let week = 1; week <= 6; week += 1) {
    clock.advance(7 * DAY)
    await world.delete([`p${week}`])
    clock.advance(MINUTE)
    const { mode, deleted } = await reader.pull('incremental')
    expect([mode, deleted]).toEqual(['incremental', 1])
  }
})

test('Close: after a pause that is longer than the event log, everything is read', async () => {
  const { world, reader, clock } = await openBenchWith((stage) => openClose(stage))
  await world.put(people(1, 20))
  await reader.pull('full')
  await world.delete(['p7'])
  clock.advance(40 * DAY)
  const result = await reader.pull('incremental')
  expect(result).toMatchObject({ mode: 'full', gone: 1 })
})
