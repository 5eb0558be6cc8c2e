// kill -9 at any instant of a first load with lists, while everything goes wrong that can: one or two more syncs and
// everything is there, everybody once, and nobody was ever opted in. A larger one: scripts/kill-first-load.mjs.
import { expect, onTestFinished, test } from 'vitest'
import type { Faults } from '../../src/sandbox/faults.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import { dice } from '../support/dice.ts'
import { tempFolder } from '../support/folder.ts'
import { makeExecutioner, runHeysync } from './crash-child.ts'
import {
  ALL_FAULTS,
  amountOf,
  differences,
  MIXES,
  useAccount,
  writeConfig,
  writeSource,
} from './first-load.ts'
import { openEye } from './first-load-eye.ts'
import { planSpree } from './kill-spree.ts'

interface Case {
  readonly mix: string
  readonly people: number
  readonly kills: number
  readonly seed: number
  readonly faults: Partial<Faults>
  readonly requestsPerMinute: number
}

const { HEYSYNC_TEST_SEED, HEYSYNC_CRASH } = process.env
const SEED = Number(HEYSYNC_TEST_SEED ?? 20_261_121)
const SMALL = { people: 250, faults: ALL_FAULTS, requestsPerMinute: 6_000 }
// Many that were never applied would be looked for through a minute.
const APPLIED = { ...ALL_FAULTS, lostRequest: 0, error500Before: 0, badGateway: 0, lostAnswer: 0.1 }
const MANY_LOST = { lostAnswer: 0.15, error500After: 0.05, truncated: 0.05, slowMs: 150, writesOnly: 1 }

/** The script asks for one of its own by HEYSYNC_CRASH, as JSON. */
const CASES: readonly Case[] = HEYSYNC_CRASH
  ? [{ ...SMALL, ...(JSON.parse(HEYSYNC_CRASH) as Case) }]
  : [
      { ...SMALL, mix: 'duplicates', kills: 10, seed: SEED, faults: MANY_LOST },
      { ...SMALL, mix: 'bulk', kills: 8, seed: SEED + 1, faults: APPLIED },
      { ...SMALL, mix: 'single', kills: 8, seed: SEED + 2 },
    ]

test.each(CASES)(
  '$mix, $people people, killed $kills times, seed $seed (HEYSYNC_TEST_SEED)',
  {
    timeout: HEYSYNC_CRASH ? 7_200_000 : 300_000,
  },
  async ({ mix, people, kills, seed, faults, requestsPerMinute }) => {
    const spree = planSpree()
    const eye = openEye(() => sandbox, people)
    const sandbox: Sandbox = await startSandbox({
      port: 0,
      requestsPerMinute,
      dialects: MIXES[mix] ?? {},
      faults,
      seed,
      onRequest: spree.onRequest,
      onWrite: (entry, body) => {
        const before = eye.written()
        eye.onWrite(entry, body)
        spree.onWritten(eye.written() - before)
      },
    })
    const folder = tempFolder()
    onTestFinished(() => sandbox.close())
    writeSource(folder, people)
    writeConfig(folder, sandbox.url, requestsPerMinute)
    const usedIds = useAccount(sandbox, people)

    const total = amountOf(people)
    const places = await spree.run({
      sandbox,
      folder,
      kills,
      seed,
      withinMs: HEYSYNC_CRASH ? 3_000 : 1_000,
      left: () => Math.max(0, total - amountThere(sandbox)),
      onKill: (n) => {
        eye.lookAround()
        tell(n % 10 === 0, `${n} kills, ${amountThere(sandbox)} of ${total} written`)
      },
    })
    sandbox.configure({ faults: Object.fromEntries(Object.keys(faults).map((name) => [name, 0])) })
    // The first may find out only at its end that somebody was deleted meanwhile.
    const first = await runHeysync(['sync', '--json'], folder)
    expect([0, 1], first.stdout + first.stderr).toContain(first.exitCode)
    const last = await runHeysync(['sync', '--json'], folder)
    eye.lookAround()
    tell(true, `killed ${JSON.stringify(places)}, ${sandbox.store.requests().length} requests`)

    expect(differences(sandbox, people, usedIds)).toEqual([])
    expect(eye.wrong).toEqual([])
    expect(last, last.stderr).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(last.stdout)).toMatchObject({ status: 'ok', push: { retrying: 0, deadLettered: 0 } })
    expect(eye.busiestMinute()).toBeLessThanOrEqual(requestsPerMinute)
    const refused = sandbox.store.requests().filter(({ status, fault }) => status === 429 && fault === null)
    expect(refused).toEqual([])

    const before = sandbox.store.requests().length
    expect(await runHeysync(['sync', '--json'], folder)).toMatchObject({ exitCode: 0 })
    const silent = sandbox.store.requests().slice(before)
    expect(silent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/contacts',
      'POST /v1/contacts/count',
    ])
  },
)

test('killed at each of its list writes in turn, it makes each list once and puts everybody on', {
  timeout: 120_000,
}, async () => {
  const people = 120
  const executioner = makeExecutioner()
  const sandbox = await startSandbox({
    port: 0,
    requestsPerMinute: 100_000,
    // Small lists, so that there are many, and nothing but care keeps a second one from being made.
    dialects: { listSize: 25, listLocalId: 'duplicate' },
    onWrite: ({ path }) => path.startsWith('/v2/list') && executioner.onRequest(),
  })
  const folder = tempFolder()
  onTestFinished(() => sandbox.close())
  writeSource(folder, people)
  writeConfig(folder, sandbox.url, 100_000)
  const usedIds = useAccount(sandbox, people)
  const roll = dice(SEED)
  let kills = 0
  for (;;) {
    const kill = { executioner, requests: 1, turns: roll(2) * roll(12) }
    if (!(await runHeysync(['sync', '--json'], folder, kill)).killed) break
    kills += 1
    expect(kills).toBeLessThan(20)
  }
  expect(kills).toBeGreaterThanOrEqual(sandbox.store.lists().length)
  expect(await runHeysync(['sync', '--json'], folder)).toMatchObject({ exitCode: 0 })
  expect(differences(sandbox, people, usedIds)).toEqual([])
})

/** Contacts and members that the account holds. */
function amountThere({ store }: Sandbox): number {
  return store.lists().reduce((sum, { members }) => sum + members.length, store.creations().length)
}

function tell(yes: boolean, text: string): void {
  if (HEYSYNC_CRASH && yes) process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${text}\n`)
}
