// The database is gone: deleted between two syncs, or deleted or replaced while `heysync run` has it open.
import { copyFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { csv, type House, people, writes } from '../support.ts'
import { clinic, EVERY_SECOND, expectExactly } from './clinic.ts'

test('deleted between two syncs: both sides are read again, and nothing is written', async () => {
  const home = await clinic(30)
  await home.json(0, 'sync')
  home.remove('data')
  const requests = await home.requestsOf(() => home.json(0, 'sync'))
  expect(writes(requests)).toEqual([])
  expectExactly(home, people(30))
})

describe('while heysync runs', () => {
  const LOSSES = [
    {
      what: 'its folder deleted',
      word: 'deleted',
      lose: (home: House) => home.remove('data'),
    },
    {
      what: 'the file deleted',
      word: 'deleted',
      lose: (home: House) => home.remove('data/heysync.db'),
    },
    {
      what: 'a backup put in its place',
      word: 'replaced',
      lose: ({ dir }: House) => renameSync(join(dir, 'backup.db'), join(dir, 'data/heysync.db')),
    },
  ]
  test.each(LOSSES)(
    '$what: run says so, goes on with what is there, and status agrees',
    async ({ word, lose }) => {
      const home = await clinic(30, { source: EVERY_SECOND })
      await home.json(0, 'sync')
      copyFileSync(join(home.dir, 'data/heysync.db'), join(home.dir, 'backup.db'))
      const service = home.start('run')
      await service.said('cycle finished', 2)
      lose(home)
      await service.said(
        `was ${word} while heysync had it open. It is opened anew, and both sides are read again.`,
      )
      const now = people(32)
      home.write('contacts.csv', csv(now))
      await service.said('"acked":2')
      service.signal('SIGTERM')
      expect((await service.done).code).toBe(0)
      expectExactly(home, now)
      expect(await home.json(0, 'status')).toMatchObject({
        contacts: { wanted: 32, inHeymarket: 32 },
        lastCycle: { status: 'ok', trigger: 'schedule' },
      })
    },
  )

  test('a sync that waited for its turn says so, and the same command again works', async () => {
    const home = await clinic(120)
    home.sandbox.configure({ faults: { slowMs: 2000 } })
    const first = home.start('sync')
    await home.holds(1)
    const second = home.start('sync')
    await second.said('is working on this database; waiting for it to finish')
    home.remove('data/heysync.db')
    home.sandbox.configure({ faults: { slowMs: 0 } })
    await first.done
    const done = await second.done
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('Error ERR_DATABASE_LOST')
    await home.json(0, 'sync')
    expectExactly(home, people(120))
  })
})
