// Owns which sources are paused: not pulled by schedule until they are resumed, also after a restart. By hand they are.
import { z } from 'zod'
import type { MetaStore } from '../sync/mirror/meta.ts'

export interface Paused {
  ids(): readonly string[]
  has(id: string): boolean
  pause(ids: readonly string[]): readonly string[]
  resume(ids: readonly string[]): readonly string[]
}

const stored = z.array(z.string())

/** `onChange` is told what was resumed. */
export function pausedSources(meta: () => MetaStore, onChange: (resumed: readonly string[]) => void): Paused {
  let known: readonly string[] = []
  // Read each time, because a command may have written it. A database that cannot be read right now says nothing new.
  const ids = () => {
    try {
      known = stored.parse(JSON.parse(meta().get('paused') ?? '[]'))
    } catch {}
    return known
  }
  const save = (next: readonly string[]) => {
    const before = ids()
    meta().set('paused', JSON.stringify(next))
    onChange(before.filter((id) => !next.includes(id)))
    return next
  }
  return {
    ids,
    has: (id) => ids().includes(id),
    pause: (more) => save([...new Set([...ids(), ...more])]),
    resume: (these) => save(ids().filter((id) => !these.includes(id))),
  }
}
