// Owns what a full resync costs, before it is asked for: reading everybody in Heymarket, by what was learnt of its pages.
import type { z } from 'zod'
import type { Config } from '../../config/schema.ts'
import type { Db } from '../../db/open.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { metaStore } from '../../sync/mirror/meta.ts'
import { minutesFor } from '../../sync/plan/minutes.ts'
import type { preview } from '../api/contract.ts'
import type { Counts } from './counts.ts'

/** Contacts in a page, while none was seen that another one follows. */
const UNKNOWN_PAGE = 100

/** What is written on top is not known before both sides were read. Errors: ERR_SOURCE_UNKNOWN. */
export function previewReader(
  db: Db,
  config: Config,
  counts: Counts,
): (source: string | undefined) => z.infer<typeof preview> {
  const meta = metaStore(db)
  return (source) => {
    const ids = config.sources.map(({ id }) => id)
    if (source !== undefined && !ids.includes(source)) throw unknownSource(source, ids)
    const records = counts.records()
    const inHeymarket = counts.inHeymarket()
    // The account's own count, the pages, and the one that shows that there are no more.
    const requests = 2 + Math.ceil(inHeymarket / Number(meta.get('page_rows') ?? UNKNOWN_PAGE))
    return {
      sources: ids
        .filter((id) => source === undefined || id === source)
        .map((id) => ({ id, records: Object.values(records[id] ?? {}).reduce((sum, n) => sum + n, 0) })),
      heymarketContacts: inHeymarket,
      requests,
      minutes: minutesFor(requests, config.heymarket.requestsPerMinute),
    }
  }
}

function unknownSource(source: string, ids: readonly string[]): HeysyncError {
  return new HeysyncError('ERR_SOURCE_UNKNOWN', {
    message: `There is no source "${source}" in the config.`,
    hint: `The sources are: ${ids.join(', ')}.`,
  })
}
