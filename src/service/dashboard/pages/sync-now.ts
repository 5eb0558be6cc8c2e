// Owns the wish for a sync at once, and what is said of it.
import { sync } from '../api/actions.ts'
import { to } from '../shell/route.ts'
import { attempt } from '../ui/toast.tsx'

/** No source: all of them. */
export const syncNow = (source: string | null) =>
  attempt(
    () => sync(source),
    ({ cycle }) => ({
      text: source === null ? 'A sync is accepted.' : `A sync of ${source} is accepted.`,
      href: to('cycles', cycle),
    }),
  )
