// An older version of a record says STOP, once more: what a person allowed by hand since then stays allowed.
import type { Page, SourceRecord } from 'heysync/connector'
import { expect, test } from 'vitest'
import { nthPhone } from '../../support/contact.ts'
import { aSource } from '../../support/engine.ts'
import { rec, world } from './world.ts'

const SAID = '2030-01-15T10:00:00Z'
const TAKEN_BACK = '2030-01-15T11:00:00Z'
const LATER = '2030-01-16T10:00:00Z'

/** A file of changes that grows, and is read from its first row again: the STOP stands in it for good. */
async function grown() {
  const made = world({ source: aSource({ map: { optedOut: 'stop' } }), can: { incremental: 'token' } })
  const says = (...more: SourceRecord[]): Page[] => {
    const records = [rec('1', { stop: 'yes' }, SAID), rec('1', { stop: 'no' }, TAKEN_BACK), ...more]
    return [{ records, changes: true, position: 'p', end: { covers: 'changes', count: null, token: 't' } }]
  }
  const read = async (...more: SourceRecord[]) => {
    await made.pull(says(...more), { mode: 'incremental' })
    return made.mirror.consent.isOptedOut(nthPhone(1))
  }
  return { ...made, read }
}

test('counts as long as nobody allowed it', async () => {
  const { read } = await grown()
  expect([await read(), await read()]).toEqual([true, true])
})

test('counts no more once a person allowed it, whatever is added to the file', async () => {
  const { read, mirror, clock } = await grown()
  await read()
  mirror.consent.allow(nthPhone(1), 'a signed form', clock.now())
  expect(await read(rec('2', { stop: 'no' }, LATER))).toBe(false)
})

test('counts where it was said after a person allowed it', async () => {
  const { read, mirror, clock } = await grown()
  await read()
  mirror.consent.allow(nthPhone(1), 'a signed form', clock.now())
  const stop = rec('1', { stop: 'yes', first: 'Old' }, '2030-01-15T18:00:00Z')
  expect(await read(rec('1', { stop: 'no' }, LATER), stop)).toBe(true)
})
