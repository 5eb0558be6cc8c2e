// A broadcast to 2,000 people that is killed again and again while answers get lost: each person is messaged once.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Dialects } from '../../src/sandbox/dialects.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { dice } from '../support/dice.ts'
import { makeExecutioner, runHeysync } from './crash-child.ts'

const PEOPLE = 2_000
const SEED = Number(process.env.HEYSYNC_TEST_SEED ?? 20_261_121)
const TEXT = 'Hi {{first_name}}, we open at nine tomorrow.'

const CASES: readonly { name: string; kills: number; dialects: Partial<Dialects>; seed: number }[] = [
  { name: 'one list', kills: 12, dialects: {}, seed: SEED },
  {
    name: 'eight lists, and nothing stops a second message or shows whose it is',
    kills: 20,
    dialects: { listSize: 250, messageLocalId: 'ignored', localIdShown: 'no', messagesDate: 'from' },
    seed: SEED + 1,
  },
  {
    name: 'all messages in the same second',
    kills: 10,
    dialects: { listSize: 700, messageLocalId: 'ignored', resolution: 'second' },
    seed: SEED + 3,
  },
  {
    name: 'lists that cannot be read',
    kills: 16,
    dialects: { listSize: 250, listReads: 'gone', messageLocalId: 'ignored', optedOutBroadcast: 'send' },
    seed: SEED + 2,
  },
]

test.each(CASES)(
  '$name, seed $seed (HEYSYNC_TEST_SEED)',
  { timeout: 240_000 },
  async ({ kills, dialects, seed }) => {
    const executioner = makeExecutioner()
    let aim = /./
    const sandbox = await startSandbox({
      port: 0,
      requestsPerMinute: 100_000,
      dialects,
      faults: { lostAnswer: 0.2, lostRequest: 0.05, error500After: 0.05, writesOnly: 1 },
      seed,
      onRequest: ({ path }) => {
        if (aim.test(path)) executioner.onRequest()
      },
    })
    const folder = mkdtempSync(join(tmpdir(), 'heysync-broadcast-'))
    onTestFinished(async () => {
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true })
    })
    sandbox.store.fill(
      numbers().map((phone, index) => ({ phone, first: `First${index}`, is_opted_out: index % 100 === 7 })),
    )
    writeHouse(folder, sandbox.url)
    const args = ['broadcast', '--phones', '@numbers.txt', '--text', TEXT, '--yes', '--json']

    const roll = dice(seed)
    const killedAt = { anything: 0, send: 0 }
    // The first half of the kills strikes anywhere on the way to the first message, the second half at a message.
    for (let runs = 0; killedAt.anything + killedAt.send < kills; runs += 1) {
      expect(runs).toBeLessThan(4 * kills)
      const atSend = killedAt.anything >= kills / 2
      aim = atSend ? /^\/v1\/message\/send$/ : /./
      const requests = atSend ? 1 : 1 + roll(24)
      const ending = await runHeysync(args, folder, { executioner, requests, turns: roll(2) * roll(12) })
      if (ending.killed) killedAt[atSend ? 'send' : 'anything'] += 1
      else if (ending.exitCode === 0) break
      else expect(ending).toMatchObject({ exitCode: 1 })
    }
    expect(killedAt.send).toBeGreaterThan(0)
    sandbox.configure({ faults: { lostAnswer: 0, lostRequest: 0, error500After: 0 } })
    const last = await runHeysync(args, folder)
    expect(last).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(last.stdout)).toMatchObject({ state: 'sent', reached: PEOPLE - PEOPLE / 100 })

    const told = new Map<string, number>()
    for (const { targets, text } of sandbox.store.messages()) {
      const phone = targets.join(',')
      told.set(phone, (told.get(phone) ?? 0) + 1)
      expect(text).toMatch(/^Hi First\d+, we open at nine tomorrow\.$/)
    }
    const expected = numbers().filter((_, index) => index % 100 !== 7)
    expect([...told.keys()].sort()).toEqual([...expected].sort())
    expect([...told].filter(([, times]) => times !== 1)).toEqual([])
  },
)

function numbers(): string[] {
  return Array.from({ length: PEOPLE }, (_, index) => String(14_152_000_000 + index))
}

function writeHouse(folder: string, url: string): void {
  writeFileSync(join(folder, 'numbers.txt'), `${numbers().join('\n')}\n`)
  writeFileSync(join(folder, 'nobody.csv'), 'id,phone\n')
  writeFileSync(
    join(folder, 'heysync.yaml'),
    `heymarket:
  baseUrl: ${url}
  auth: { secretId: sandbox, secretKey: sandbox-secret }
  requestsPerMinute: 100000
database: ./heysync.db
defaultCountry: US
messaging: { inbox: Front desk, sender: Ana Duarte, settleSeconds: 1 }
sources:
  - id: people
    connector: csv
    options: { path: ./nobody.csv, idColumn: id }
    map: { phone: phone }
`,
  )
}
