// Owns what was read from the API: kept by path so that going back shows it at once, and read again when it may be
// another one. What is shown stays while it is read again; only the first time is a wait.
import { type Signal, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type ApiError, get, messageOf } from './client.ts'

/** What makes a resource worth reading again. */
export type Topic = 'status' | 'cycle' | 'webhook'

export interface View<T> {
  readonly data: T | null
  /** Of the last try; `data` may still hold what came before. */
  readonly error: ApiError | null
}

interface Entry {
  readonly path: string
  readonly view: Signal<View<unknown>>
  topics: readonly Topic[]
  users: number
  busy: boolean
  /** Asked for again while it was being read. */
  again: boolean
}

const MOST_KEPT = 60
const shelf = new Map<string, Entry>()

/** What this path answers, now and whenever one of the topics comes up. No path: nothing. */
export function useResource<T>(path: string | null, topics: readonly Topic[] = []): View<T> {
  const entry = path === null ? null : entryOf(path)
  useEffect(() => {
    if (entry === null) return
    entry.users += 1
    entry.topics = topics
    void read(entry)
    return () => {
      entry.users -= 1
    }
  }, [entry])
  return (entry?.view.value ?? { data: null, error: null }) as View<T>
}

/** Reads again what is on the screen and follows this topic; without one, all that is on the screen. */
export function refresh(topic?: Topic): void {
  for (const entry of shelf.values())
    if (entry.users > 0 && (topic === undefined || entry.topics.includes(topic))) void read(entry)
}

/** Changes what is shown of a path before it is read again. */
export function amend<T>(path: string, change: (data: T) => T): void {
  const entry = shelf.get(path)
  const data = entry?.view.peek().data
  if (entry && data) entry.view.value = { data: change(data as T), error: null }
}

function entryOf(path: string): Entry {
  const known = shelf.get(path)
  if (known) return known
  for (const [key, { users }] of shelf) {
    if (shelf.size < MOST_KEPT) break
    if (users === 0) shelf.delete(key)
  }
  const entry: Entry = {
    path,
    view: signal({ data: null, error: null }),
    topics: [],
    users: 0,
    busy: false,
    again: false,
  }
  shelf.set(path, entry)
  return entry
}

async function read(entry: Entry): Promise<void> {
  if (entry.busy) {
    entry.again = true
    return
  }
  entry.busy = true
  try {
    entry.view.value = { data: await get(entry.path), error: null }
  } catch (error) {
    entry.view.value = { data: entry.view.peek().data, error: messageOf(error) }
  }
  entry.busy = false
  if (!entry.again) return
  entry.again = false
  await read(entry)
}
