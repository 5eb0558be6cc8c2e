// Owns lists that come in pages: the first one lives with the other resources, further ones are added on demand.
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, get, messageOf } from './client.ts'
import { type Topic, useResource } from './resource.ts'

export interface Paged<Page, Row> {
  /** The first page, for what it says beside its rows. */
  readonly first: Page | null
  readonly rows: readonly Row[]
  readonly error: ApiError | null
  /** Null when everything is shown. */
  readonly more: (() => void) | null
  readonly busy: boolean
}

interface Shape<Page, Row> {
  /** The path of a page; null is the first one. */
  path(cursor: string | null): string
  rows(page: Page): readonly Row[]
  /** Where the next page begins. */
  next(page: Page): string | null
}

export function usePages<Page, Row>(
  shape: Shape<Page, Row>,
  topics: readonly Topic[] = [],
): Paged<Page, Row> {
  const start = shape.path(null)
  const { data, error } = useResource<Page>(start, topics)
  const [further, setFurther] = useState<readonly Page[]>([])
  const [failed, setFailed] = useState<ApiError | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    setFurther([])
    setFailed(null)
  }, [start])
  const shown = data === null ? [] : [data, ...further]
  const last = shown.at(-1)
  const cursor = last === undefined ? null : shape.next(last)
  const more = async (from: string) => {
    setBusy(true)
    try {
      const page = await get<Page>(shape.path(from))
      setFurther((before) => [...before, page])
      setFailed(null)
    } catch (thrown) {
      setFailed(messageOf(thrown))
    }
    setBusy(false)
  }
  return {
    first: data,
    rows: shown.flatMap((page) => shape.rows(page)),
    error: failed ?? error,
    more: cursor === null ? null : () => void more(cursor),
    busy,
  }
}

/** A path with the parameters that have a value. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | null>>): string {
  const given = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== null && value !== '') given.set(key, String(value))
  const text = given.toString()
  return text === '' ? path : `${path}?${text}`
}
