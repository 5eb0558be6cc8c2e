// The front's thread ends by itself, as by an error that nobody foresaw: it is begun again at its address, and knows what it missed.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { openApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Control, DaemonState } from '../../src/service/control.ts'
import { beginFront } from '../../src/service/front/open.ts'
import { serveFront } from '../../src/service/front/serve.ts'
import { leapingClock } from '../support/clock.ts'
import { connectors } from '../support/connectors.ts'
import { tempFolder } from '../support/folder.ts'

const WORKER = new URL('../../dist/src/service/front/worker.js', import.meta.url)

/** As soon as somebody answers there. */
async function statusAt(url: string): Promise<{ state: string }> {
  for (;;) {
    const answer = await fetch(`${url}/api/status`).catch(() => null)
    if (answer !== null) return (await answer.json()) as { state: string }
    await new Promise((next) => setImmediate(next))
  }
}

test('a front that ends by itself is begun again at its address', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'people.csv'), 'id,phone\n1,14155552671\n')
  writeFileSync(
    join(folder, 'heysync.yaml'),
    `heymarket: { auth: { secretId: sandbox, secretKey: sandbox-secret } }
database: ./heysync.db
defaultCountry: US
service: { listen: "127.0.0.1:0" }
sources:
  - id: people
    connector: csv
    options: { path: ./people.csv, idColumn: id }
    map: { phone: phone }
`,
  )
  const loaded = loadConfig({ path: join(folder, 'heysync.yaml'), env: {}, cwd: folder, connectors })
  const clock = leapingClock()
  const log = pino({ level: 'silent' })
  const app = openApp({ loaded, clock, random: () => 1, signal: new AbortController().signal, log })
  onTestFinished(() => app.close())
  const workers: Worker[] = []
  const threads = {
    take: () => {
      const worker = new Worker(WORKER)
      workers.push(worker)
      return worker
    },
  }
  const open: Parameters<typeof serveFront>[0]['open'] = (options, control, told) =>
    beginFront(options, threads, log).serve(control, told, options.state)
  const state: DaemonState = { startedAt: clock.now(), next: {}, paused: [], problems: [], waiting: [] }
  const front = await serveFront({ app, clock, log, open }, {} as Control, state)
  expect(await statusAt(front.url)).toMatchObject({ state: 'ok' })
  front.show({ ...state, paused: ['people'] })
  await workers[0]?.terminate()
  expect(await statusAt(front.url)).toMatchObject({ state: 'paused' })
  expect(workers).toHaveLength(2)
  await front.close()
  await expect(fetch(front.url)).rejects.toThrow()
})
