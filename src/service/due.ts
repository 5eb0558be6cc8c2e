// Owns what waits for its turn in the daemon: what somebody asked for, what is due by schedule, and what was left unfinished.

export interface Turn {
  readonly mode: 'full' | 'incremental'
  /** None: only what is left of an earlier push is sent. */
  readonly sources: readonly string[]
  /** Who asked; `schedule` unless somebody did. */
  readonly trigger: string
  /** Given away beforehand to whoever asked; null where nobody did. */
  readonly id: string | null
  readonly allowEmpty: readonly string[]
  /** Cycles that left something to this turn. */
  readonly continues: readonly string[]
  /** To be done first, while nobody else works on the database. */
  readonly prepare?: () => void
}

export interface Asked extends Pick<Turn, 'mode' | 'sources' | 'trigger' | 'allowEmpty' | 'prepare'> {
  readonly id: string
}

export interface DueQueue {
  /** Somebody asked for it: it goes before all that is due. */
  ask(asked: Asked): void
  add(mode: Turn['mode'], sources: readonly string[]): void
  /** A cycle left a part of its push; it goes on when nothing else is due. */
  leaveRest(cycle?: string): void
  /** A turn was left in the middle of its reading by this cycle: it goes on when nothing else is due. */
  leaveReading(turn: Turn, cycle?: string): void
  /** True when somebody asked for something, or a schedule came due. */
  waiting(): boolean
  /** Ids of what was asked for and has not begun. */
  asked(): string[]
  /** Takes these out: they are not to be read. */
  drop(sources: readonly string[]): void
  /** The next turn; null when there is nothing to do. `onlyAsked`: what is due waits. */
  take(onlyAsked?: boolean): Turn | null
}

/** `onAdd` is called when something comes due. */
export function dueQueue(onAdd: () => void): DueQueue {
  const due = { full: new Set<string>(), incremental: new Set<string>() }
  const asked: Asked[] = []
  let rest: Set<string> | null = null
  let reading: Turn | null = null
  const anyDue = () => due.full.size + due.incremental.size > 0
  const turn = (mode: Turn['mode'], sources: readonly string[], more: Partial<Turn> = {}): Turn => {
    const continues = [...new Set([...(rest ?? []), ...(more.continues ?? [])])]
    rest = null
    return { trigger: 'schedule', id: null, allowEmpty: [], ...more, mode, sources, continues }
  }
  return {
    waiting: () => asked.length > 0 || anyDue(),
    asked: () => asked.map(({ id }) => id),
    ask: (one) => {
      asked.push(one)
      onAdd()
    },
    add: (mode, sources) => {
      for (const id of sources) due[mode].add(id)
      if (sources.length > 0) onAdd()
    },
    drop: (sources) => {
      for (const id of sources) for (const mode of ['full', 'incremental'] as const) due[mode].delete(id)
    },
    leaveRest: (cycle) => {
      rest ??= new Set()
      if (cycle !== undefined) rest.add(cycle)
    },
    leaveReading: (left, cycle) => {
      const before = reading
      const continues = [
        ...(before?.continues ?? []),
        ...left.continues,
        ...(cycle === undefined ? [] : [cycle]),
      ]
      const { prepare: _done, ...again } = left
      reading = {
        ...again,
        id: null,
        continues,
        mode: before?.mode === 'full' ? 'full' : left.mode,
        sources: [...new Set([...(before?.sources ?? []), ...left.sources])],
        allowEmpty: [...new Set([...(before?.allowEmpty ?? []), ...left.allowEmpty])],
      }
    },
    take: (onlyAsked = false) => {
      const first = asked.shift()
      if (first) return turn(first.mode, first.sources, first)
      if (onlyAsked) return null
      // What is read in full needs no news beside it, and would lose its place by them.
      for (const id of reading?.sources ?? []) due.incremental.delete(id)
      if (reading !== null && (due.full.size > 0 || !anyDue())) {
        const goesOn = reading
        reading = null
        const sources = [...new Set([...due.full, ...goesOn.sources])]
        if (due.full.size === 0) return turn(goesOn.mode, goesOn.sources, goesOn)
        due.full.clear()
        for (const id of sources) due.incremental.delete(id)
        return turn('full', sources, goesOn)
      }
      if (!anyDue()) return rest === null ? null : turn('incremental', [])
      const mode = due.full.size > 0 ? 'full' : 'incremental'
      const sources = [...due[mode]]
      due[mode].clear()
      // A full pull covers an incremental one of the same source.
      if (mode === 'full') for (const id of sources) due.incremental.delete(id)
      return turn(mode, sources)
    },
  }
}
