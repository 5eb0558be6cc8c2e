// Owns Salesforce's log of deletions: also those whose rows are in no table any more.
import type { ConnectorContext, SourceRecord } from 'heysync/connector'
import { z } from 'zod'
import { codesOf, readAs } from './answers.ts'
import type { Client, Row } from './client.ts'
import type { ObjectPlan, Plan } from './fields.ts'
import { longId } from './ids.ts'
import type { Marks } from './marks.ts'
import { purgedRecord, toRecord } from './record.ts'
import type { Window } from './rows.ts'
import { isOneOf, select } from './soql.ts'

const log = z.looseObject({
  deletedRecords: z.array(z.looseObject({ id: z.string(), deletedDate: z.string().nullish() })),
  earliestDateAvailable: z.string().nullish(),
  latestDateCovered: z.string().nullish(),
})

/** Salesforce remembers deletions for so long. */
export const MEMORY_MS = 15 * 24 * 60 * 60_000
/** The log takes no stretch of less, and cuts off seconds. */
const SHORTEST_MS = 2 * 60_000
/** As many ids as fit into an address. */
const IDS_AT_ONCE = 150

/**
 * Deletions in the window, in parts of a page each. The log is only trusted as far as it says, so that what it could not see
 * comes the next time. `shown`: ids whose deletion this pull has told already.
 */
export async function* readDeletions(
  client: Client,
  plan: ObjectPlan,
  whole: Plan,
  window: Window,
  shown: ReadonlySet<string>,
  marks: Marks,
  { log: say, clock }: ConnectorContext,
): AsyncGenerator<readonly SourceRecord[]> {
  const { sobject } = plan.object
  const name = `deletions.${sobject}`
  const covered = Date.parse(marks.get(name) ?? '')
  const oldest = clock.now() - MEMORY_MS + SHORTEST_MS
  const wanted = Math.min(window.from, window.to - SHORTEST_MS, Number.isNaN(covered) ? window.from : covered)
  const start = seconds(Math.max(oldest, wanted))
  const end = seconds(window.to)
  const answer = await client.json(`sobjects/${sobject}/deleted/`, { start, end }).catch((error: unknown) => {
    const codes = codesOf(error)
    if (!UNSEEN.some((code) => codes.includes(code))) throw error
    say.warn(`${sobject}: ${codes[0]}. Who was deleted for good is found by the next full pull.`)
    return null
  })
  if (answer === null) return
  const { deletedRecords, earliestDateAvailable, latestDateCovered } = readAs(
    log,
    answer,
    'a log of deletions',
  )
  if (Date.parse(earliestDateAvailable ?? '') > Date.parse(start))
    say.warn(
      `${sobject}: the log of deletions begins at ${earliestDateAvailable}. Older ones are found by the next full pull.`,
    )
  const at = new Map(deletedRecords.map(({ id, deletedDate }) => [longId(id), deletedDate ?? null]))
  const ids = [...at.keys()].filter((id) => !shown.has(id))
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
    const part = ids.slice(from, from + IDS_AT_ONCE)
    const inTable = await rowsOf(client, plan, part, [])
    const inBin = [...inTable.values()].map((row) => toRecord(row, plan, whole))
    const gone = part.filter((id) => !inTable.has(id))
    // Whoever was taken out of the bin again comes with the rows that changed.
    yield [
      ...inBin.filter(({ deleted }) => deleted === true),
      ...gone.map((id) => purgedRecord(id, at.get(id) ?? null, plan, whole)),
    ]
  }
  marks.set(name, latestDateCovered ?? end)
}

/** What the log cannot say; a full pull can. */
const UNSEEN = [
  'EXCEEDED_ID_LIMIT',
  'INVALID_REPLICATION_DATE',
  'UNSUPPORTED_API_VERSION',
  'INSUFFICIENT_ACCESS',
]

/** Rows by id, those in the recycle bin among them, as far as the conditions hold. */
export async function rowsOf(
  client: Client,
  { object, selected }: ObjectPlan,
  ids: readonly string[],
  conditions: readonly (string | null)[],
): Promise<Map<string, Row>> {
  const found = new Map<string, Row>()
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
    const isAsked = isOneOf('Id', ids.slice(from, from + IDS_AT_ONCE))
    let answer = await client.query(
      select({ columns: selected, sobject: object.sobject, conditions: [isAsked, ...conditions] }),
      true,
    )
    for (;;) {
      for (const row of answer.records) found.set(longId(String(row.Id)), row)
      if (answer.done || !answer.nextRecordsUrl) break
      answer = await client.more(answer.nextRecordsUrl)
    }
  }
  return found
}

const seconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, '+00:00')
