// Owns the shape of GET /api/contacts/:asked as this page reads it: the answer to "why" (src/sync/why.ts). The engine is
// not imported, so that a browser's compiler never sees it; a test keeps the two equal.

export interface WhyRecord {
  readonly source: string
  readonly record: string
  readonly place: string | null
  readonly state: string
  readonly phones: readonly string[]
  readonly wins: boolean
  readonly updatedAt: string | null
  readonly mergedInto: string | null
  readonly way: string | null
  readonly lists: readonly string[]
  readonly notes: readonly { field: string; value: string; message: string }[]
}

export interface Why {
  readonly asked: string
  readonly phone: string | null
  readonly verdict: string
  readonly records: readonly WhyRecord[]
  readonly rejections: readonly {
    source: string
    record: string
    place: string | null
    code: string
    field: string
    value: string
    message: string
    at: string
  }[]
  readonly contact: {
    state: string
    fields: readonly { field: string; value: string; from: string }[]
  } | null
  readonly heymarket: (Record<string, unknown> & { id: number; link: string | null }) | null
  readonly erased: { at: string; reason: string } | null
  readonly consent: {
    optedOut: boolean
    history: readonly { state: string; origin: string; evidence: string; at: string }[]
  }
  readonly lists: readonly string[]
  readonly drift: readonly {
    field: string
    expected: string | null
    found: string
    outcome: 'kept' | 'restored'
    since: string
  }[]
  readonly cutTags: readonly string[]
  readonly operation: {
    kind: string
    state: string
    attempts: number
    error: string | null
    code: string | null
    notBefore: string | null
    wayOut: string | null
  } | null
  readonly held: { cycle: string; reason: string; kind: string } | null
  readonly undone: readonly { field: string; value: string; cycle: string; at: string }[]
  readonly attempts: readonly {
    kind: string
    outcome: string
    at: string
    cycle: string
    error: string | null
    requestId: string | null
  }[]
}
