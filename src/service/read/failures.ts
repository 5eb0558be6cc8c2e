// Owns the failures as the admin API shows them: dead letters and what is tried again, by cause.
import type { z } from 'zod'
import type { Db } from '../../db/open.ts'
import { toIso } from '../../lib/clock.ts'
import { memberFailure } from '../../sync/lists/failed-members.ts'
import { listStore } from '../../sync/mirror/lists.ts'
import { type Cause, groupByCause } from '../../sync/outbox/causes.ts'
import { type FailedChange, failureOf } from '../../sync/outbox/failure.ts'
import type { Operation } from '../../sync/outbox/outbox.ts'
import { wayOutText } from '../../sync/outbox/way-out.ts'
import type { failureRow, failures } from '../api/contract.ts'
import type { Memo } from './memo.ts'
import { namesReader } from './names.ts'

type Row = z.infer<typeof failureRow>

export interface FailuresReader {
  /** The first `limit` of each cause. */
  byCause(limit: number): z.infer<typeof failures>
  all(): Generator<(Row & { code: string; cause: string; wayOut: string })[]>
}

/** More than so many are not told apart by cause: whatever went wrong is seen well before. */
const MOST = 50_000
const FILE_PAGE = 1000

export function failuresReader(db: Db, memo: Memo): FailuresReader {
  const lists = listStore(db)
  const nameOf = namesReader(db)
  // What was never tried did not fail: it waits, and the status counts it.
  const failed = db.prepare<[number], Operation>(
    `SELECT * FROM operation WHERE id IN (
       SELECT id FROM operation INDEXED BY operation_due WHERE state IN ('dead', 'unsettled')
       UNION SELECT id FROM operation INDEXED BY operation_tried WHERE attempts > 0) LIMIT ?`,
  )
  const causes = memo(() =>
    groupByCause([...failed.all(MOST).map(failureOf), ...lists.refused().map(memberFailure)]),
  )
  const shown = (one: FailedChange): Row => ({
    phone: one.phone,
    name: nameOf(one.phone),
    kind: one.kind,
    state: one.state,
    message: one.message,
    field: one.field,
    list: one.list,
    requestId: one.requestId,
    attempts: one.attempts,
    source: one.source || null,
    record: one.record || null,
    since: toIso(one.since),
  })
  return {
    byCause: (limit) => ({
      causes: causes().map((cause) => ({
        id: cause.id,
        state: cause.state,
        code: cause.code,
        cause: cause.cause,
        wayOut: wayOutText(cause),
        count: cause.failures.length,
        failures: cause.failures.slice(0, limit).map(shown),
      })),
    }),
    all: function* () {
      for (const cause of causes())
        for (let at = 0; at < cause.failures.length; at += FILE_PAGE)
          yield cause.failures.slice(at, at + FILE_PAGE).map((one) => ({ ...shown(one), ...wordsOf(cause) }))
    },
  }
}

function wordsOf(cause: Cause): { code: string; cause: string; wayOut: string } {
  return { code: cause.code ?? '', cause: cause.cause ?? '', wayOut: wayOutText(cause) }
}
