// Owns the service of the day in this process: the real daemon with its front, on the clock of the day.
import { join } from 'node:path'
import { pino } from 'pino'
import { type App, openApp } from '../../../src/app.ts'
import { configChanges } from '../../../src/config/changes.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { Db } from '../../../src/db/open.ts'
import type { DaemonState } from '../../../src/service/control.ts'
import { runDaemon } from '../../../src/service/daemon.ts'
import { drain } from '../../../src/service/drain.ts'
import { startFront } from '../../../src/service/front/front.ts'
import { serveFront } from '../../../src/service/front/serve.ts'
import { followSchedules, type Schedules } from '../../../src/service/schedules.ts'
import { connectors } from '../../support/connectors.ts'
import type { House } from '../support.ts'
import type { DayClock } from './clock.ts'

export interface Service {
  /** Nothing is to be done any more when this resolves; at first, what is due at a start. */
  quiet(): Promise<void>
  /** Resolves once it shows these problems and no others. */
  shows(...codes: readonly string[]): Promise<void>
  /** The lines of its log. */
  readonly log: string[]
  /** The connection by which it works. */
  readonly db: Db
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

/** Resolves as soon as it answers. */
export async function startService(home: House, clock: DayClock): Promise<Service> {
  const stop = new AbortController()
  const { signal } = stop
  const lines: string[] = []
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) })
  const random = () => 1
  const load = () => loadConfig({ path: join(home.dir, 'heysync.yaml'), env: {}, cwd: home.dir, connectors })
  const drained = drain({ clock, signal, log })
  const open = () => openApp({ loaded: load(), clock, random, signal: drained.signal, log })
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
  let problems = ''
  const watchers = new Set<() => void>()
  let ready = () => {}
  const answers = new Promise<void>((resolve) => {
    ready = resolve
  })
  let app: App = open()
  const ended = runDaemon({
    ...{ app, clock, random, signal, log },
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
      ready()
    },
    show: (state: DaemonState) => {
      rests = false
      problems = state.problems.map(({ code }) => code).join()
      for (const look of watchers) look()
    },
    reopen: async ({ loaded }) => {
      app = open()
      return { app, changed: configChanges(loaded, app.loaded), warnings: [] }
    },
  }).finally(drained.done)
  const call = async (path: string, init: RequestInit): Promise<Answer> => {
    const answer = await fetch(`${url}${path}`, init)
    return { status: answer.status, body: await answer.json() }
  }
  await Promise.race([answers, ended])
  return {
    quiet,
    log: lines,
    get db() {
      return app.db
    },
    shows: (...codes) =>
      new Promise((resolve) => {
        const look = () => {
          if (problems !== codes.join()) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
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
