// Owns the service of the day in this process: the real daemon with its front, on the clock of the day.
import { join } from 'node:path'
import { pino } from 'pino'
import { openApp } from '../../../src/app.ts'
import { configChanges } from '../../../src/config/changes.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { runDaemon } from '../../../src/service/daemon.ts'
import { startFront } from '../../../src/service/front/front.ts'
import { serveFront } from '../../../src/service/front/serve.ts'
import { followSchedules, type Schedules } from '../../../src/service/schedules.ts'
import { connectors } from '../../support/connectors.ts'
import type { House } from '../support.ts'
import type { DayClock } from './clock.ts'

export interface Service {
  /** What came due until now is done when this resolves. */
  look(): Promise<void>
  /** Posts to the admin API; what it began is done when this resolves. */
  post(path: string, body?: object): Promise<Answer>
  get(path: string): Promise<Answer>
  /** As SIGTERM does. */
  stop(): Promise<void>
}

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: the test says what it expects in it
  readonly body: any
}

/** Begins at once; what is due at a start is done when this resolves. */
export async function startService(home: House, clock: DayClock): Promise<Service> {
  const stop = new AbortController()
  const { signal } = stop
  const log = pino({ level: 'silent' })
  const random = () => 1
  const load = () => loadConfig({ path: join(home.dir, 'heysync.yaml'), env: {}, cwd: home.dir, connectors })
  const open = () => openApp({ loaded: load(), clock, random, signal: new AbortController().signal, log })
  let schedules: Schedules | undefined
  let url = ''
  let rests = false
  let onRest = () => {}
  clock.onRest = () => {
    rests = true
    // Whatever is due next is begun before anything else happens.
    setImmediate(() => rests && onRest())
  }
  const quiet = () =>
    new Promise<void>((resolve) => {
      onRest = resolve
      if (rests) setImmediate(() => rests && resolve())
    })
  const ended = runDaemon({
    ...{ app: open(), clock, random, signal, log },
    follow: (deps) => {
      const made = followSchedules(deps)
      // The test says when the clock is looked at.
      made.stop()
      schedules = made
      return made
    },
    openFront: (app, control, state) =>
      serveFront(
        {
          ...{ app, clock, log },
          open: (options, asked, { onWebhook }) =>
            startFront(options, asked, {
              ...{ onWebhook, log: () => {}, now: clock.now },
              tick: () => performance.now(),
            }),
        },
        control,
        state,
      ),
    onReady: (at) => {
      url = at ?? ''
    },
    show: () => {
      rests = false
    },
    reopen: async (app) => {
      const opened = open()
      return { app: opened, changed: configChanges(app.loaded, opened.loaded), warnings: [] }
    },
  })
  const call = async (path: string, init: RequestInit): Promise<Answer> => {
    const answer = await fetch(`${url}${path}`, init)
    return { status: answer.status, body: await answer.json() }
  }
  await Promise.race([quiet(), ended])
  return {
    look: async () => {
      schedules?.look()
      await quiet()
    },
    post: async (path, body = {}) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await call(path, { method: 'POST', headers, body: JSON.stringify(body) })
      if (answer.status === 202) await quiet()
      return answer
    },
    get: (path) => call(path, {}),
    stop: async () => {
      stop.abort()
      await ended
    },
  }
}
