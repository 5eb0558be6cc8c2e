// Owns sending the scheduled messages whose time has come.

import { ApiError } from './api-error.ts'
import { checkSending, sendOut } from './send.ts'
import type { World } from './world.ts'

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
