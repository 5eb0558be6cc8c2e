// The write-ahead log is brought into the database while the service runs, and not by those who commit.
import { statSync, watch } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { clinic } from './clinic.ts'

/** More than a database without people takes. */
const FILLED_BYTES = 1_000_000

test('what a first load wrote is in the database while the service goes on', async () => {
  const home = await clinic(3_000, { source: { schedule: '0 3 * * *' } })
  const service = home.start('run')
  await service.said('cycle finished')
  const file = join(home.dir, 'data/heysync.db')
  await new Promise<void>((filled) => {
    const look = () => {
      if (statSync(file).size > FILLED_BYTES) filled()
    }
    const watched = watch(file, look)
    onTestFinished(() => watched.close())
    look()
  })
  expect(home.sandbox.store.contacts()).toHaveLength(3_000)
  service.signal('SIGTERM')
  expect((await service.done).code).toBe(0)
})
