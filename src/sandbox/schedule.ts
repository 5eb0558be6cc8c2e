// Owns scheduled messages: what is kept of one, and sending those whose time has come.
import { ApiError } from './api-error.ts'
import { checkSending, type Sending, sendOut } from './send.ts'
import type { World } from './world.ts'

export interface ScheduleData {
  /** Microseconds since 1970. */
  readonly execute_us: number
  readonly sending: Sending
  /** The request's content, as it was given. */
  readonly content: Readonly<Record<string, unknown>>
}

/** Sends every scheduled message whose time has come, each once. Returns how many. */
export function runDue(world: World): number {
  const { store, clock } = world
  const now = clock.now() * 1_000
  const due = store.schedule.all().filter((item) => item.data.execute_us <= now)
  for (const item of due) {
    store.atOnce(() => {
      store.schedule.remove(item.id)
      try {
        checkSending(world, item.data.sending)
        sendOut(world, { ...item.data.sending, local_id: item.local_id ?? undefined })
      } catch (error) {
        // Its list or conversation is gone since: Heymarket can only drop it then.
        if (!(error instanceof ApiError)) throw error
      }
    })
  }
  return due.length
}
