// Owns the rejections as the admin API shows them: grouped by reason, page by page, and all of them as a file.
import type { z } from 'zod'
import type { Db } from '../../db/open.ts'
import { toIso } from '../../lib/clock.ts'
import type { RejectionRow } from '../../sync/mirror/rejections.ts'
import { REJECTION_TABLE, type RejectionCode } from '../../sync/normalize/rejection.ts'
import type { rejectionRow, rejections } from '../api/contract.ts'
import { pageOf, readCursor } from './cursor.ts'
import type { Memo } from './memo.ts'

type Row = z.infer<typeof rejectionRow>

interface Ask {
  readonly code: string | undefined
  readonly source: string | undefined
}

export interface RejectionsReader {
  page(ask: Ask & { limit: number; after: string | undefined }): z.infer<typeof rejections>
  /** In pages, so that nobody waits for all of them. */
  all(ask: Ask): Generator<Row[]>
  count(): number
}

const FILE_PAGE = 1000

export function rejectionsReader(db: Db, memo: Memo): RejectionsReader {
  const rows = db.prepare<[Record<string, string | number | null>], RejectionRow>(
    `SELECT * FROM rejection WHERE (@code IS NULL OR code = @code) AND (@source IS NULL OR source_id = @source)
       AND (source_id, record_id, slot) > (@s, @r, @n) ORDER BY source_id, record_id, slot LIMIT @limit`,
  )
  const grouped = db.prepare<[], { source: string; code: RejectionCode; n: number }>(
    'SELECT source_id AS source, code, count(*) AS n FROM rejection GROUP BY source_id, code',
  )
  const counts = memo(() => grouped.all())
  const read = (
    { code = null, source = null }: { code?: string | undefined | null; source?: string | undefined | null },
    after: string | undefined,
    limit: number,
  ) => {
    const [s = '', r = '', n = ''] = readCursor(after, 3) ?? []
    return pageOf(rows.all({ code, source, s, r, n, limit: limit + 1 }), limit, (row) => [
      row.source_id,
      row.record_id,
      row.slot,
    ])
  }
  return {
    count: () => counts().reduce((sum, { n }) => sum + n, 0),
    page: (ask) => {
      const page = read(ask, ask.after, ask.limit)
      return { groups: groupsOf(counts(), ask), rejections: page.rows.map(shown), after: page.after }
    },
    all: function* (ask) {
      let after: string | undefined
      do {
        const page = read(ask, after, FILE_PAGE)
        yield page.rows.map(shown)
        after = page.after ?? undefined
      } while (after !== undefined)
    },
  }
}

/** The larger group first; of the source that is asked about, whatever the code. */
function groupsOf(
  counts: readonly { source: string; code: RejectionCode; n: number }[],
  { source }: Ask,
): z.infer<typeof rejections>['groups'] {
  const sums = new Map<RejectionCode, number>()
  for (const one of counts)
    if (source === undefined || one.source === source) sums.set(one.code, (sums.get(one.code) ?? 0) + one.n)
  return [...sums]
    .sort((a, b) => b[1] - a[1])
    .map(([code, count]) => ({ code, about: REJECTION_TABLE[code], count }))
}

function shown(row: RejectionRow): Row {
  const { source_id: source, record_id: record, place, code, field, value, message, at } = row
  return { source, record, place, code, field, value, message, at: toIso(at) }
}
