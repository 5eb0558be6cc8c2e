// Owns the status as every page reads it, and the service's clock that comes with it.
import { useEffect } from 'preact/hooks'
import { useResource, type View } from '../api/resource.ts'
import type { Status } from '../api/types.ts'
import { setServiceTime } from '../ui/clock.ts'

export function useStatus(): View<Status> {
  const view = useResource<Status>('/api/status', ['status', 'cycle'])
  const at = view.data?.now
  useEffect(() => {
    if (at !== undefined) setServiceTime(at)
  }, [at])
  return view
}

/** How many things wait for a person. */
export function waitingFor({ problems, held, alarms, outbox }: Status): number {
  return problems.length + held.length + alarms.length + (outbox.deadLetters > 0 ? 1 : 0)
}
