// STOPs and contacts made by hand around any request of a push of many, in mixed readings of the API, with answers that are
// lost. The model: each row of the source, whoever wrote STOP, and whoever was there before heysync came to make them. In the
// end each number has one contact with what its row says (what somebody typed may stay), nobody who stopped was ever opted in,
// every count added up on the way (I1), and a quiet cycle writes nothing (I7).
import { expect, test } from 'vitest'
import { DIALECT_TABLE, type Dialects } from '../../../src/sandbox/dialects.ts'
import { aBentEngine, RUNAWAY } from '../../support/bent.ts'
import { nthPhone } from '../../support/contact.ts'
import { type Fate, fate, seeds, story } from '../../support/fate.ts'
import { person, RICH } from './support.ts'

const FILE = 'test/sync/push/histories.test.ts'
const PEOPLE = 40
const NAMES: readonly [keyof Dialects, ...(keyof Dialects)[]] = [
  ...(['duplicatePhone', 'putOmitted', 'displayName', 'omittedOptOut', 'overwriteOmitted'] as const),
  ...(['clearCustom', 'tagsRead', 'optedOutRead', 'emptyFields', 'emptyList', 'createStatus'] as const),
  ...(['errorBody', 'unknownId', 'resolution', 'cursor', 'batchAnswer', 'batchSkipped'] as const),
  ...(['batchCustom', 'batchFields', 'batchRefusal', 'batchCalls', 'bulkExisting', 'bulkFields'] as const),
  ...(['bulkRefusal', 'bulkCalls', 'searchCalls', 'idText', 'uuid', 'listOrder', 'page'] as const),
  ...(['scalars', 'tooManyTags', 'unknownCustom', 'zeroTimes', 'trimNames', 'countShape'] as const),
  ...(['channelsRead', 'channelIds', 'optedOutInList'] as const),
]
const SHAKY = {
  ...{ lostAnswer: 0.1, lostRequest: 0.05, error500After: 0.05 },
  ...{ error500Before: 0.05, truncated: 0.05, rateLimited: 0.05 },
}

/** Four readings at random, and sometimes small batches and searches. */
function readings(chance: Fate): Partial<Dialects> {
  const some = Array.from({ length: 4 }, () => {
    const name = chance.pick(NAMES)
    const { values } = DIALECT_TABLE[name] as { values: readonly [string, ...string[]] }
    return [name, chance.pick(values)]
  })
  return {
    ...Object.fromEntries(some),
    ...(chance.chance(0.3) ? { batchSize: chance.pick([5, 7, 12]) } : {}),
    ...(chance.chance(0.3) ? { searchSize: chance.pick([1, 3, 8]) } : {}),
  }
}

test.each(seeds(6))('history %i', async (seed) => {
  const chance = fate(seed)
  const told = story(FILE, seed)
  const dialects = readings(chance)
  const faults = chance.chance(0.5) ? SHAKY : {}
  const writes = chance.pick(['auto', 'bulk'])
  const fields = { default: { onHeymarketEdit: chance.pick(['source', 'heymarket']) } }
  told.tell(JSON.stringify({ dialects, faults, writes, fields }))
  const world = await aBentEngine({ dialects, faults, seed, source: RICH, writes, fields, most: 30_000 })
  const { store } = world.sandbox
  const stopped = new Set<string>()
  const typed = new Set<string>()
  const happen = (at: string) => {
    const phone = nthPhone(1 + chance.pick([0, 10, 20, 30]) + chance.pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
    if (store.contact(phone)) {
      store.stop(phone)
      stopped.add(phone)
      told.tell(`STOP of ${phone} at ${at}`)
    } else if (chance.chance(0.3)) {
      store.fill([{ phone, first: 'Typed' }])
      typed.add(phone)
      told.tell(`${phone} made by hand at ${at}`)
    }
  }
  const share = chance.pick([0.02, 0.1, 0.3])
  const outOf = (phone: string) =>
    store.contacts().some((one) => one.phone === phone && one.is_opted_out === true)
  const cycle = async () => {
    const end = await world.cycle(chance.pick(['full', 'incremental'])).then(
      ({ report }) => report.status,
      (error: Error & { code?: string }) => `${error.code} ${error.message}`,
    )
    told.tell(`cycle: ${end}`)
    expect(end, told.toString()).not.toMatch(/ERR_COUNTS|ERR_INTERNAL/)
    expect(end, told.toString()).not.toContain(RUNAWAY)
    expect(
      [...stopped].filter((phone) => !outOf(phone)),
      told.toString(),
    ).toEqual([])
    world.clock.advance(10 * 60_000)
    return end
  }
  for (let round = 0; round < 3; round += 1) {
    for (let n = 1; n <= PEOPLE; n += 1)
      world.rows[`r${n}`] = person(n, {
        first: chance.pick(['A0', 'A1', 'A2']),
        plan: chance.pick(['', 'Gold', 'Silver', '7']),
        tags: chance.pick(['', 'VIP', 'VIP,Newsletter']),
        stop: world.rows[`r${n}`]?.stop ?? (chance.chance(0.1) ? 'yes' : 'no'),
      })
    world.bend(async ({ method, path }, pass) => {
      const something = chance.chance(share)
      if (something && chance.chance(0.5)) happen(`${method} ${path}`)
      const answer = await pass()
      if (something) happen(`after ${method} ${path}`)
      return answer
    })
    await cycle()
    if (chance.chance(0.5)) await cycle()
  }
  world.straighten()
  let end = ''
  for (let quiet = 0; quiet < 8 && end !== 'ok'; quiet += 1) end = await cycle()
  const dead = world.engine.outbox.inState('dead').map(({ phone, error }) => `${phone} ${error}`)
  expect({ end, dead }, told.toString()).toEqual({ end: 'ok', dead: [] })
  expect(
    store
      .contacts()
      .map(({ phone }) => phone)
      .sort(),
    told.toString(),
  ).toEqual(Array.from({ length: PEOPLE }, (_, at) => nthPhone(at + 1)))
  for (const row of Object.values(world.rows)) {
    const phone = String(row.phone)
    const one = store.contact(phone)
    if (row.stop === 'yes') expect(one?.is_opted_out, told.toString()).toBe(true)
    if (typed.has(phone)) continue
    const tags = one?.tags
      .map(({ tag }) => tag)
      .sort()
      .join()
    expect([phone, one?.first, one?.email, one?.custom['901'] ?? '', tags], told.toString()).toEqual([
      ...[phone, row.first, row.email, row.plan],
      String(row.tags).split(',').sort().join(),
    ])
  }
  const before = world.log.length
  await cycle()
  const written = world.log.slice(before).filter(({ method, path }) => {
    if (method !== 'POST') return method !== 'GET'
    return /^[/](v1[/]contact|v1[/]batch[/]contacts|v2[/]contacts)$/.test(path)
  })
  expect(written, told.toString()).toEqual([])
})
