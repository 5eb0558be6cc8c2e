// Owns a pull: everything with change tracking on, then what changed since, and the way round where changes are not tracked.
import type { ConnectorContext, Page, PullEnd, PullRequest } from 'heysync/connector'
import { ConnectorError } from 'heysync/connector'
import { z } from 'zod'
import { type Asked, type Client, explained, openClient, refusalOf } from './client.ts'
import type { DataverseOptions } from './options.ts'
import { row, selected, toRecord } from './record.ts'
import { scopeOf } from './scope.ts'
import { type Position, readPosition, readToken, writePosition, writeToken } from './token.ts'

const definition = z.looseObject({ ChangeTrackingEnabled: z.boolean().nullish() })
const page = z.looseObject({
  value: z.array(row),
  '@odata.nextLink': z.string().nullish(),
  '@odata.deltaLink': z.string().nullish(),
})

const DAY_MS = 24 * 60 * 60_000
const ANNOTATIONS = 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"'

/** What to ask for first, and what it means. */
interface Start extends Asked {
  readonly url: string
  readonly tracked: boolean
  /** A link of an earlier answer: it may not be taken any more. */
  readonly isOld: boolean
  readonly issuedAt: number
}

export async function* pullDataverse(
  options: DataverseOptions,
  request: PullRequest,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  const client = openClient(options, context)
  const start = await startOf(client, options, request, context)
  const prefer = [
    ...(start.tracked ? ['odata.track-changes'] : []),
    `odata.maxpagesize=${options.pageSize}`,
    ANNOTATIONS,
  ]
  let link: string | null = null
  for (;;) {
    const answer: z.infer<typeof page> = await client
      .get(page, link ?? start.url, {
        prefer,
        ...(link === null && start.query ? { query: start.query } : {}),
      })
      .catch((error: unknown) => {
        throw start.isOld || link !== null ? expiredOr(error) : explained(error)
      })
    const records = answer.value.map((one) => toRecord(one, options.fields))
    const changes = request.mode === 'incremental' ? ({ changes: true } as const) : {}
    link = answer['@odata.nextLink'] ?? null
    if (link === null) {
      const end = await endOf(client, request, start, answer['@odata.deltaLink'] ?? null)
      yield { records, ...changes, position: 'end', end }
      return
    }
    const at: Position = { link, tracked: start.tracked, issuedAt: start.issuedAt }
    yield { records, ...changes, position: writePosition(at) }
  }
}

async function startOf(
  client: Client,
  options: DataverseOptions,
  { mode, token, resumeAfter, window }: PullRequest,
  { clock, log }: ConnectorContext,
): Promise<Start> {
  const resumed = readPosition(resumeAfter)
  if (resumed !== null)
    return { url: resumed.link, tracked: resumed.tracked, isOld: true, issuedAt: resumed.issuedAt }
  const issuedAt = clock.now()
  const known = mode === 'incremental' ? readToken(token) : null
  if (known !== null && 'link' in known) {
    // Behind its days Dataverse may answer with everything and without who was deleted, as if all were well.
    if (known.issuedAt + options.trackingDays * DAY_MS <= clock.now())
      throw new ConnectorError('cursor-expired', {
        message: `the link to the changes is older than ${options.trackingDays} days`,
      })
    return { url: known.link, tracked: true, isOld: true, issuedAt }
  }
  const $select = selected(options.fields).join(',')
  if (mode === 'full' && (await isTracked(client)))
    return { url: 'contacts', query: { $select }, tracked: true, isOld: false, issuedAt }
  log.info('changes of the contact table are not tracked, so who was deleted is found by full pulls only.')
  if (mode === 'incremental' && (known === null || window.from === null))
    throw new ConnectorError('cursor-expired', { message: 'there is no link to the changes' })
  const inWindow = `modifiedon ge ${window.from} and modifiedon le ${window.to}`
  const $filter = mode === 'full' ? {} : { $filter: inWindow }
  const query = { $select, ...$filter, $orderby: 'contactid asc' }
  return { url: 'contacts', query, tracked: false, isOld: false, issuedAt }
}

async function isTracked(client: Client): Promise<boolean> {
  const query = { $select: 'ChangeTrackingEnabled' }
  const found = await client
    .get(definition, "EntityDefinitions(LogicalName='contact')", { query })
    .catch((error: unknown) => {
      throw explained(error)
    })
  return found.ChangeTrackingEnabled === true
}

async function endOf(
  client: Client,
  { mode }: PullRequest,
  { tracked, issuedAt }: Start,
  deltaLink: string | null,
): Promise<PullEnd> {
  if (tracked && deltaLink === null)
    throw new ConnectorError('failed', {
      message: 'The last page of Dataverse has no link to the changes that follow.',
    })
  const scope = await scopeOf(client)
  return {
    covers: mode === 'full' ? 'everything' : 'changes',
    // Its own count ends at 5,000.
    count: null,
    token: writeToken(deltaLink === null ? { untracked: true } : { link: deltaLink, issuedAt }),
    ...(scope === null ? {} : { scope }),
  }
}

/** A link that is not taken any more is refused like a bad request, in words that change from version to version. */
function expiredOr(error: unknown): unknown {
  const refusal = refusalOf(error)
  if (refusal === null || ![400, 404, 410].includes(refusal.status)) return explained(error)
  return new ConnectorError('cursor-expired', { message: refusal.message, cause: error })
}
