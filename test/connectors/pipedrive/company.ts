// The persons of a Pipedrive company as it behaves: deleted ones are listed nowhere, one that was merged leaves no link.

export interface Entry {
  readonly value: string
  readonly label: string
  readonly primary: boolean
}

export interface Row {
  readonly id: number
  readonly first_name: string | null
  readonly last_name: string | null
  readonly phones: readonly Entry[]
  readonly emails: readonly Entry[]
  readonly label_ids: readonly number[]
  readonly custom_fields: Readonly<Record<string, unknown>>
  readonly addedAt: number
  /** Null until somebody edits it. */
  readonly updatedAt: number | null
  readonly isDeleted: boolean
  /** Users who see it; everybody when it is empty. */
  readonly seenBy: readonly string[]
}

export interface Company {
  rows(): readonly Row[]
  add(row: Partial<Row>, at?: number): number
  update(id: number, row: Partial<Row>, at?: number): void
  delete(id: number): void
  /** Numbers and addresses of the loser move to the winner. */
  merge(loser: number, winner: number): void
}

export function openCompany(now: () => number): Company {
  const rows = new Map<number, Row>()
  let lastId = 0
  const get = (id: number): Row => {
    const row = rows.get(id)
    if (row === undefined) throw new Error(`the fake has no person ${id}`)
    return row
  }
  return {
    rows: () => [...rows.values()],
    add: (row, at = now()) => {
      lastId += 1
      rows.set(lastId, {
        id: lastId,
        first_name: null,
        last_name: null,
        phones: [],
        emails: [],
        label_ids: [],
        custom_fields: {},
        addedAt: at,
        updatedAt: null,
        isDeleted: false,
        seenBy: [],
        ...row,
      })
      return lastId
    },
    update: (id, row, at = now()) => void rows.set(id, { ...get(id), ...row, updatedAt: at }),
    delete: (id) => void rows.set(id, { ...get(id), isDeleted: true, updatedAt: now() }),
    merge: (loser, winner) => {
      const gone = get(loser)
      const stays = get(winner)
      rows.delete(loser)
      const moved = (entries: readonly Entry[]) => entries.map((entry) => ({ ...entry, primary: false }))
      rows.set(winner, {
        ...stays,
        phones: [...stays.phones, ...moved(gone.phones)],
        emails: [...stays.emails, ...moved(gone.emails)],
        updatedAt: now(),
      })
    },
  }
}
