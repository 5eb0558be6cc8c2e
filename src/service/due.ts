// Owns what waits for its turn in the daemon: which sources, whether everything of them is read, and unfinished pushes.

export interface Turn {
  readonly mode: 'full' | 'incremental'
  /** None: only what is left of an earlier push is sent. */
  readonly sources: readonly string[]
}

export interface DueQueue {
  add(mode: Turn['mode'], sources: readonly string[]): void
  /** An earlier cycle left a part of its push; it goes on when nothing else is due. */
  leaveRest(): void
  /** A turn was left in the middle of its reading: it goes on when nothing else is due. */
  leaveReading(turn: Turn): void
  /** True when a schedule came due. */
  waiting(): boolean
  /** The next turn; null when there is nothing to do. */
  take(): Turn | null
}

/** `onAdd` is called when something comes due. */
export function dueQueue(onAdd: () => void): DueQueue {
  const due = { full: new Set<string>(), incremental: new Set<string>() }
  let rest = false
  let reading: Turn | null = null
  const waiting = () => due.full.size + due.incremental.size > 0
  return {
    waiting,
    add: (mode, sources) => {
      for (const id of sources) due[mode].add(id)
      onAdd()
    },
    leaveRest: () => {
      rest = true
    },
    leaveReading: (turn) => {
      reading = turn
    },
    take: () => {
      // What is read in full needs no news beside it, and would lose its place by them.
      for (const id of reading?.sources ?? []) due.incremental.delete(id)
      if (reading !== null && (due.full.size > 0 || !waiting())) {
        const { mode, sources } = reading
        reading = null
        if (due.full.size === 0) return { mode, sources }
        for (const id of sources) due.full.add(id)
      }
      if (!waiting() && !rest) return null
      rest = false
      if (!waiting()) return { mode: 'incremental', sources: [] }
      const mode = due.full.size > 0 ? 'full' : 'incremental'
      const sources = [...due[mode]]
      due[mode].clear()
      // A full pull covers an incremental one of the same source.
      if (mode === 'full') for (const id of sources) due.incremental.delete(id)
      return { mode, sources }
    },
  }
}
