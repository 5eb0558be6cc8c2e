// The contacts of a HubSpot account as it behaves: what the listing shows at once, the search learns late, and a contact
// that was merged into another is under no id of its own any more.

export interface Row {
  readonly id: number
  readonly properties: Readonly<Record<string, string | null>>
  readonly createdAt: number
  readonly modifiedAt: number
  readonly archivedAt: number | null
}

export interface Portal {
  /** As they are now, ascending by id. */
  live(): readonly Row[]
  archived(): readonly Row[]
  find(id: number): Row | undefined
  /** Who is never shown when asked for by id, and whether the answer names them. */
  readonly refused: { readonly ids: Set<number>; named: boolean }
  /** As the search knows them. */
  indexed(): readonly Row[]
  create(properties: Row['properties'], when?: When): number
  update(id: number, properties: Row['properties'], when?: When): void
  archive(id: number): void
  restore(id: number): void
  /** No trace is left. */
  gdprDelete(id: number): void
  /** Ids of both vanish when the one that stays gets a new one. */
  merge(loser: number, winner: number, newId?: boolean): number
}

interface When {
  /** What the search and the listing give as its last change. */
  readonly changedAt?: number | undefined
  /** When the search learns of it. */
  readonly shownAt?: number | undefined
}

export function openPortal(now: () => number, lagMs: number): Portal {
  const rows = new Map<number, Row>()
  const index = new Map<number, Row>()
  let queue: { at: number; id: number; row: Row | null }[] = []
  let lastId = 800
  let sorted: { live: Row[]; archived: Row[] } | null = null
  let sortedIndex: Row[] | null = null

  const put = (id: number, row: Row | null, shownAt = now() + lagMs) => {
    if (row === null) rows.delete(id)
    else rows.set(id, row)
    sorted = null
    queue.push({ at: shownAt, id, row: row === null || row.archivedAt !== null ? null : row })
  }
  const inOrder = (some: Iterable<Row>) => [...some].sort((a, b) => a.id - b.id)
  const shown = () => {
    sorted ??= {
      live: inOrder(rows.values()).filter(({ archivedAt }) => archivedAt === null),
      archived: inOrder(rows.values()).filter(({ archivedAt }) => archivedAt !== null),
    }
    return sorted
  }
  /** The oldest accounts have short ids, and today's have twelve digits. */
  const newId = () => {
    lastId = lastId === 1_010 ? 151_234_567_890 : lastId + 7
    return lastId
  }
  const get = (id: number): Row => {
    const row = rows.get(id)
    if (row === undefined) throw new Error(`the fake has no contact ${id}`)
    return row
  }

  return {
    live: () => shown().live,
    archived: () => shown().archived,
    find: (id) => rows.get(id),
    refused: { ids: new Set(), named: true },
    indexed: () => {
      const due = queue.filter(({ at }) => at <= now())
      if (due.length > 0) {
        queue = queue.filter(({ at }) => at > now())
        for (const { id, row } of due) {
          if (row === null) index.delete(id)
          else index.set(id, row)
        }
        sortedIndex = null
      }
      sortedIndex ??= inOrder(index.values())
      return sortedIndex
    },
    create: (properties, { changedAt = now(), shownAt } = {}) => {
      const id = newId()
      put(id, { id, properties, createdAt: changedAt, modifiedAt: changedAt, archivedAt: null }, shownAt)
      return id
    },
    update: (id, properties, { changedAt = now(), shownAt } = {}) => {
      const row = get(id)
      put(id, { ...row, properties: { ...row.properties, ...properties }, modifiedAt: changedAt }, shownAt)
    },
    archive: (id) => put(id, { ...get(id), archivedAt: now() }),
    // Its last change is as it was.
    restore: (id) => put(id, { ...get(id), archivedAt: null }),
    gdprDelete: (id) => put(id, null),
    merge: (loser, winner, isNew = false) => {
      const gone = get(loser)
      const stays = get(winner)
      const id = isNew ? newId() : winner
      const before = [stays, gone].flatMap(({ properties }) =>
        (properties.hs_merged_object_ids ?? '').split(';'),
      )
      const ids = [...new Set([...before, String(loser), ...(isNew ? [String(winner)] : [])])].filter(Boolean)
      const vids = isNew ? [loser, winner] : [loser]
      put(loser, null)
      put(winner, null)
      put(id, {
        ...stays,
        id,
        modifiedAt: now(),
        properties: {
          ...stays.properties,
          hs_merged_object_ids: ids.join(';'),
          // The older property tells the last step only.
          hs_calculated_merged_vids: vids.map((vid) => `${vid}:${now()}`).join(';'),
        },
      })
      return id
    },
  }
}
