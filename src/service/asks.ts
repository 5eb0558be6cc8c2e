// Owns what the daemon does when it is asked: what was agreed on in `Control`, on the queue of what is due.
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

export function controlOf({ app, clock, due, paused, reload, onAccept }: AsksDeps): Control {
  const accept = (asked: Omit<Asked, 'id'>): { cycle: string } => {
    const { cycles } = app().engine
    // Ids sort in the order of the cycles, and several may wait.
    const id = cycles.nextId(clock.now(), due.asked().at(-1))
    due.ask({ ...asked, id })
    onAccept(id)
    return { cycle: id }
  }
  const push = (trigger: string, prepare: () => void) =>
    accept({ mode: 'incremental', sources: [], allowEmpty: [], trigger, prepare })
  return {
    sync: async ({ sources, mode, allowEmpty, trigger }) => {
      app().sourceIds(allowEmpty)
      return accept({ mode, sources: app().sourceIds(sources), allowEmpty, trigger })
    },
    approve: async (cycle) => {
      assertKnown(app(), cycle)
      return push('approve', () => release(app(), cycle, clock.now()))
    },
    redrive: async (pick) => push('redrive', () => putBack(app(), pick)),
    pause: async (source) => paused.pause(app().sourceIds(source === null ? [] : [source])),
    resume: async (source) => paused.resume(app().sourceIds(source === null ? [] : [source])),
    reload,
  }
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

function putBack({ engine }: App, { cause, phone }: { cause?: string; phone?: string }): void {
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
