// kill -9 at any instant, with answers that get lost: one more sync and everything is there, everybody once.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Faults } from '../../src/sandbox/faults.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { dice } from '../support/dice.ts'
import { type Executioner, makeExecutioner, runHeysync } from './crash-child.ts'

const PEOPLE = 300
const SEED = Number(process.env.HEYSYNC_TEST_SEED ?? 20_261_121)

const CASES: readonly { name: string; kills: number; faults: Partial<Faults>; seed: number }[] = [
  { name: 'lost answers', kills: 25, faults: { lostAnswer: 0.15, slowMs: 150 }, seed: SEED },
  {
    name: 'lost answers, lost requests and failing servers',
    kills: 12,
    faults: {
      lostAnswer: 0.08,
      lostRequest: 0.08,
      error500After: 0.08,
      error500Before: 0.05,
      truncated: 0.08,
    },
    seed: SEED + 1,
  },
]

describe.each(CASES)('$name, seed $seed (HEYSYNC_TEST_SEED)', ({ kills, faults, seed }) => {
  test(`a first sync that is killed ${kills} times ends exact, with nobody made twice`, {
    timeout: 300_000,
  }, async () => {
    const executioner = makeExecutioner()
    const sandbox = await startSandbox({
      port: 0,
      requestsPerMinute: 100_000,
      dialects: { duplicatePhone: 'duplicate' },
      faults: { ...faults, writesOnly: 1 },
      seed,
      onRequest: executioner.onRequest,
    })
    const folder = mkdtempSync(join(tmpdir(), 'heysync-crash-'))
    onTestFinished(async () => {
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true })
    })
    writeConfig(folder, sandbox.url)
    sandbox.store.fill(usedAccount())

    await killManyTimes(folder, executioner, kills, seed)
    // One run is left alone in the bad weather, so that what fails in it is tried again; the next has good weather.
    expect([0, 1]).toContain((await runHeysync(['sync', '--json'], folder)).exitCode)
    sandbox.configure({ faults: Object.fromEntries(Object.keys(faults).map((name) => [name, 0])) })
    const last = await runHeysync(['sync', '--json'], folder)
    expect(last).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(last.stdout)).toMatchObject({ status: 'ok', push: { retrying: 0, deadLettered: 0 } })

    const real = sandbox.store
      .contacts()
      .map(({ phone, first, is_opted_out }) => ({ phone, first, is_opted_out }))
    expect(real.sort(byPhone)).toEqual(expectedAccount().sort(byPhone))
    const made = sandbox.store.creations().map((one) => one.phone)
    expect(made.filter((phone, index) => made.indexOf(phone) !== index)).toEqual([])

    const before = sandbox.store.requests().length
    const silent = await runHeysync(['sync', '--json'], folder)
    expect(silent).toMatchObject({ exitCode: 0 })
    const after = sandbox.store.requests().slice(before)
    expect(after.filter(({ method, path }) => method !== 'GET' && !path.startsWith('/v1/contacts'))).toEqual(
      [],
    )
  })
})

/**
 * Runs and kills until the count is reached. Most runs are cut at one of their first requests, every sixth later.
 * Once a run came to its end by itself, the kills come at the first request.
 */
async function killManyTimes(
  folder: string,
  executioner: Executioner,
  wanted: number,
  seed: number,
): Promise<void> {
  const roll = dice(seed)
  let done = false
  for (let kills = 0, runs = 0; kills < wanted; runs += 1) {
    expect(runs).toBeLessThan(2 * wanted)
    const requests = done ? 1 : roll(6) === 0 ? 30 + roll(30) : 1 + roll(10)
    const ending = await runHeysync(['sync', '--json'], folder, {
      executioner,
      requests,
      turns: roll(2) * roll(12),
    })
    if (ending.killed) kills += 1
    // Nothing but a lost answer or a lost request may make a run fail.
    else expect([0, 1]).toContain(ending.exitCode)
    done = done || !ending.killed
  }
}

const phoneOf = (index: number) => String(14_152_000_000 + index)

function usedAccount() {
  return Array.from({ length: 40 }, (_, index) => ({
    phone: phoneOf(index * 5),
    first: 'Old',
    is_opted_out: index % 4 === 0,
  }))
}

/** Every tenth person is opted out by the file; the account's own opt-outs stay. */
function expectedAccount() {
  const out = new Set(usedAccount().flatMap((one) => (one.is_opted_out ? [one.phone] : [])))
  return Array.from({ length: PEOPLE }, (_, index) => ({
    phone: phoneOf(index),
    first: `First${index}`,
    is_opted_out: index % 10 === 3 || out.has(phoneOf(index)),
  }))
}

function byPhone(a: { phone: string | null }, b: { phone: string | null }): number {
  return (a.phone ?? '') < (b.phone ?? '') ? -1 : 1
}

function writeConfig(folder: string, url: string): void {
  const rows = Array.from(
    { length: PEOPLE },
    (_, index) => `${index},${phoneOf(index)},First${index},Last${index},${index % 10 === 3 ? 'yes' : 'no'}`,
  )
  const csv = join(folder, 'people.csv')
  writeFileSync(csv, `id,phone,first,last,stop\n${rows.join('\n')}\n`)
  // Left alone for long enough to count as finished.
  utimesSync(csv, 1_700_000_000, 1_700_000_000)
  writeFileSync(
    join(folder, 'heysync.yaml'),
    `heymarket:
  baseUrl: ${url}
  auth: { secretId: sandbox, secretKey: sandbox-secret }
  requestsPerMinute: 100000
database: ./heysync.db
defaultCountry: US
sources:
  - id: people
    connector: csv
    options: { path: ./people.csv, idColumn: id }
    map: { phone: phone, first: first, last: last, optedOut: stop }
`,
  )
}
