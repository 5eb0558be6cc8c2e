// Owns what the daemon does when it is asked: what was agreed on in `Control`, kept as a promise, and on the queue of what is due.
import type { App } from '../app.ts'
import type { Clock } from '../lib/clock.ts'
import { HeysyncError } from '../lib/errors.ts'
import { readBareE164 } from '../lib/phone.ts'
import { memberFailure } from '../sync/lists/failed-members.ts'
import { causeId } from '../sync/outbox/causes.ts'
import { type FailedChange, failureOf } from '../sync/outbox/failure.ts'
import { revive } from '../sync/outbox/revive.ts'
import type { Control } from './control.ts'
import type { Asked, DueQueue } from './due.ts'
import type { Paused } from './paused.ts'
import { type Promised, promiseStore, type Request } from './promises.ts'

export interface AsksDeps {
  /** Another one after a reload. */
  readonly app: () => App
  readonly clock: Clock
  readonly due: DueQueue
  readonly paused: Paused
  readonly reload: Control['reload']
  /** Told of each cycle that was accepted. */
  readonly onAccept: (cycle: string) => void
}

export interface Asks {
  readonly control: Control
  /** Puts back on the queue what an earlier run of the service promised and did not begin. Resolves to how many. */
  goOn(): number
  /** The turn of this promise is over, or never comes. */
  done(cycle: string): void
}

export function openAsks({ app, clock, due, paused, reload, onAccept }: AsksDeps): Asks {
  const promises = () => promiseStore(app().db)
  const enqueue = ({ id, request }: Promised): void => {
    due.ask(turnFor(app, clock, id, request))
    onAccept(id)
  }
  const accept = (request: Request): { cycle: string } => {
    const { cycles } = app().engine
    // Ids sort in the order of the cycles, and several may wait.
    const id = cycles.nextId(clock.now(), due.asked().at(-1))
    promises().add({ id, request })
    enqueue({ id, request })
    return { cycle: id }
  }
  return {
    control: {
      sync: async ({ sources, mode, allowEmpty, trigger }) => {
        app().sourceIds(allowEmpty)
        return accept({ kind: 'sync', mode, sources: app().sourceIds(sources), allowEmpty, trigger })
      },
      approve: async (cycle) => {
        assertKnown(app(), cycle)
        return accept({ kind: 'approve', cycle })
      },
      // A full cycle that reads no source.
      reconcile: async () =>
        accept({ kind: 'sync', mode: 'full', sources: [], allowEmpty: [], trigger: 'reconcile' }),
      redrive: async (pick) => accept({ kind: 'redrive', ...pick }),
      pause: async (source) => paused.pause(app().sourceIds(source === null ? [] : [source])),
      resume: async (source) => paused.resume(app().sourceIds(source === null ? [] : [source])),
      reload,
    },
    goOn: () => {
      const open = promises().open()
      for (const promised of open) enqueue(promised)
      return open.length
    },
    done: (cycle) => {
      try {
        promises().forget(cycle)
      } catch {
        // A database that takes nothing now: the next start sees that the cycle has begun.
      }
    },
  }
}

function turnFor(app: () => App, clock: Clock, id: string, request: Request): Asked {
  if (request.kind === 'sync') {
    const { mode, sources, allowEmpty, trigger } = request
    // The config may have lost a source since.
    const known = new Set(app().loaded.config.sources.map((source) => source.id))
    const still = (ids: readonly string[]) => ids.filter((one) => known.has(one))
    return { id, mode, sources: still(sources), allowEmpty: still(allowEmpty), trigger }
  }
  const push = { id, mode: 'incremental', sources: [], allowEmpty: [], trigger: request.kind } as const
  if (request.kind === 'approve')
    return { ...push, prepare: () => release(app(), request.cycle, clock.now()) }
  return { ...push, prepare: () => putBack(app(), request) }
}

function assertKnown({ engine: { cycles, held, heldMembers } }: App, id: string): void {
  if (cycles.find(id)) return
  const waiting = held.all()[0] ?? heldMembers.all()[0]
  throw new HeysyncError('ERR_CYCLE_UNKNOWN', {
    message: `There is no cycle ${id}.`,
    hint: waiting
      ? `What waits now was held by: heysync approve ${waiting.cycle_id}`
      : 'Nothing is held. `heysync status` shows the last cycle.',
  })
}

function release({ engine: { mirror, held, heldMembers } }: App, cycle: string, now: number): void {
  mirror.transaction(() => held.approve(cycle, now) + heldMembers.approve(cycle, now))
  mirror.alarms.accept(cycle)
}

function putBack(
  { engine }: App,
  { cause, phone }: { cause?: string | undefined; phone?: string | undefined },
): void {
  const { mirror, outbox, lookups } = engine
  const number = phone === undefined ? undefined : (readBareE164(phone) ?? phone)
  const picks = (failure: FailedChange) =>
    (number === undefined || failure.phone === number) && (cause === undefined || causeId(failure) === cause)
  const operations = outbox.inState('dead').filter((one) => picks(failureOf(one)))
  revive(mirror, outbox, operations)
  const members = mirror.lists.refused().filter((one) => picks(memberFailure(one)))
  mirror.transaction(() => mirror.lists.retry(members))
  // What was mended may be a tag or a field: its id is asked for again.
  lookups.forget()
}
